import ArgumentParser
import KalsaeSearch
import KalsaeSupport

struct SearchRun: AsyncParsableCommand, ComputingCommand, RankedCommand {
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
            "Data or a file of options, and options of `kalsae train`.", valueName: "training"),
        completion: .file())
    var training: [String] = []

    func run() async throws {
        try common.apply()
        try options.check()
        Interrupt.watch()
        let ranks = try openRanks()
        try await ranks.perform {
            if ranks.leads { try await lead(ranks) } else { try await follow(ranks) }
        }
    }

    private func lead(_ ranks: Ranks) async throws {
        var figure: FigureFile?
        let result = try await search(ranks) {
            figure = try options.plot.map { path in try FigureFile(path, overwrite: false) }
        }
        try result.print(json: common.json)
        do {
            try figure?.write(StudyFigure.history.figure(result), width: 640, height: 400)
        } catch { Notice.say("\(error)") }
        if Interrupt.isRequested {
            // Ranks have told it when the signal came.
            if ranks.group == nil { result.tellResume() }
            throw ExitCode(Interrupt.exitCode)
        }
        try result.checkSuccess()
    }

    /// Carries out the search; as rank 0 with the others, where there are any.
    ///
    /// - Parameter check: what may be refused before anything is read.
    func search(
        _ ranks: Ranks = Ranks(group: nil), check: () throws -> Void = {}
    ) async throws -> SearchResult {
        let begin = ContinuousClock.now
        // A study that is taken up leads to the folder where it began.
        let folder = (options.resume == nil ? location : location.absolute).runs.folder
        let (asked, joined) = try ranks.agree("the options") {
            try check()
            let asked = try self.plan()
            try checkRanks(ranks, asked.plan)
            return asked
        }
        try ranks.tell(asked)
        let trainer = TrialTraining(asked, workers: workers(of: ranks))
        // What no trial could do is said before a study is made.
        let source = try ranks.agree("the data") { try trainer.baseSource() }
        try ranks.checkAlike(data: source.parts.fingerprint, instructions: false)
        let open = try ranks.agree("the study") {
            try openStudy(asked, joined, trainer, source, in: folder)
        }
        let (study, store, plan) = (open.study, open.store, open.plan)
        if let group = ranks.group {
            let owner = try StudyOwner(group, open)
            try await owner.run(
                SearchLoop(study: study, store: store, plan: plan, begin: begin), trainer)
            return try open.result(since: begin)
        }
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
                count: options.workers, study: study.name, folder: folder,
                address: location.address, threads: common.threads)
            try await crew.run { try progress.update() }
        }
        progress.end()
        return try open.result(since: begin)
    }
}
