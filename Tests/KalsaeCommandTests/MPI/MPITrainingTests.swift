import Foundation
import KalsaeFiles
import Testing

@Suite(
    "Training on ranks of one host", .serialized,
    .enabled(if: MPIRun.areTrainingsWanted, "needs the cores for itself: make test-ranks"),
    .enabled(if: MPIRun.isThere, "needs Open MPI: mpicc and mpirun"))
struct MPITrainingTests {
    /// Rows that the micro-batches do not divide evenly, an epoch's end, and a best epoch that comes back.
    @Test func theBitsDoNotDependOnTheRanks() throws {
        let folder = try LaunchedTraining.folder()
        defer { folder.remove() }
        let options = ["--epochs", "2", "--no-record"]
        let alone = try CommandRun(
            LaunchedTraining.arguments("1.safetensors", options), in: folder)
        #expect(alone.status == 0, "\(alone.errors)")
        let bytes = try folder.bytes(of: "1.safetensors")
        for ranks in 2...4 {
            let run = try CommandRun(
                MPIRun.process(
                    ranks, LaunchedTraining.arguments("\(ranks).safetensors", options), in: folder),
                in: folder)
            #expect(run.status == 0, "\(run.errors)")
            #expect(try folder.bytes(of: "\(ranks).safetensors") == bytes)
            // Rank 0 alone tells and writes.
            #expect(run.output.split(separator: "\n").count { $0.hasPrefix("model: ") } == 1)
        }
        // Other micro-batches are another training.
        let others = try CommandRun(
            LaunchedTraining.arguments("5.safetensors", options + ["--micro-batches", "5"]),
            in: folder)
        #expect(others.status == 0, "\(others.errors)")
        #expect(try folder.bytes(of: "5.safetensors") != bytes)
    }

    @Test func textsAndStreamedTablesToo() throws {
        let folder = try LaunchedTraining.folder()
        defer { folder.remove() }
        let words = (0..<4000).map { ["the", "swift", "flies", "high"][($0 * $0) % 4] }
        try folder.write(words.joined(separator: " "), to: "birds.txt")
        let rows = (0..<90_000).map { "\($0 % 97),\(($0 * 31) % 89),\(($0 * 7) % 13),\($0 % 3)" }
        try folder.write("a,b,c,kind\n" + rows.joined(separator: "\n"), to: "rows.csv")
        let trainings = [
            ["birds.txt", "--context", "16", "--steps", "20", "--batch", "12"],
            [
                "rows.csv", "--target", "kind", "--network", "3-8-3", "--memory", "1M", "--epochs",
                "2", "--batch", "5000", "--class-weight", "balanced",
            ],
        ]
        for training in trainings {
            let arguments =
                ["train"] + training
                + ["--no-record", "--micro-batches", "3", "--threads", "1", "--output"]
            let alone = try CommandRun(arguments + ["1.safetensors", "--overwrite"], in: folder)
            #expect(alone.status == 0, "\(alone.errors)")
            let both = try CommandRun(
                MPIRun.process(2, arguments + ["2.safetensors", "--overwrite"], in: folder),
                in: folder)
            #expect(both.status == 0, "\(both.errors)")
            #expect(
                try folder.bytes(of: "1.safetensors") == folder.bytes(of: "2.safetensors"),
                "\(training[0])")
        }
    }

    /// All that a person can do to a run reaches all ranks; weights that differ would end it.
    @Test func aRunOnRanksObeys() throws {
        let folder = try LaunchedTraining.folder()
        defer { folder.remove() }
        let arguments = LaunchedTraining.arguments(
            "m.safetensors",
            [
                "--name", "led", "--steps", "20000", "--patience", "0", "--checkpoint-every",
                "10steps",
            ])
        let run = try CommandRun(MPIRun.process(3, arguments, in: folder), in: folder) { process in
            @discardableResult func steer(_ verb: String...) throws -> Int {
                try LaunchedTraining.steer("led", verb, in: folder)
            }
            try steer("pause")
            let start = try steer("checkpoint")
            try steer("set", "learningRate=0.0005")
            try steer("set", "dropout1.rate=0.4")
            try steer("set", "optimizer.beta1=0.5")
            try steer("continue")
            // Back before the changes, and on for more than an epoch of 140 steps, whose end compares weights.
            try steer("rollback", "\(start)")
            while try steer("note", "on the way") < start + 320 {
                // A run that has ended obeys nothing.
                try #require(process.isRunning)
            }
            try steer("rollback", "best")
            try steer("stop")
        }
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("model: m.safetensors"))
        let shown = try CommandRun(["runs", "show", "led", "--json"], in: folder)
        let text = shown.output
        for change in ["learningRate", "dropout1.rate", "optimizer.beta1", "rollback"] {
            #expect(text.contains(change), "\(change)")
        }
    }

    /// A run tells by how many ranks it is, and where it goes on by others.
    @Test func theRanksAreToldAndRecorded() throws {
        let folder = try LaunchedTraining.folder()
        defer { folder.remove() }
        let run = try CommandRun(
            MPIRun.process(
                2, LaunchedTraining.arguments("m.safetensors", ["--epochs", "1", "--name", "two"]),
                in: folder), in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains(", 2 ranks, 6 micro-batches\n"), "\(run.output)")
        let shown = try CommandRun(["runs", "show", "two"], in: folder)
        #expect(shown.output.contains("settings: 2 ranks, 6 micro-batches\n"), "\(shown.output)")
        let alone = try CommandRun(["train", "--resume", "two", "--epochs", "2"], in: folder)
        #expect(
            alone.errors.contains(
                "kalsae: run two goes on with 1 rank instead of 2, with which it began\n"),
            "\(alone.errors)")
        let again = try CommandRun(["runs", "show", "two"], in: folder)
        #expect(again.output.contains("settings: 6 micro-batches\n"), "\(again.output)")
    }

    @Test func anErrorIsToldOnceAndEndsAll() throws {
        let folder = try LaunchedTraining.folder()
        defer { folder.remove() }
        let wrong = [
            ["train", "none.csv", "--network", "4-2"], ["train", "iris", "--network", "5-3"],
            ["train", "iris", "--network", "4-3", "--micro-batches", "1"],
            ["train", "iris", "--folds", "3"], ["train", "iris", "--find-rate"],
            ["train", "iris", "--network", "4-3", "--resume", "nobody"],
        ]
        for arguments in wrong {
            let run = try CommandRun(MPIRun.process(2, arguments, in: folder), in: folder)
            #expect(run.status != 0 && run.output.isEmpty, "\(arguments)")
            let errors = run.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
            #expect(errors.count == 1, "\(run.errors)")
        }
    }

    /// A loss that diverges on rank 0 is everybody's end.
    @Test func aTrainingThatFailsEndsAll() throws {
        let folder = try LaunchedTraining.folder()
        defer { folder.remove() }
        let run = try CommandRun(
            MPIRun.process(
                2,
                LaunchedTraining.arguments(
                    "m.safetensors", ["--learning-rate", "1e30", "--optimizer", "sgd"]),
                in: folder), in: folder)
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count { $0.hasPrefix("error: ") } == 1)
        #expect(!folder.contents.contains("m.safetensors"))
    }
}
