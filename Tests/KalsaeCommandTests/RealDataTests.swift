import Foundation
import KalsaeFiles
import Testing

/// What the command reaches on public data sets, where this machine has them.
@Suite(.enabled(if: dataFolder != nil, "needs the public data sets in KALSAE_DATA"))
struct RealDataTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func train(_ arguments: String...) throws -> JSONValue {
        defer { folder.remove() }
        let data = try #require(dataFolder)
        let result = try CommandRun(
            ["train"] + arguments + ["--json", "--threads", "1"], in: folder,
            environment: ["KALSAE_DATA": data])
        #expect(result.status == 0, "\(result.errors)")
        return try result.json
    }

    private func accuracy(_ report: JSONValue, on part: String = "test") -> Double {
        report[part]?["accuracy"]?.number ?? 0
    }

    @Test func breastCancer() throws {
        let report = try train("wdbc.data", "--target", "2", "--effort", "quick")
        #expect(accuracy(report, on: "validation") >= 0.95)
    }

    @Test func titanic() throws {
        let report = try train("titanic.csv", "--target", "survived", "--effort", "quick")
        #expect(accuracy(report, on: "validation") >= 0.79)
        #expect(report["test"] == .null)
    }

    @Test func californiaHousing() throws {
        let arguments = ["california_housing.csv", "--target", "median_house_value"]
        let report = try train(arguments[0], arguments[1], arguments[2], "--effort", "quick")
        #expect((report["validation"]?["r2"]?.number ?? 0) >= 0.79)
    }

    /// An option of one network's training asks for the plain network.
    @Test func californiaHousingByOneNetwork() throws {
        let report = try train(
            "california_housing.csv", "--target", "median_house_value", "--epochs", "10")
        #expect((report["test"]?["r2"]?.number ?? 0) >= 0.70)
    }

    @Test func handwrittenDigits() throws {
        #expect(accuracy(try train("mnist", "--network", "784-50-10")) >= 0.965)
    }

    @Test func handwrittenDigitsAsInTheLectures() throws {
        let report = try train(
            "mnist", "--network", "784-50-10", "--optimizer", "sgd", "--learning-rate", "0.1",
            "--batch", "100", "--steps", "10000")
        #expect((0.965...0.975).contains(accuracy(report)))
        #expect(report["steps"]?.integer == 10_000)
    }
}
