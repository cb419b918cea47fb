import ArgumentParser
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

struct SearchRun: AsyncParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Train with different settings, and find the best (the default).",
        discussion: """
            Beside these options all of `kalsae train` are taken; they are those of each trial. \
            Ctrl-C ends it where it can be taken up again.
            """)

    @OptionGroup var options: SearchOptions

    @OptionGroup var location: RunsOptions

    @OptionGroup var common: CommonOptions

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp(
            "Data or a file of options, and options of `kalsae train`.", valueName: "training"))
    var training: [String] = []

    func run() async throws {
        try common.apply()
        try options.check()
        Interrupt.watch()
        let result = try await search()
        try result.print(json: common.json)
        if Interrupt.isRequested {
            result.tellResume()
            throw ExitCode(Interrupt.exitCode)
        }
    }

    /// Carries out the search.
    func search() async throws -> SearchResult {
        let begin = ContinuousClock.now
        var (plan, joined) = try plan()
        let isAsked = !plan.space.parameters.isEmpty
        let trainer = TrialTraining(plan, workers: options.workers)
        // What no trial could do is said before a study is made.
        let source = try trainer.baseSource()
        if !isAsked, joined == nil {
            plan.space = try DefaultSpace.space(
                for: source.parts, plan.training, changesInFlight: options.population != nil)
        }
        let store = try Store(folder: location.folder)
        if options.population != nil { try PopulationSetting.check(plan.space) }
        let name = try joined ?? freeName(in: store, for: plan)
        if joined != nil, !isAsked {
            plan.space = try plan.study(name, in: store).space
        }
        let middle = try middle(of: plan.space, trainer)
        plan.epochs = middle?.recipe.epochs ?? max(plan.epochs, 1)
        let study = try plan.study(name, in: store)
        if !study.space.isLike(plan.space) {
            try study.change(to: plan.space)
            Notice.say(
                "\(name): its space is version \(study.space.version) now; old trials stay")
        }
        for text in options.warmStart {
            let other = try WarmStart(text).study(plan, in: store)
            let count = try study.warmStart(from: other)
            Notice.say("\(name): learns from \(count) trials of \(text)")
        }
        try store.setStudyConfiguration(name, to: plan.json)
        if !common.quiet { tellBegin(study, plan, middle) }
        let progress = SearchProgress(study, plan, workers: options.workers)
        defer { progress.end() }
        if let population = options.population {
            let loop = PopulationLoop(
                study: study, store: store, plan: plan, training: trainer, count: population,
                interval: options.interval ?? max(1, plan.epochs / 10))
            try await loop.run { try progress.update() }
        } else if options.workers == 1 {
            let loop = SearchLoop(study: study, store: store, plan: plan, begin: begin)
            try await loop.run(trainer) { try progress.update() }
        } else {
            let crew = SearchCrew(
                count: options.workers, study: name, folder: location.folder,
                threads: common.threads)
            try await crew.run { try progress.update() }
        }
        progress.end()
        return SearchResult(
            history: try study.history(), study: study, plan: plan, store: store,
            seconds: begin.duration(to: .now) / .seconds(1))
    }
}
