import ArgumentParser
import KalsaeRuns
import KalsaeSupport
import KalsaeTraining

/// How a training is recorded, taken up, and guarded.
struct RecordOptions: ParsableArguments {
    @OptionGroup var location: RunsOptions

    @Flag(help: "Record nothing: no run, no checkpoints.")
    var noRecord = false

    @Option(help: "The run's name; without it that of the data, with a number where it is taken.")
    var name: String?

    @Option(help: "A word to find the run by; may be given more than once.")
    var tag: [String] = []

    @Option(
        help: """
            When checkpoints are written, as 50steps, 30s, 2min, 1h or 1epoch; without it at the ends \
            of epochs, at most every two minutes. Each best epoch has one besides.
            """)
    var checkpointEvery: String?

    @Option(
        help: ArgumentHelp(
            """
            How many of the newest checkpoints stay, 12 by default, or all; of older ones a selection \
            stays, the denser the newer.
            """, valueName: "number"))
    var keepCheckpoints: String?

    @Option(
        help: ArgumentHelp(
            """
            Go on with a run where its last checkpoint is, with nothing else said; options that are \
            given count instead of the run's.
            """, valueName: "run"), completion: NameCompletion.runs)
    var resume: String?

    @Option(help: .hidden) var branch: String?

    @Option(
        help: ArgumentHelp("Train anew, with the options of a recorded run.", valueName: "run"),
        completion: NameCompletion.runs)
    var configOf: String?

    @Option(
        help: ArgumentHelp(
            """
            A change of what a file or a run says, as in optimizer.learningRate=3e-4; may be given \
            more than once.
            """, valueName: "name=value"))
    var set: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Append metrics to a file as they come: .csv, .jsonl, or a folder for TensorBoard; may be \
            given more than once.
            """, valueName: "file"), completion: .file())
    var log: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Draw the run's curves at the end, with --find-rate its losses: .svg, .png, or .csv for \
            their numbers.
            """,
            valueName: "file"), completion: NameCompletion.figures)
    var plot: String?

    @Flag(
        help: """
            Show the run's curves in the terminal while it trains, and take keys, as `kalsae watch` \
            does.
            """)
    var live = false

    @Flag(help: "Record the norms of gradients, and of updates beside weights, layer by layer.")
    var logGradients = false

    @Flag(
        help: """
            Where the loss diverges, go back to the last good state by itself, with half of the \
            rate and without the batches at fault, five times at most.
            """)
    var `guard` = false

    @Option(
        help: ArgumentHelp(
            "Changes of settings behind steps, as `runs export` writes them.",
            valueName: "json"))
    var interventions: String?

    /// The run and the step that this one branches from.
    func parent(in store: Store) throws(KalsaeError) -> (run: Run, step: Int)? {
        guard let branch, let mark = branch.lastIndex(of: "@"),
            let step = Int(branch[branch.index(after: mark)...])
        else { return nil }
        return (try store.run(String(branch[..<mark])), step)
    }

    /// Where the curves go; a run that is taken up replaces its own.
    func figure(overwrite: Bool) throws(KalsaeError) -> FigureFile? {
        guard let plot else { return nil }
        guard !noRecord else {
            throw KalsaeError(
                "--plot", expected: "a recorded run", got: "--no-record",
                advice: "leave --no-record out")
        }
        return try FigureFile(plot, overwrite: overwrite || resume != nil)
    }

    /// How many of the newest checkpoints stay; `.max` for all.
    func kept() throws(KalsaeError) -> Int {
        guard let keepCheckpoints else { return 12 }
        if keepCheckpoints == "all" { return .max }
        guard let count = Int(keepCheckpoints), count >= 2 else {
            throw KalsaeError(
                "--keep-checkpoints", expected: "all, or a whole number of at least 2",
                got: "\"\(keepCheckpoints)\"")
        }
        return count
    }

    /// When checkpoints are written.
    func interval() throws(KalsaeError) -> CheckpointInterval {
        guard let checkpointEvery else { return .automatic }
        do {
            return try CheckpointInterval(parsing: checkpointEvery)
        } catch {
            throw KalsaeError(
                "--checkpoint-every", expected: error.expected, got: error.got)
        }
    }
}
