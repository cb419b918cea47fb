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
        #expect(csv.first?.map(String.init) == ["step", "epoch", "time", "name", "value", "run"])
        let losses = csv.filter { $0.count == 6 && $0[3] == "train/loss" }
        #expect(losses.map { String($0[1]) } == ["1", "2", "3", "4"])
        // The first step is one of the first epoch.
        #expect(csv[1].prefix(2).map(String.init) == ["1", "1"] && csv[1][3] == "loss")
        #expect(csv.dropFirst().allSatisfy { $0[5] == "iris" })
        let names = Set(csv.dropFirst().map { String($0[3]) })
        #expect(
            names.isSuperset(of: [
                "loss", "rate", "gradient/dense1", "gradient/dense2", "update/dense1",
                "validation/accuracy", "time/waiting", "test/loss", "test/accuracy",
            ]), "\(names)")
        let lines = String(decoding: try folder.bytes(of: "log.jsonl"), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == csv.count - 1)
        for line in lines { #expect(try JSONValue(parsing: String(line))["name"] != nil) }
        let board = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/board/iris")
        #expect(board.count == 1 && board[0].hasPrefix("events.out.tfevents."))
        // A second training is told apart in each.
        let more = try CommandRun(
            iris + ["--log", "log.csv", "--log", "log.jsonl", "--log", "board", "--overwrite"],
            in: folder)
        #expect(more.status == 0, "\(more.errors)")
        let runs = String(decoding: try folder.bytes(of: "log.csv"), as: UTF8.self)
            .split(separator: "\n").dropFirst().compactMap { $0.split(separator: ",").last }
        #expect(Set(runs) == ["iris", "iris-2"])
        #expect(
            Set(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/board"))
                == ["iris", "iris-2"])
        // The record has the same.
        let store = try Store(folder: folder.runs, for: .reading)
        let metrics = try store.metrics(of: store.run("iris")).map(\.name)
        #expect(names.isSubset(of: metrics))
    }

    /// Nobody's file becomes a log, and none is changed by a call that is refused.
    @Test func aLogReplacesNothing() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        try folder.write(Tables.houses(), to: "houses.csv")
        try folder.write("step,epoch,time,name,value,run\n1,1,2,loss,3,x\n", to: "log.csv")
        try folder.write("{\"a\": 1}\n", to: "notes.jsonl")
        try folder.write("", to: "empty.csv")
        try folder.write("data: iris\n", to: "plan.yaml")
        try FileManager.default.createDirectory(
            atPath: folder.path + "/images", withIntermediateDirectories: true)
        try folder.write("text", to: "images/readme")
        let before = try folder.contents.filter { $0 != "images" }.map { try folder.bytes(of: $0) }
        let houses = ["train", "houses.csv", "--target", "price", "--epochs", "1", "--quiet"]
        let cases: [([String], String)] = [
            (houses + ["--log", "houses.csv"], "another file than the table"),
            (iris + ["--log", "houses.csv"], "a log that was written by --log"),
            (iris + ["--log", "notes.jsonl"], "a log that was written by --log"),
            (iris + ["--log", "images"], "a log that was written by --log"),
            (iris + ["--log", "plan.yaml"], "a folder of TensorBoard's event files"),
            (
                ["train", "plan.yaml", "--quiet", "--log", "plan.yaml"],
                "another file than the configuration"
            ),
            (iris + ["--log", "a.csv", "--log", "./a.csv"], "another file than the log"),
            (
                iris + ["--log", "iris.csv", "--output", "iris.csv"], "another file than the model"
            ),
        ]
        for (arguments, told) in cases {
            let run = try CommandRun(arguments, in: folder)
            #expect(run.status == 1 && run.errors.contains(told), "\(arguments) \(run.errors)")
        }
        #expect(
            try folder.contents.filter { $0 != "images" }.map { try folder.bytes(of: $0) } == before
        )
        #expect(!FileManager.default.fileExists(atPath: folder.runs))
        // A log that is there goes on, and an empty file begins.
        let run = try CommandRun(iris + ["--log", "log.csv", "--log", "empty.csv"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        for name in ["log.csv", "empty.csv"] {
            let text = String(decoding: try folder.bytes(of: name), as: UTF8.self)
            #expect(text.hasPrefix("step,epoch,time,name,value,run\n"))
            #expect(text.components(separatedBy: "step,epoch").count == 2)
        }
    }

    @Test func aRateNeedsNoLog() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let run = try CommandRun(
            ["train", "iris", "--find-rate", "--log", "a.csv", "--name", "x"], in: folder)
        #expect(
            run.status == 0 && run.errors.contains("--log, --name is of no use"), "\(run.errors)")
        #expect(folder.contents.isEmpty)
    }

    @Test func aMetricThatThereIsNotIsRefusedBeforeTheFirstStep() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let run = try CommandRun(iris + ["--monitor", "acuracy"], in: folder)
        #expect(
            run.status == 1 && run.errors.contains("did you mean \"accuracy\""), "\(run.errors)")
        #expect(folder.contents.isEmpty)
        // No run is left that failed before it began.
        #expect(!FileManager.default.fileExists(atPath: folder.runs))
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
