import ArgumentParser
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining

/// What a search is, beside the training that its trials begin from.
struct SearchOptions: ParsableArguments {
    @Option(help: "Trials of the study in all; 50 where nothing else ends it.")
    var trials: Int?

    @Option(
        name: .customLong("time"),
        help: ArgumentHelp("The time of this call, as 90s, 10min or 2h.", valueName: "duration"))
    var duration: String?

    @Option(help: "A value of the first objective that is good enough to end with.")
    var goal: Double?

    @Option(help: "Processes that train, which share the cores.")
    var workers = 1

    @Option(
        help: ArgumentHelp(
            """
            What trials are judged by: \(SearchObjective.names.joined(separator: ", ")); may be \
            given more than once. loss by default.
            """, valueName: "name"))
    var objective: [String] = []

    @Option(help: "How settings are proposed: \(SamplerCatalog.names). tpe by default.")
    var sampler: String?

    @Option(help: "How trials are given up early: \(PrunerCatalog.names). none by default.")
    var pruner: String?

    @Option(
        help: ArgumentHelp(
            """
            A setting that trials differ in, as learning-rate=1e-4..1e-1,log or \
            optimizer=sgd|adam; units and layers are those of a plain network. May be given more \
            than once.
            """, valueName: "name=range"))
    var space: [String] = []

    @Option(
        help: ArgumentHelp(
            "A rule that all settings obey, as 'second <= first'; may be given more than once.",
            valueName: "rule"))
    var constraint: [String] = []

    @Option(
        help: """
            The study's name; one that is there is gone on with. Without it, a free one by the data \
            or the file.
            """, completion: NameCompletion.studies)
    var study: String?

    @Option(
        help: ArgumentHelp(
            "Go on with a study, with nothing else said.", valueName: "study"),
        completion: NameCompletion.studies)
    var resume: String?

    @Option(
        name: .customLong("warm-start"),
        help: ArgumentHelp(
            """
            Learn from the finished trials of another study, which do not count: STUDY of the same \
            folder, or FILE:STUDY of a SQLite file of Optuna. May be given more than once.
            """, valueName: "study"), completion: NameCompletion.studies)
    var warmStart: [String] = []

    @Option(
        help: """
            Trials of one structure that train together as one plan: auto, never, or at most so many.
            """)
    var stack: String?

    @Option(
        help: ArgumentHelp(
            """
            Train so many trials side by side; from time to time the worst give up, and others \
            branch from the best with settings that differ a little (population-based training).
            """, valueName: "trials"))
    var population: Int?

    @Option(help: "The epochs between two such times; a tenth of all by default.")
    var interval: Int?

    @Option(
        help: ArgumentHelp(
            "Draw the values of all trials at the end: .svg, .png, or .csv for the numbers.",
            valueName: "file"), completion: NameCompletion.figures)
    var plot: String?

    /// Throws for numbers that no search takes.
    func check() throws(KalsaeError) {
        if let population, !(4...10_000).contains(population) {
            throw KalsaeError("--population", expected: "a number from 4", got: "\(population)")
        }
        if let interval, interval < 1 || population == nil {
            throw KalsaeError(
                "--interval", expected: "a number above 0, beside --population",
                got: "\(interval)")
        }
        if population != nil {
            let refused = [
                ("--pruner", pruner != nil), ("--trials", trials != nil), ("--goal", goal != nil),
                ("--stack", stack != nil),
            ]
            if let option = refused.first(where: \.1)?.0 {
                throw KalsaeError(
                    "--population", expected: "no \(option) beside it", got: option,
                    advice: "its members train for --epochs, or until --time is over")
            }
        }
        if let trials, trials < 1 {
            throw KalsaeError("--trials", expected: "a whole number above 0", got: "\(trials)")
        }
        guard (1...256).contains(workers) else {
            throw KalsaeError("--workers", expected: "a number from 1 to 256", got: "\(workers)")
        }
        if let goal, !goal.isFinite {
            throw KalsaeError("--goal", expected: "a number", got: "\(goal)")
        }
        guard study == nil || resume == nil else {
            throw KalsaeError(
                "--resume", expected: "--study or --resume", got: "both",
                advice: "leave --study out")
        }
        _ = try seconds()
    }

    /// Seconds of `--time`.
    func seconds() throws(KalsaeError) -> Double? {
        guard let duration else { return nil }
        guard case .seconds(let seconds)? = try? CheckpointInterval(parsing: duration) else {
            throw KalsaeError(
                "--time", expected: "a duration as 90s, 10min or 2h", got: "\"\(duration)\"")
        }
        return seconds
    }
}
