import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

/// Trainings that are recorded, killed, taken up, and repeated from what was recorded.
@Suite struct RecordedTrainingTests {
    /// The numbers of a model's file: its metadata may name other files.
    private func weights(_ folder: CommandRun.Folder, _ name: String) throws -> Data {
        let bytes = try folder.bytes(of: name)
        let header = bytes.prefix(8).enumerated().reduce(0) {
            $0 + Int($1.element) << (8 * $1.offset)
        }
        return bytes.dropFirst(8 + header)
    }

    private func expectConsistent(_ folder: CommandRun.Folder) throws {
        let store = try Store(folder: folder.runs, for: .reading)
        #expect(try !store.runs().isEmpty)
    }

    private let iris = [
        "train", "iris", "--steps", "4000", "--checkpoint-every", "10steps", "--batch", "8",
        "--patience", "100000", "--quiet",
    ]

    /// Fifty kills at random moments: each run that is taken up again ends with the same bits.
    @Test func killedTrainingsEndWithTheSameBits() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let whole = try CommandRun(iris + ["--output", "whole.safetensors"], in: folder)
        #expect(whole.status == 0, "\(whole.errors)")
        let wanted = try weights(folder, "whole.safetensors")
        var (kills, number) = (0, 0)
        while kills < 50, number < 200 {
            number += 1
            let (name, file) = ("killed\(number)", "killed\(number).safetensors")
            var arguments = iris + ["--name", name, "--output", file]
            for attempt in 0..<8 {
                let process = try CommandRun.process(arguments, in: folder)
                process.standardOutput = FileHandle.nullDevice
                process.standardError = FileHandle.nullDevice
                try process.run()
                // A task that sleeps wakes late where many tests run.
                usleep(UInt32(1000 * Int.random(in: 20...(120 + 60 * attempt))))
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                guard process.terminationReason == .uncaughtSignal else { break }
                kills += 1
                // Before its first moment there is no run to take up.
                let store = try? Store(folder: folder.runs, for: .reading)
                guard (try? store?.run(name)) != nil else { continue }
                arguments = ["train", "--resume", name, "--quiet"]
            }
            let last = try CommandRun(arguments, in: folder)
            #expect(last.status == 0, "\(last.errors)")
            #expect(try weights(folder, file) == wanted, "\(name)")
            try expectConsistent(folder)
        }
        #expect(kills >= 50)
    }

    @Test func theLearningOfATableIsTakenUpAtAnEpoch() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let rows = (0..<240).map { "\($0 % 17),\($0 * 7 % 23),\($0 % 5 == 0 ? "yes" : "no")" }
        try folder.write((["a,b,c"] + rows).joined(separator: "\n"), to: "t.csv")
        let train = ["train", "t.csv", "--target", "c", "--checkpoint-every", "1epoch", "--quiet"]
        let whole = try CommandRun(train + ["--output", "whole.safetensors"], in: folder)
        #expect(whole.status == 0, "\(whole.errors)")
        let wanted = try weights(folder, "whole.safetensors")
        for number in 0..<3 {
            let (name, file) = ("killed\(number)", "killed\(number).safetensors")
            let process = try CommandRun.process(
                train + ["--name", name, "--output", file], in: folder)
            try process.run()
            usleep(UInt32(1000 * (150 + 150 * number)))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            guard process.terminationReason == .uncaughtSignal else { continue }
            let store = try? Store(folder: folder.runs, for: .reading)
            guard (try? store?.run(name)) != nil else { continue }
            let last = try CommandRun(["train", "--resume", name, "--quiet"], in: folder)
            #expect(last.status == 0, "\(last.errors)")
            #expect(try weights(folder, file) == wanted)
        }
    }

    /// The one before it leads to the same end.
    @Test func aDamagedCheckpointIsToldAndLeftOut() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let long = iris.map { $0 == "4000" ? "600" : $0 }
        let whole = try CommandRun(long + ["--output", "whole.safetensors"], in: folder)
        #expect(whole.status == 0, "\(whole.errors)")
        let short = iris.map { $0 == "4000" ? "300" : $0 }
        let part = try CommandRun(
            short + ["--name", "cut", "--output", "cut.safetensors"], in: folder)
        #expect(part.status == 0, "\(part.errors)")
        let store = try Store(folder: folder.runs, for: .reading)
        let checkpoints = "\(store.folder(of: try store.run("cut")))/checkpoints"
        let names = try FileManager.default.contentsOfDirectory(atPath: checkpoints)
            .filter { $0.hasPrefix("step-") }.sorted()
        let newest = try #require(names.last)
        #expect(names.count > 1)
        let file = URL(fileURLWithPath: "\(checkpoints)/\(newest)")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 5] ^= 0x40
        try bytes.write(to: file)
        let again = try CommandRun(["train", "--resume", "cut", "--steps", "600"], in: folder)
        #expect(again.status == 0 && again.errors.contains("damaged"), "\(again.errors)")
        #expect(try weights(folder, "cut.safetensors") == weights(folder, "whole.safetensors"))
    }

    /// There is nothing to go on with, and the record stays what it is.
    @Test func aTableThatIsFinishedIsNotLearnedAgain() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let rows = (0..<60).map { "\($0 % 17),\($0 % 5 == 0 ? "yes" : "no")" }
        try folder.write((["a,c"] + rows).joined(separator: "\n"), to: "t.csv")
        let run = try CommandRun(
            ["train", "t.csv", "--target", "c", "--effort", "quick", "--quiet"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let again = try CommandRun(["train", "--resume", "last"], in: folder)
        #expect(again.status == 1 && again.errors.contains("finished"), "\(again.errors)")
        #expect(try Store(folder: folder.runs, for: .reading).run("last").state == .finished)
    }

    @Test func aSignalTellsHowItGoesOn() async throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let train = ["train", "digits", "--patience", "0"]
        let process = try CommandRun.process(
            train + ["--steps", "10000000", "--name", "asked"], in: folder)
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        try await Task.sleep(for: .milliseconds(400))
        process.terminate()
        let text = String(
            decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 143)
        #expect(text.contains("kalsae train --resume asked"), "\(text)")
        // The signal may come before the first step.
        let lines = [
            "kalsae: stops after this step, and writes a checkpoint and the model; a second signal "
                + "ends it at once\n",
            "kalsae: stops at its first step; a second signal ends it at once\n",
        ]
        #expect(lines.contains { text.contains($0) }, "\(text)")
        #expect(try Store(folder: folder.runs, for: .reading).run("asked").state == .stopped)
        let store = try Store(folder: folder.runs, for: .reading)
        let reached = try store.checkpoints(of: store.run("asked")).map(\.step).max() ?? 0
        let steps = "\(reached + 200)"
        let last = try CommandRun(
            ["train", "--resume", "asked", "--steps", steps, "--quiet"], in: folder)
        #expect(last.status == 0, "\(last.errors)")
        let asked = try weights(folder, "digits.safetensors")
        let whole = try CommandRun(
            train + ["--steps", steps, "--output", "whole.safetensors", "--no-record", "--quiet"],
            in: folder)
        #expect(whole.status == 0, "\(whole.errors)")
        #expect(try weights(folder, "whole.safetensors") == asked)
    }

    /// From a second process: changed, gone back, branched; then repeated from what was exported.
    @Test func aPersonSteersAndTheFileRepeatsIt() async throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let process = try CommandRun.process(
            [
                "train", "digits", "--network", "784-32-10", "--epochs", "100000", "--patience",
                "0",
                "--checkpoint-every", "100steps", "--name", "live", "--quiet",
            ], in: folder)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer { process.terminate() }
        func steer(_ words: [String], _ status: Int32 = 0) throws -> CommandRun {
            let run = try CommandRun(["steer", "live"] + words, in: folder)
            #expect(run.status == status, "\(words) \(run.output) \(run.errors)")
            return run
        }
        for _ in 0..<200 {
            let store = try? Store(folder: folder.runs, for: .reading)
            if let run = try? store?.run("live"),
                try store?.checkpoints(of: run).contains(where: { $0.step >= 200 }) == true
            {
                break
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        _ = try steer(["set", "learningRate=0.0005", "optimizer.beta1=0.8"])
        _ = try steer(["pause"])
        let shown = try CommandRun(["runs", "show", "live"], in: folder)
        #expect(shown.output.contains("state: paused, "), "\(shown.output)")
        let list = try CommandRun(["runs", "list"], in: folder)
        #expect(list.output.contains("  paused  "), "\(list.output)")
        let back = try steer(["rollback", "best"])
        #expect(back.output.contains("back at step"))
        _ = try steer(["set", "learningRate=0.002"])
        _ = try steer(["continue"])
        let refused = try steer(["set", "dropout1.rate=0.5"], 1)
        #expect(refused.errors.hasPrefix("error: ") && refused.errors.contains("dense1"))
        _ = try steer(["fly"], 1)
        _ = try steer(["stop"])
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)

        let export = try CommandRun(
            ["runs", "export", "live", "--as-config", "--output", "plan.yaml"], in: folder)
        #expect(export.status == 0, "\(export.errors)")
        let store = try Store(folder: folder.runs, for: .reading)
        let steps = try #require(try store.points("test/loss", of: store.run("live")).last?.step)
        let replay = try CommandRun(
            [
                "train", "plan.yaml", "--steps", "\(steps)", "--output", "replay.safetensors",
                "--quiet",
            ], in: folder)
        #expect(replay.status == 0, "\(replay.errors)")
        let whole = try CommandRun(
            ["train", "--resume", "live", "--steps", "\(steps)", "--quiet"], in: folder)
        #expect(whole.status == 0, "\(whole.errors)")
        let (one, two) = (
            try weights(folder, "replay.safetensors"), try weights(folder, "digits.safetensors")
        )
        #expect(one == two)

        let branch = try CommandRun(
            [
                "steer", "live", "branch", "--set", "learningRate=0.01", "--steps",
                "\(steps)",
                "--name", "other", "--quiet",
            ], in: folder)
        #expect(branch.status == 0, "\(branch.errors)")
        let child = try store.run("other")
        #expect(try child.parent == store.run("live").id && child.parentStep == steps)
        // What cannot be made leaves no run.
        let count = try store.runs().count
        for setting in ["nope=1", "dense1.units=7", "learningRate=fast", "optimizer.beta1=2"] {
            let wrong = try CommandRun(
                ["steer", "live", "branch", "--set", setting, "--name", "wrong"], in: folder)
            #expect(wrong.status == 1 && wrong.errors.hasPrefix("error: "), "\(wrong.errors)")
            #expect(wrong.errors.split(separator: "\n").count == 1, "\(wrong.errors)")
        }
        #expect(try store.runs().count == count)
        // A second branch of the step leaves the first one's model.
        let model = try folder.bytes(of: "digits-from-\(steps).safetensors")
        let second = try CommandRun(
            ["steer", "live", "branch", "--steps", "\(steps)", "--name", "second", "--quiet"],
            in: folder)
        #expect(second.status == 0, "\(second.errors)")
        #expect(try folder.bytes(of: "digits-from-\(steps).safetensors") == model)
        #expect(try store.run("second").modelPath.hasSuffix("digits-from-\(steps)-2.safetensors"))
        let third = try CommandRun(
            [
                "steer", "live", "branch", "--steps", "\(steps)", "--quiet", "--output",
                "own.safetensors",
            ], in: folder)
        #expect(third.status == 0 && folder.contents.contains("own.safetensors"))
    }
}
