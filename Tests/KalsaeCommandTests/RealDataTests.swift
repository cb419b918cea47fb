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

    private func accuracy(_ report: JSONValue) -> Double {
        report["test"]?["accuracy"]?.number ?? 0
    }

    @Test func breastCancer() throws {
        #expect(accuracy(try train("wdbc.data", "--target", "2")) >= 0.95)
    }

    @Test func titanic() throws {
        #expect(accuracy(try train("titanic.csv", "--target", "survived")) >= 0.78)
    }

    @Test func californiaHousing() throws {
        let report = try train("california_housing.csv", "--target", "median_house_value")
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
