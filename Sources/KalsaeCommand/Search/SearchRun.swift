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

    @OptionGroup var location: StudyLocation

    @OptionGroup var common: CommonOptions

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp(
            "Data or a file of options, and options of `kalsae train`.", valueName: "training"))
    var training: [String] = []

    func run() async throws {
        try common.apply()
        try options.check()
        let figure = try options.plot.map { path in try FigureFile(path, overwrite: false) }
        Interrupt.watch()
        let result = try await search()
        try result.print(json: common.json)
        do {
            try figure?.write(StudyFigure.history.figure(result), width: 640, height: 400)
        } catch { Notice.say("\(error)") }
        if Interrupt.isRequested {
            result.tellResume()
            throw ExitCode(Interrupt.exitCode)
        }
        try result.checkSuccess()
    }

    /// Carries out the search.
    func search() async throws -> SearchResult {
        let begin = ContinuousClock.now
        // A study that is taken up leads to the folder where it began.
        let folder = (options.resume == nil ? location : location.absolute).runs.folder
        var (plan, joined) = try plan()
        let isAsked = !plan.space.parameters.isEmpty
        let trainer = TrialTraining(plan, workers: options.workers)
        // What no trial could do is said before a study is made.
        let source = try trainer.baseSource()
        if !isAsked, joined == nil {
            plan.space = try DefaultSpace.space(
                for: source.parts, plan.training, changesInFlight: plan.population != nil)
        }
        if plan.population != nil { try PopulationSetting.check(plan.space) }
        guard joined != nil || !plan.space.parameters.isEmpty else {
            throw KalsaeError(
                "kalsae search", expected: "a setting that nobody has fixed", got: "none",
                advice: "name settings with --space")
        }
        let store = try Store(folder: folder)
        let studies = try location.studies(or: store)
        let name = try joined ?? freeName(in: studies, for: plan)
        if let joined, options.resume == nil { try check(plan, joining: joined, in: studies) }
        let known = try joined.map { try plan.study($0, in: studies).space }
        if let known, !isAsked { plan.space = known }
        let middle = try middle(of: plan.space, trainer)
        plan.epochs = middle?.recipe.epochs ?? max(plan.epochs, 1)
        // What cannot be learned from is said before a study is made.
        let others = try options.warmStart.map {
            ($0, try WarmStart($0, in: studies).study(plan, in: studies))
        }
        let study = try plan.study(name, in: studies)
        if let known, !known.isLike(plan.space) {
            try study.change(to: plan.space)
            tellChange(from: known, to: study.space, of: name)
        }
        for (text, other) in others {
            let count = try study.warmStart(from: other)
            Notice.say("\(name): learns from \(count.counting("trial")) of \(text)")
        }
        tellData(plan.fingerprint, source.parts.fingerprint, of: name)
        plan.fingerprint = source.parts.fingerprint
        try studies.setStudyConfiguration(name, to: plan.json)
        if !common.quiet { tellBegin(study, plan, middle) }
        let progress = SearchProgress(study, plan, workers: options.workers)
        defer { progress.end() }
        if let population = plan.population {
            let loop = PopulationLoop(
                study: study, store: store, plan: plan, training: trainer, count: population,
                interval: plan.interval ?? max(1, plan.epochs / 10),
                deadline: SearchDeadline(begin, plan.seconds))
            try await loop.run { try progress.update() }
        } else if options.workers == 1 {
            let loop = SearchLoop(study: study, store: store, plan: plan, begin: begin)
            try await loop.run(trainer) { try progress.update() }
        } else {
            let crew = SearchCrew(
                count: options.workers, study: name, folder: folder,
                address: location.address, threads: common.threads)
            try await crew.run { try progress.update() }
        }
        progress.end()
        return SearchResult(
            history: try study.history(), study: study, plan: plan, studies: studies,
            store: store, seconds: begin.duration(to: .now) / .seconds(1))
    }
}
