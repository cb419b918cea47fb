import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

/// What a record says of trainings that were taken up, stopped, or failed.
@Suite struct ResumedRecordTests {
    private let iris = ["train", "iris", "--network", "4-8-3", "--patience", "0", "--quiet"]

    @Test func aRunThatIsTakenUpHasItsStepAndItsModelOnce() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let first = try CommandRun(iris + ["--steps", "50", "--name", "part"], in: folder)
        #expect(first.status == 0, "\(first.errors)")
        for steps in ["80", "120"] {
            let more = try CommandRun(
                ["train", "--resume", "part", "--steps", steps, "--quiet"], in: folder)
            #expect(more.status == 0, "\(more.errors)")
        }
        let store = try Store(folder: folder.runs, for: .reading)
        let run = try store.run("part")
        #expect(try store.events(of: run).filter { $0.kind == "resumed" }.map(\.step) == [50, 80])
        #expect(try store.artifacts(of: run).filter { $0.kind == "model" }.count == 1)
    }

    /// The seconds are those of this process, and so are the steps beside them.
    @Test func stepsAndSecondsBelongTogether() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let first = try CommandRun(iris + ["--steps", "50", "--name", "part"], in: folder)
        #expect(first.output.contains(" 50 steps, "), "\(first.output)")
        let more = try CommandRun(
            ["train", "--resume", "part", "--steps", "80", "--quiet"], in: folder)
        #expect(more.output.contains(" 80 steps; 30 taken now, "), "\(more.output)")
        let json = try CommandRun(
            ["train", "--resume", "part", "--steps", "95", "--quiet", "--json"], in: folder
        ).json
        #expect(json["steps"] == 95 && json["steps_taken"] == 15)
    }

    /// Two runs of one folder have one default path.
    @Test func aModelThatALaterRunReplacedIsTold() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        for (name, seed) in [("one", "1"), ("two", "2")] {
            let run = try CommandRun(
                iris + ["--steps", "20", "--name", name, "--seed", seed], in: folder)
            #expect(run.status == 0, "\(run.errors)")
        }
        let first = try CommandRun(["runs", "show", "one"], in: folder)
        #expect(first.output.contains("no longer its model: the file is that of run two\n"))
        let second = try CommandRun(["runs", "show", "two"], in: folder)
        #expect(!second.output.contains("no longer its model"))
        let json = try CommandRun(["runs", "show", "one", "--json"], in: folder).json
        #expect(json["foreign_model"] == "that of run two")
    }

    /// Nothing was done to it: what is recorded stays as it is.
    @Test func aRunWhoseCheckpointsAreAllDamagedStaysAsItIs() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let first = try CommandRun(iris + ["--steps", "50", "--name", "part"], in: folder)
        #expect(first.status == 0, "\(first.errors)")
        func state() throws -> (RunState, [String]) {
            let store = try Store(folder: folder.runs, for: .reading)
            let run = try store.run("part")
            return (run.state, try store.events(of: run).map(\.kind))
        }
        let before = try state()
        let id = try Store(folder: folder.runs, for: .reading).run("part").id
        let checkpoints = "\(folder.runs)/\(id)/checkpoints"
        for name in try FileManager.default.contentsOfDirectory(atPath: checkpoints) {
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(checkpoints)/\(name)"))
        }
        let more = try CommandRun(
            ["train", "--resume", "part", "--steps", "80", "--quiet"], in: folder)
        #expect(more.status == 1 && more.errors.contains(checkpoints), "\(more.errors)")
        let after = try state()
        #expect(after.0 == before.0 && after.0 == .finished && after.1 == before.1)
    }

    /// One that cannot be read is taken off the list; the one before it is gone on from.
    @Test func aDamagedCheckpointIsSetAside() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let first = try CommandRun(iris + ["--steps", "40", "--name", "part"], in: folder)
        #expect(first.status == 0, "\(first.errors)")
        let second = try CommandRun(
            ["train", "--resume", "part", "--steps", "50", "--quiet"], in: folder)
        #expect(second.status == 0, "\(second.errors)")
        let store = try Store(folder: folder.runs, for: .reading)
        let run = try store.run("part")
        let checkpoints = "\(folder.runs)/\(run.id)/checkpoints"
        let damaged = "step-000000050.safetensors"
        #expect(try store.checkpoints(of: run).contains { $0.path == "checkpoints/\(damaged)" })
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(checkpoints)/\(damaged)"))
        let more = try CommandRun(
            ["train", "--resume", "part", "--steps", "45", "--quiet"], in: folder)
        #expect(more.status == 0, "\(more.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: checkpoints)
        #expect(names.contains("\(damaged).damaged"), "\(names)")
        // It went on from step 40, to a list that ends with step 45.
        #expect(
            try store.events(of: run).filter { $0.kind == "resumed" }.map(\.step) == [40, 40])
        let list = try store.checkpoints(of: run).filter { !$0.isBest }
        #expect(list.last?.step == 45)
        #expect(!list.contains { $0.path == "checkpoints/\(damaged)" })
        let left = try FileManager.default.attributesOfItem(
            atPath: "\(checkpoints)/\(damaged).damaged")
        #expect(left[.size] as? Int == 3)
    }

    /// The rate makes the first update so large that the second loss, or the third, is not finite.
    @Test func aRunThatFailsHasItsStepAndItsAutopsy() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let run = try CommandRun(
            iris
                + [
                    "--activation", "relu", "--optimizer", "sgd", "--learning-rate", "1e30",
                    "--name",
                    "bad",
                ], in: folder)
        #expect(run.status == 1 && run.errors.contains("kalsae autopsy "), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)
        let store = try Store(folder: folder.runs, for: .reading)
        let record = try store.run("bad")
        #expect(record.state == .failed)
        let failed = try #require(try store.events(of: record).first { $0.kind == "failed" })
        #expect((1...5).contains(failed.step))
        let artifact = try #require(
            try store.artifacts(of: record).first { $0.kind == "autopsy" })
        let autopsy = try CommandRun(["autopsy", artifact.path, "--json"], in: folder)
        #expect(autopsy.status == 0, "\(autopsy.errors)")
        let report = try autopsy.json
        #expect(report["step"]?.integer ?? 0 <= failed.step && report["operation"]?.string != nil)
        #expect(["nan", "inf", "-inf"].contains(report["value"]?.string ?? ""))
        let named = try CommandRun(["autopsy", "last", "--json"], in: folder)
        #expect(named.status == 0, "\(named.errors)")
        #expect(try named.json["operands"]?.array?.count == report["operands"]?.array?.count)
        let text = try CommandRun(["autopsy", artifact.path], in: folder)
        #expect(text.output.contains("first bad index") && text.output.contains("what helps"))

        let doctor = try CommandRun(["doctor", "bad", "--json"], in: folder)
        #expect(doctor.status == 0, "\(doctor.errors)")
        let names = try doctor.json["findings"]?.array?.filter {
            $0["verdict"]?.string == "problem"
        }
        .compactMap { $0["name"]?.string }
        #expect(names?.contains("failed") == true, "\(doctor.output)")
    }

    /// Without a record too, beside the model.
    @Test func anAutopsyIsLeftWithoutARecord() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let run = try CommandRun(
            iris
                + [
                    "--activation", "relu", "--optimizer", "sgd", "--learning-rate", "1e30",
                    "--no-record",
                ], in: folder)
        #expect(run.status == 1 && run.errors.contains("iris-autopsy.safetensors"), "\(run.errors)")
        #expect(folder.contents == ["iris-autopsy.safetensors"])
        // A tenth of such a rate is no rate either.
        let autopsy = try CommandRun(["autopsy", "iris-autopsy.safetensors"], in: folder)
        #expect(autopsy.output.contains("(--learning-rate 0.01)"), "\(autopsy.output)")
    }

    @Test func aRunThatAPersonStopsTellsHowItGoesOn() async throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let process = try CommandRun.process(
            [
                "train", "digits", "--network", "784-16-10", "--epochs", "100000", "--patience",
                "0", "--name", "live",
            ], in: folder)
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer { process.terminate() }
        for _ in 0..<200 {
            let store = try? Store(folder: folder.runs, for: .reading)
            if (try? store?.run("live")) != nil { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        let stop = try CommandRun(["steer", "live", "stop"], in: folder)
        #expect(stop.status == 0, "\(stop.errors)")
        let text = String(
            decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text.contains("stopped at step") && text.contains("kalsae train --resume live"))
    }
}
