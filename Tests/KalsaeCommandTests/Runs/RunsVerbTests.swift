import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

@Suite("The verb runs")
struct RunsVerbTests {
    /// A folder with runs: `first`, its branches `second` and `third`, and one of a hostile name.
    private func withRuns(_ body: (CommandRun.Folder, Store) throws -> Void) throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let store = try Store(folder: folder.runs)
        var description = RunDescription(name: "first")
        description.configuration = ["optimizer": ["name": "adam", "rate": 0.001], "epochs": 10]
        description.tags = ["baseline"]
        description.seed = 7
        let first = try store.createRun(description)
        try store.append(
            (1...50).map { MetricPoint(step: $0, epoch: 1, value: 1 / Double($0)) }, to: "loss",
            of: first)
        try store.append([MetricPoint(step: 50, value: .nan)], to: "accuracy", of: first)
        try store.record([RunEvent("set", step: 20, data: ["rate": 0.5])], of: first)
        try store.finish(first, .finished)
        description.name = "second"
        description.parent = (first.id, 20)
        description.configuration = ["optimizer": ["name": "adam", "rate": 0.01], "epochs": 10]
        description.tags = []
        let second = try store.createRun(description)
        try store.append([MetricPoint(step: 1, value: 0.001)], to: "loss", of: second)
        try store.finish(second, .stopped)
        description.name = "third"
        try store.finish(try store.createRun(description), .failed)
        description.name = "x;$(touch owned)\"'한글" + String(repeating: "y", count: 120)
        description.parent = (second.id, 3)
        try store.finish(try store.createRun(description), .failed)
        try body(folder, store)
    }

    private func lines(_ run: CommandRun) -> [String] {
        run.output.split(separator: "\n").map(String.init)
    }

    @Test func listSortsFiltersAndFitsATerminal() throws {
        try withRuns { folder, store in
            let list = try CommandRun(["runs", "list"], in: folder)
            #expect(list.status == 0)
            #expect(lines(list).count == 5)
            #expect(lines(list).last?.hasSuffix("first [baseline]") == true)
            let byLoss = try CommandRun(["runs", "list", "--sort", "loss"], in: folder)
            #expect(lines(byLoss)[1].hasSuffix("second"))
            #expect(lines(byLoss)[2].hasSuffix("first [baseline]"))
            for run in [list, byLoss] { #expect(lines(run).allSatisfy { $0.count <= 80 }) }
            let reversed = try CommandRun(
                ["runs", "list", "--sort", "loss", "--reverse", "--limit", "1", "--json"],
                in: folder)
            let json = try reversed.json["runs"]?.array
            #expect(json?.count == 1)
            #expect(json?.first?["name"]?.string == "first")
            #expect(json?.first?["metrics"]?.array?.count == 2)
            // What grows as a model gets better is listed from its greatest value on.
            for (name, value) in [("first", 0.5), ("second", 0.9)] {
                try store.append(
                    [MetricPoint(step: 51, value: value)], to: "accuracy", of: store.run(name))
            }
            let byAccuracy = try CommandRun(
                ["runs", "list", "--sort", "accuracy", "--json"], in: folder)
            let names = try byAccuracy.json["runs"]?.array?.compactMap { $0["name"]?.string } ?? []
            #expect(names.prefix(2) == ["second", "first"])
            let paused = try CommandRun(
                ["runs", "list", "--state", "paused", "--json"], in: folder)
            #expect(try paused.status == 0 && paused.json["runs"]?.array?.isEmpty == true)
            let tagged = try CommandRun(
                ["runs", "list", "--tag", "baseline", "--state", "finished", "--json"], in: folder)
            #expect(try tagged.json["runs"]?.array?.compactMap { $0["name"]?.string } == ["first"])
            for wrong in [["--sort", "creatd"], ["--state", "don"], ["--limit", "0"]] {
                let run = try CommandRun(["runs", "list"] + wrong, in: folder)
                #expect(run.status == 1)
                #expect(run.errors.hasPrefix("error: "))
                #expect(run.errors.split(separator: "\n").count == 1)
            }
        }
    }

    @Test func noRunsAreNoError() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let list = try CommandRun(["runs", "list"], in: folder)
        #expect(list.status == 0)
        #expect(list.output.isEmpty)
        #expect(list.errors == "no runs are recorded in \(folder.runs)\n")
        let chosen = try CommandRun(["runs", "list", "--runs", "nowhere"], in: folder)
        #expect(chosen.status == 1)
        #expect(folder.contents.isEmpty)
    }

    @Test func showTellsOfOneRun() throws {
        try withRuns { folder, _ in
            let show = try CommandRun(["runs", "show", "first"], in: folder)
            #expect(show.status == 0)
            #expect(show.output.contains("seed: 7"))
            #expect(show.output.contains("nan"))
            #expect(show.output.contains("step 20 set (kalsae) {\"rate\":0.5}"))
            #expect(lines(show).allSatisfy { $0.count <= 80 })
            let json = try CommandRun(["runs", "show", "first", "--json"], in: folder).json
            #expect(json["metrics"]?.array?.count == 2)
            #expect(json["configuration"]?["epochs"]?.integer == 10)
            let last = try CommandRun(["runs", "show"], in: folder)
            #expect(last.output.contains("x;$(touch owned)"))
            #expect(lines(last).allSatisfy { DisplayColumns.of($0) <= 80 })
            let missing = try CommandRun(["runs", "show", "frist"], in: folder)
            #expect(missing.status == 1)
            #expect(missing.errors.contains("did you mean first?"))
        }
    }

    @Test func compareShowsWhatDiffers() throws {
        try withRuns { folder, _ in
            let text = try CommandRun(["runs", "compare", "first", "second"], in: folder)
            #expect(text.output.contains("optimizer.rate"))
            #expect(!text.output.contains("epochs"))
            let json = try CommandRun(
                ["runs", "compare", "first", "second", "third", "--json"], in: folder
            ).json
            #expect(json["settings"] == ["optimizer.rate": [0.001, 0.01, 0.01]])
            #expect(json["metrics"]?["loss"] == [0.02, 0.001, .null])
            #expect(json["metrics"]?["accuracy"] == ["nan", .null, .null])
            #expect(try CommandRun(["runs", "compare", "first"], in: folder).status == 1)
        }
    }

    /// Of an epoch's values the best one counts, not the last.
    @Test func bestValuesAreListedAndCompared() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let store = try Store(folder: folder.runs)
        let folderName = "/data/" + String(repeating: "d", count: 40)
        for (name, losses, monitor) in [
            ("low", [0.5, 0.1, 0.9], "loss"), ("high", [0.4, 0.3, 0.2], "accuracy"),
        ] {
            var description = RunDescription(name: name)
            description.configuration = [
                "data": .string("\(folderName)/\(name).csv"), "monitor": .string(monitor),
                "interventions": [
                    [
                        "step": 100, "set": "learningRate",
                        "to": .number(name == "low" ? 3e-4 : 1e-3),
                    ]
                ],
            ]
            let run = try store.createRun(description)
            for (metric, values) in [
                ("loss", losses.map { 1 - $0 }), ("validation/loss", losses),
                ("validation/accuracy", losses.map { 1 - $0 }),
            ] {
                let points = values.enumerated().map {
                    MetricPoint(step: $0.offset + 1, epoch: 1, value: $0.element)
                }
                try store.append(points, to: metric, of: run)
            }
            try store.finish(run, .finished)
        }
        let list = lines(try CommandRun(["runs", "list"], in: folder))
        #expect(list[0].hasSuffix("best  name"))
        #expect(list[1].hasSuffix("accuracy 0.8000  high") && list[2].hasSuffix(" 0.1000  low"))
        let sorted = lines(try CommandRun(["runs", "list", "--sort", "loss"], in: folder))
        #expect(sorted[0].hasSuffix("best loss  name"))
        #expect(sorted[1].hasSuffix(" 0.1000  low") && sorted[2].hasSuffix(" 0.2000  high"))
        let compare = lines(try CommandRun(["runs", "compare", "low", "high"], in: folder))
        let last = try #require(compare.firstIndex { $0.hasPrefix("validation/loss ") })
        func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }
        #expect(words(compare[last]) == ["validation/loss", "0.9000", "0.2000"])
        #expect(words(compare[last + 1]) == ["validation/loss,", "best", "0.1000", "0.2000"])
        // What is long stands whole below.
        #expect(compare.contains("  low: \(folderName)/low.csv"))
        #expect(compare.contains { $0.contains("step 100: learningRate 0.0003") })
        let json = try CommandRun(["runs", "compare", "low", "high", "--json"], in: folder).json
        #expect(json["metrics"]?["validation/loss"] == [0.9, 0.2])
        #expect(json["best"]?["validation/loss"] == [0.1, 0.2])
        #expect(json["best"]?["validation/accuracy"] == [0.9, 0.8])
    }

    @Test func treeDrawsBranches() throws {
        try withRuns { folder, _ in
            let tree = lines(try CommandRun(["runs", "tree"], in: folder))
            #expect(tree.count == 4)
            #expect(tree[0].hasPrefix("first, finished"))
            #expect(tree[1].hasPrefix("├─ second at step 20, stopped"))
            #expect(tree[2].hasPrefix("│  └─ x;$(touch owned)"))
            #expect(tree[3].hasPrefix("└─ third at step 20, failed"))
            let part = try CommandRun(["runs", "tree", "second", "--json"], in: folder).json
            #expect(part["runs"]?.array?.map { $0["depth"]?.integer } == [0, 1])
        }
    }

    @Test func namesTagsAndNotesAreChanged() throws {
        try withRuns { folder, store in
            for arguments in [
                ["rename", "--", "second", "-2"], ["tag", "--", "-2", "x", "y"],
                ["note", "--", "-2", "too \u{1b}[31mfast"],
            ] {
                #expect(try CommandRun(["runs"] + arguments, in: folder).status == 0)
            }
            let run = try store.run("-2")
            #expect(run.tags == ["x", "y"])
            #expect(run.note == "too \u{1b}[31mfast")
            let show = try CommandRun(["runs", "show", "--", "-2"], in: folder)
            #expect(show.output.contains("note: too \\u{1B}[31mfast"))
            #expect(!show.output.contains("\u{1b}"))
            #expect(try CommandRun(["runs", "rename", "third", "first"], in: folder).status == 1)
            #expect(
                try CommandRun(["runs", "tag", "third", "a", "--remove", "b"], in: folder).status
                    == 0)
            #expect(try store.run("third").tags == ["a"])
        }
    }

    @Test func deleteAsksAndTakesFilesOnlyWhenTold() throws {
        try withRuns { folder, store in
            let run = try store.run("third")
            let files = store.folder(of: run)
            try FileManager.default.createDirectory(
                atPath: files, withIntermediateDirectories: true)
            #expect(try CommandRun(["runs", "delete", "third"], in: folder).status == 1)
            let dry = try CommandRun(["runs", "delete", "third", "--dry-run"], in: folder)
            #expect(dry.output == "would delete third (\(run.id))\n")
            #expect(
                try CommandRun(["runs", "delete", "third", "nobody", "--yes"], in: folder).status
                    == 1)
            #expect(try store.runs().count == 4)
            #expect(try CommandRun(["runs", "delete", "third", "--yes"], in: folder).status == 0)
            #expect(FileManager.default.fileExists(atPath: files))
            #expect(try store.runs().count == 3)
            let second = store.folder(of: try store.run("second"))
            try FileManager.default.createDirectory(
                atPath: second, withIntermediateDirectories: true)
            #expect(
                try CommandRun(["runs", "delete", "second", "--files", "--yes"], in: folder).status
                    == 0)
            #expect(!FileManager.default.fileExists(atPath: second))
        }
    }

    @Test func exportsGoToFilesAndOutput() throws {
        try withRuns { folder, store in
            let csv = try CommandRun(["runs", "export", "first"], in: folder)
            #expect(lines(csv).count == 52)
            #expect(lines(csv)[0] == "metric,step,epoch,time,value")
            let one = try CommandRun(
                ["runs", "export", "first", "--metric", "accuracy", "--output", "a.csv"],
                in: folder)
            #expect(one.status == 0)
            #expect(String(decoding: try folder.bytes(of: "a.csv"), as: UTF8.self).contains("nan"))
            let again = try CommandRun(
                ["runs", "export", "first", "--output", "a.csv"], in: folder)
            #expect(again.status == 1 && again.errors.contains("--overwrite"), "\(again.errors)")
            let json = try CommandRun(["runs", "export", "first", "--format", "json"], in: folder)
            #expect(try json.json["metrics"]?["loss"]?.array?.count == 50)
            let events = try CommandRun(
                ["runs", "export", "first", "--format", "tensorboard", "--output", "logs"],
                in: folder)
            #expect(events.status == 0)
            let run = try store.run("first")
            let name = "logs/first/" + RunExport(run, of: store).eventFileName
            #expect(try folder.bytes(of: name).count > 51 * 30)
            #expect(
                try CommandRun(["runs", "export", "first", "--format", "tensorboard"], in: folder)
                    .status == 1)
        }
    }
}

/// Columns by a rule of its own: what lies behind the Hangul Jamo takes two.
private enum DisplayColumns {
    static func of(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) {
            $0 + ((0x1100...0xd7a3).contains($1.value) && $1.value > 0x3000 ? 2 : 1)
        }
    }
}
