import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

/// A process that is killed while it measures what it has learned loses nothing of it.
@Suite struct KeptBeforeMeasuringTests {
    /// A table whose measuring takes seconds, and a step of it none.
    private func folder() throws -> CommandRun.Folder {
        let folder = try CommandRun.Folder()
        let rows = (0..<20_000).map { "\($0 % 97),\(($0 * 31) % 89),\($0 % 3)" }
        try folder.write("a,b,kind\n" + rows.joined(separator: "\n"), to: "rows.csv")
        return folder
    }

    private let train = [
        "train", "rows.csv", "--target", "kind", "--network", "2-1024-1024-3", "--steps", "3",
        "--batch", "8", "--name", "kept",
    ]

    @Test func modelAndCheckpointAreThereBeforeTheReport() throws {
        let folder = try folder()
        defer { folder.remove() }
        let store = { try Store(folder: folder.runs, for: .reading) }
        let run = try CommandRun(CommandRun.process(train, in: folder), in: folder) { process in
            while process.isRunning, !folder.contents.contains("rows.safetensors") { usleep(500) }
            kill(process.processIdentifier, SIGKILL)
        }
        // Killed, and no number of it told.
        #expect(run.status == 9 && run.output.isEmpty, "\(run.output)")
        let checkpoints = "\(try store().folder(of: store().run("kept")))/checkpoints"
        let names = try FileManager.default.contentsOfDirectory(atPath: checkpoints)
        #expect(names.contains("step-000000003.safetensors"), "\(names)")
        let measured = try CommandRun(["evaluate", "rows.safetensors", "rows.csv"], in: folder)
        #expect(measured.status == 0, "\(measured.errors)")
        let learned = try folder.bytes(of: "rows.safetensors")
        // What is left to do is to measure it.
        let resumed = try CommandRun(["train", "--resume", "kept", "--json"], in: folder)
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try resumed.json["steps"]?.integer == 3)
        #expect(try folder.bytes(of: "rows.safetensors").suffix(100_000) == learned.suffix(100_000))
    }

    /// The first signal while it measures is answered, and the measuring goes on.
    @Test func aSignalWhileItMeasuresIsAnswered() throws {
        let folder = try folder()
        defer { folder.remove() }
        let run = try CommandRun(CommandRun.process(train, in: folder), in: folder) { process in
            while process.isRunning, !folder.contents.contains("rows.safetensors") { usleep(500) }
            usleep(20_000)
            process.terminate()
        }
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            run.errors.contains(
                "kalsae: the training is over, and its model is in rows.safetensors: it is measured "
                    + "to the end; a second signal ends it at once\n"), "\(run.errors)")
        #expect(run.output.contains("model: rows.safetensors"))
    }
}
