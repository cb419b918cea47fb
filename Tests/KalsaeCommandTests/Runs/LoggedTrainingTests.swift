import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

/// Rates that are tried, metrics that are logged, presets that train.
@Suite struct LoggedTrainingTests {
    private let iris = ["train", "iris", "--network", "4-8-3", "--epochs", "4", "--quiet"]

    /// Adam on iris learns with rates near 0.01 to 1; nothing is left behind.
    @Test func aRateIsFoundAndNothingIsTrained() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let run = try CommandRun(["train", "iris", "--find-rate", "--json"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let found = try run.json
        let rate = try #require(found["suggestion"]?.number)
        #expect((1e-4...2).contains(rate))
        #expect(found["rates"]?.array?.count == found["losses"]?.array?.count)
        #expect(found["rates"]?.array?.first?.number == 1e-7)
        let text = try CommandRun(["train", "iris", "--find-rate"], in: folder)
        #expect(text.status == 0 && text.output.contains("suggested: --learning-rate"))
        #expect(folder.contents.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.runs))
    }

    @Test func metricsGoIntoFiles() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let run = try CommandRun(
            iris + ["--log", "log.csv", "--log", "log.jsonl", "--log", "board", "--log-gradients"],
            in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let csv = String(decoding: try folder.bytes(of: "log.csv"), as: UTF8.self)
            .split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
        #expect(csv.first?.map(String.init) == ["step", "epoch", "time", "name", "value"])
        let losses = csv.filter { $0.count == 5 && $0[3] == "train/loss" }
        #expect(losses.map { String($0[1]) } == ["1", "2", "3", "4"])
        let names = Set(csv.dropFirst().map { String($0[3]) })
        #expect(
            names.isSuperset(of: [
                "loss", "rate", "gradient/dense1", "gradient/dense2", "update/dense1",
                "validation/accuracy", "time/waiting",
            ]), "\(names)")
        let lines = String(decoding: try folder.bytes(of: "log.jsonl"), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == csv.count - 1)
        for line in lines { #expect(try JSONValue(parsing: String(line))["name"] != nil) }
        let board = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/board")
        #expect(board.count == 1 && board[0].hasPrefix("events.out.tfevents."))
        // The record has the same.
        let store = try Store(folder: folder.runs, for: .reading)
        let metrics = try store.metrics(of: store.run("last")).map(\.name)
        #expect(names.isSubset(of: metrics))
    }

    @Test func aMetricThatThereIsNotIsRefusedBeforeTheFirstStep() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let run = try CommandRun(iris + ["--monitor", "acuracy"], in: folder)
        #expect(
            run.status == 1 && run.errors.contains("did you mean \"accuracy\""), "\(run.errors)")
        #expect(folder.contents.isEmpty)
        let good = try CommandRun(iris + ["--monitor", "accuracy"], in: folder)
        #expect(good.status == 0, "\(good.errors)")
    }

    /// Those of MNIST on the drawn digits, which have the same shape.
    @Test(
        arguments: [
            ("iris-4-8-8-3", []), ("two-layer", ["digits"]), ("two-layer-sigmoid", ["digits"]),
            ("optimizer-race", ["digits"]), ("simple-convnet", ["digits"]),
            ("deep-convnet", ["digits"]), ("batch-norm-convnet", ["digits"]),
            ("fashion", ["digits"]),
        ] as [(String, [String])])
    func presetsTrain(_ name: String, _ data: [String]) throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let run = try CommandRun(
            ["train", name] + data + ["--steps", "3", "--quiet", "--name", "preset"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let store = try Store(folder: folder.runs, for: .reading)
        #expect(try store.run("preset").configuration["steps"] == .integer(3))
    }
}
