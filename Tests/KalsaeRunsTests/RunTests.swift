import Foundation
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import Testing

@Suite("Runs in a store")
struct RunTests {
    @Test func aRunComesBackAsItWasDescribed() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        var description = RunDescription(name: "iris")
        description.command = ["train", "iris", "--seed", "7"]
        description.workingFolder = "/tmp/with a space"
        description.version = "0.1.0"
        description.commit = "abc123"
        description.seed = .max
        description.dataFingerprint = "crc32c:00ff"
        description.configuration = ["optimizer": ["learningRate": 0.001], "epochs": 10]
        description.modelPath = "iris.safetensors"
        description.tags = ["quick", "baseline"]
        let run = try store.createRun(description)
        #expect(run.state == .running)
        #expect(run.command == description.command)
        #expect(run.workingFolder == description.workingFolder)
        #expect(run.seed == .max)
        #expect(run.configuration == description.configuration)
        #expect(run.tags == ["baseline", "quick"])
        #expect(run.process == .current)
        #expect(run.parent == nil)
        #expect(run.id.count == 10)

        var branch = RunDescription(name: "iris")
        branch.parent = (run.id, 120)
        let second = try store.createRun(branch)
        #expect(second.name == "iris-2")
        #expect(second.parent == run.id)
        #expect(second.parentStep == 120)
        #expect(try store.createRun(RunDescription(name: "iris")).name == "iris-3")
        #expect(try store.runs().map(\.name) == ["iris-3", "iris-2", "iris"])
        #expect(try store.run("iris") == run)
    }

    @Test func runsOfOneNameAreNumbered() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let names = try (0..<40).map { _ in try store.createRun(RunDescription(name: "a")).name }
        #expect(names == ["a"] + (2...40).map { "a-\($0)" })
        // Where one was deleted, some name is found that is free.
        let gone = try store.run("a-20")
        try store.finish(gone, .finished)
        try store.delete(gone, files: false)
        let next = try store.createRun(RunDescription(name: "a")).name
        #expect(next == "a-20" || next == "a-41")
    }

    @Test func aRunIsFoundByIdBeginningNameAndLast() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let runs = try (0..<40).map { try store.createRun(RunDescription(name: "run \($0)")) }
        for run in runs {
            #expect(try store.run(run.id) == run)
            #expect(try store.run(run.name) == run)
            let unique = (1...10).first { length in
                runs.count { $0.id.hasPrefix(run.id.prefix(length)) } == 1
            }
            #expect(try store.run(String(run.id.prefix(try #require(unique)))) == run)
        }
        #expect(try store.run("last") == runs.last)
        // Forty runs and 32 first letters: some letter begins two ids.
        let letter = try #require(
            runs.map { $0.id.prefix(1) }.first { letter in
                runs.count { $0.id.hasPrefix(letter) } > 1
            })
        #expect(throws: KalsaeError.self) { try store.run(String(letter)) }
        for text in ["", "run", "RUN 1", "run 40", "%", "'; DROP TABLE runs; --"] {
            #expect(throws: KalsaeError.self) { try store.run(text) }
        }
    }

    @Test(arguments: [
        "한글 실행", "a'b\"c", "Robert'); DROP TABLE runs; --", "../../etc", "%s%n", "🐼🐼", "-1", "*",
        "NULL", "a/b/c", String(repeating: "x", count: 200),
    ])
    func hostileNamesAreKeptAsTheyAre(_ name: String) throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        var description = RunDescription(name: name)
        description.tags = [name]
        let run = try store.createRun(description)
        #expect(run.name == name)
        #expect(run.tags == [name])
        try store.append([MetricPoint(step: 1, value: 2)], to: name, of: run)
        try store.setNote(name, of: run)
        #expect(try store.metrics(of: run).map(\.name) == [name])
        #expect(try store.run(name).note == name)
        #expect(try store.points(name, of: run).count == 1)
        let prefix = folder.store + "/" + run.id
        #expect(store.folder(of: run) == prefix)
    }

    @Test(arguments: [
        "", " a", "a ", "a\nb", "\u{1b}[31m", "last", "a\0b", "\u{202e}abc",
        String(repeating: "x", count: 201),
    ])
    func unreadableNamesAreRefused(_ name: String) throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        #expect(throws: KalsaeError.self) { try store.createRun(RunDescription(name: name)) }
        let run = try store.createRun(RunDescription(name: "a"))
        #expect(throws: KalsaeError.self) { try store.rename(run, to: name) }
        #expect(throws: KalsaeError.self) { try store.tag(run, adding: [name]) }
        #expect(try store.runs() == [run])
    }

    @Test func namesNotesAndTagsChange() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        _ = try store.createRun(RunDescription(name: "b"))
        #expect(throws: KalsaeError.self) { try store.rename(run, to: "b") }
        try store.rename(run, to: "a")
        try store.rename(run, to: "c")
        try store.setNote("two\nlines", of: run)
        try store.tag(run, adding: ["x", "y", "x"])
        try store.tag(run, adding: ["z"], removing: ["y", "nothing"])
        let changed = try store.run(run.id)
        #expect(changed.name == "c")
        #expect(changed.note == "two\nlines")
        #expect(changed.tags == ["x", "z"])
    }

    @Test func aRunWhoseProcessDiedIsInterrupted() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        func state(_ change: (inout RunProcess) -> Void) throws -> RunState {
            var description = RunDescription(name: "a")
            change(&description.process)
            return try store.createRun(description).state
        }
        #expect(try state { _ in } == .running)
        // Above the greatest number that Linux gives.
        #expect(try state { $0.pid = 1 << 23 } == .interrupted)
        // Another process has the number now.
        #expect(try state { $0.began += 1 } == .interrupted)
        // The machine was started again.
        #expect(
            try state { $0.boot = "other " + ($0.boot.split(separator: " ").last ?? "") }
                == .interrupted)
        // Of other machines and containers nothing is known.
        #expect(
            try state {
                $0.host += "-2"; $0.pid = 1 << 23
            } == .running)
        #expect(
            try state {
                $0.boot += "1"; $0.pid = 1 << 23
            } == .running)
    }

    @Test func aRunThatEndedIsTakenUpAgain() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        try store.finish(run, .stopped)
        let ended = try store.run("a")
        #expect(ended.state == .stopped)
        #expect(ended.ended != nil)
        let again = try store.reopen(ended)
        #expect(again.state == .running)
        #expect(again.ended == nil)
        // Not while another process trains it: the first of all is not this one.
        var description = RunDescription(name: "b")
        description.process.host = "elsewhere"
        let other = try store.createRun(description)
        #expect(throws: KalsaeError.self) { try store.reopen(other) }
    }

    @Test func historyComesBackInOrder() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        let events = (0..<5).map { index in
            RunEvent(
                "set", step: 10 - index, author: "me",
                data: ["learningRate": .number(0.1 / Double(index + 1))])
        }
        try store.record(events, of: run)
        #expect(try store.events(of: run) == events)
        let checkpoints = (1...3).map { step in
            RunCheckpoint(
                step: step, epoch: 0, path: "\(step).safetensors", metric: step == 2 ? nil : 0.5,
                isKept: step == 1, isBest: step == 3, bytes: 100)
        }
        for checkpoint in checkpoints { try store.record(checkpoint, of: run) }
        #expect(try store.checkpoints(of: run) == checkpoints)
        // A run that is taken up before a checkpoint writes it again.
        var again = checkpoints[2]
        again.bytes = 200
        try store.record(again, of: run)
        #expect(try store.checkpoints(of: run) == [checkpoints[0], checkpoints[1], again])
        try store.forgetCheckpoint(path: "2.safetensors", of: run)
        #expect(try store.checkpoints(of: run).map(\.step) == [1, 3])
        let artifact = RunArtifact(name: "model", kind: "model", path: "a.safetensors", bytes: 9)
        try store.record(artifact, of: run)
        #expect(try store.artifacts(of: run) == [artifact])
    }

    @Test func deletingLeavesNothingBehind() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a"))
        var branch = RunDescription(name: "b")
        branch.parent = (run.id, 3)
        let child = try store.createRun(branch)
        let points = (0..<120_000).map { MetricPoint(step: $0, value: 1) }
        try store.append(points, to: "loss", of: run)
        try store.append(points, to: "loss", of: child)
        try store.record([RunEvent("x", step: 1)], of: run)
        let outside = folder.path + "/precious"
        let files = store.folder(of: run) + "/checkpoints"
        for path in [outside, files] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }
        try "a".write(toFile: outside + "/file", atomically: false, encoding: .utf8)
        try "a".write(toFile: files + "/file", atomically: false, encoding: .utf8)
        try FileManager.default.createSymbolicLink(
            atPath: files + "/link", withDestinationPath: outside)
        #expect(throws: KalsaeError.self) { try store.delete(run, files: true) }
        try store.finish(run, .finished)
        try store.delete(run, files: true)
        #expect(!FileManager.default.fileExists(atPath: store.folder(of: run)))
        #expect(FileManager.default.fileExists(atPath: outside + "/file"))
        #expect(try store.runs().map(\.name) == ["b"])
        #expect(try store.run("b").parent == nil)
        #expect(try store.points("loss", of: child, limit: nil).count == 120_000)
        let counts = try StoreCheck(folder.file).rowCounts()
        #expect(counts["points"] == 120_000)
        #expect(
            counts["blocks"] == 120_000 / 32 + 120_000 / 256 + 120_000 / 2048 + 120_000 / 16_384)
        #expect(counts["metrics"] == 1)
        #expect(counts["events"] == 0)
        #expect(counts["deleted_metrics"] == 0)
    }

    /// Models that nobody gave a place go with the files of the last run that names them.
    @Test func deletionTakesTheModelsOfTheStore() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let models = Store.modelFolder(of: store.folder)
        try FileManager.default.createDirectory(
            atPath: models, withIntermediateDirectories: true)
        let (own, shared, outside) =
            ("\(models)/a.safetensors", "\(models)/b.safetensors", "\(store.folder)/c.safetensors")
        let files = [own, shared, outside]
        for file in files { try "x".write(toFile: file, atomically: false, encoding: .utf8) }
        func add(_ model: String) throws -> Run {
            var description = RunDescription(name: "run")
            description.modelPath = model
            let run = try store.createRun(description)
            try store.finish(run, .finished)
            return try store.run(run.id)
        }
        func left() -> [String] { files.filter { FileManager.default.fileExists(atPath: $0) } }
        try store.delete(try add(own), files: false)
        #expect(left() == files)
        try store.delete(try add(own), files: true)
        #expect(left() == [shared, outside])
        let one = try add(shared)
        let other = try add("\(models)/../models/b.safetensors")
        try store.delete(one, files: true)
        try store.delete(try add(outside), files: true)
        try store.delete(try add("\(models)/../c.safetensors"), files: true)
        try store.delete(try add(models), files: true)
        #expect(left() == [shared, outside])
        try store.delete(other, files: true)
        #expect(left() == [outside])
    }
}
