import Testing

/// Names from other programs, and near ones, lead to what is meant.
@Suite struct HintTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    @Test(arguments: [
        ("train iris --lr 0.1", "Unknown option '--lr'. Did you mean '--learning-rate'?"),
        ("train iris --batch-size 32", "Did you mean '--batch'?"),
        ("train iris --batch_size 32", "Did you mean '--batch'?"),
        ("train iris --n-trials 3", "Did you mean '--search'?"),
        ("train iris --max-epochs 3", "Did you mean '--epochs'?"),
        ("train iris --num-epochs=3", "Did you mean '--epochs'?"),
        ("train iris --wd 0.1", "Did you mean '--weight-decay'?"),
        ("train iris --epoch 3", "Did you mean '--epochs'?"),
        ("train iris --loss focal", "expected one of meanSquaredError"),
        ("runs list --srot loss", "Did you mean '--sort'?"),
        ("train iriss", "did you mean \"iris\"?"),
        ("train iris --network simple-convent", "did you mean \"simple-convnet\"?"),
        ("search iris --lr 0.1", "did you mean \"learning-rate\"?"),
        ("search iris --n-trials 3", "did you mean \"trials\"?"),
        ("search iris --name cs", "name the study with --study"),
        ("explain log10(x) --at x=1", "write log(x) / log(10)"),
    ])
    func isGiven(_ line: String, _ says: String) throws {
        defer { folder.remove() }
        let run = try CommandRun(line.split(separator: " ").map(String.init), in: folder)
        #expect(run.status != 0 && run.output.isEmpty)
        #expect(run.errors.hasPrefix("error: ") && run.errors.contains(says), "\(run.errors)")
    }

    /// No word of another command, and nothing where nothing is near.
    @Test func isNotGivenWhereNothingIsNear() throws {
        defer { folder.remove() }
        for line in ["train iris --zzzzzzz 1", "runs list --lr 0.1"] {
            let run = try CommandRun(line.split(separator: " ").map(String.init), in: folder)
            #expect(run.status == 64)
            #expect(!run.errors.contains("Did you mean"), "\(run.errors)")
        }
    }
}

/// Help keeps its columns in a terminal of 80.
@Suite struct HelpTests {
    static let commands = [
        "train", "evaluate", "predict", "summary", "data info", "data fetch", "doctor",
        "runs list", "runs compare", "runs export", "search", "search run", "search best",
        "search export", "steer", "autopsy", "schema", "plot", "watch", "serve", "explain",
        "bench ops", "profile", "compare-devices", "lesson", "mpi build",
    ]

    /// A line that is too long is wrapped to the edge, out of its column.
    @Test(arguments: commands) func indentedLinesAreShort(_ command: String) throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let words = command.split(separator: " ").map(String.init)
        let help = try CommandRun(words + ["--help"], in: folder)
        #expect(help.status == 0)
        let lines = help.output.split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { !$0.hasPrefix("USAGE:") }
        for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("  ") {
            #expect(next.isEmpty || next.hasPrefix(" "), "\(line)\n\(next)")
        }
    }

    @Test func steeringNamesTheOptionsOfBranches() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let help = try CommandRun(["steer", "--help"], in: folder).output
        #expect(help.contains("--set <name=value>") && help.contains("--name <name>"))
        for option in ["--set=learningRate=1", "--name=x"] {
            let run = try CommandRun(["steer", "last", "pause", option], in: folder)
            #expect(run.status == 1)
            #expect(run.errors.contains("expected the verb branch to go with, got pause"))
        }
    }
}
