import ArgumentParser
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

struct SearchRetest: AsyncParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "retest",
        abstract: "Train the best settings of a study anew, as after its data changed.",
        discussion: """
            Says which settings have gone stale: those that are no longer best. The trials make a \
            study of their own. With --repeats each is trained from several seeds, and the means \
            are ranked.

            Example:
              kalsae search retest iris --top 10 --repeats 3
            """)

    @OptionGroup var argument: StudyArgument

    @Option(help: "How many of the best are trained.")
    var top = 5

    @Option(help: "How often each is trained, from the study's seed on.")
    var repeats = 1

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        guard top > 0 else {
            throw KalsaeError("--top", expected: "a whole number above 0", got: "\(top)")
        }
        guard (1...1000).contains(repeats) else {
            throw KalsaeError(
                "--repeats", expected: "a whole number from 1 to 1000", got: "\(repeats)")
        }
        Interrupt.watch()
        var argument = argument
        argument.location = argument.location.absolute
        let old = try argument.open(for: .writing)
        let ranked = old.ranked.filter { $0.state == .complete }.prefix(top)
        guard !ranked.isEmpty else {
            throw KalsaeError(
                "study \(old.study.name)", expected: "a complete trial", got: "none")
        }
        try WorkingFolder.enter(old.plan.folder)
        var plan = old.plan
        let seeds = repeats > 1 ? plan.seed..<plan.seed + repeats : nil
        plan.space = try space(old.study.space, seeds)
        (plan.trials, plan.goal, plan.seconds) = (ranked.count * repeats, nil, nil)
        (plan.pruner, plan.population, plan.fingerprint) = (.none, nil, "")
        // A study of a database may be retested where no run is yet.
        let store = try old.store ?? Store(folder: argument.location.runs.folder)
        let name = try old.studies.freeStudyName("\(old.study.name)-retest")
        let study = try plan.study(name, in: old.studies)
        for trial in ranked {
            for repeated in 0..<repeats {
                var parameters = trial.parameters
                if let seeds { parameters["seed"] = .integer(seeds.lowerBound + repeated) }
                try study.enqueue(parameters)
            }
        }
        try old.studies.setStudyConfiguration(name, to: plan.json)
        let training = TrialTraining(plan, workers: 1)
        let progress = SearchProgress(study, plan, workers: 1)
        defer { progress.end() }
        let loop = SearchLoop(study: study, store: store, plan: plan, begin: .now)
        try await loop.run(training) { try progress.update() }
        progress.end()
        let new = SearchResult(
            history: try study.history(), study: study, plan: plan, studies: old.studies,
            store: store, seconds: nil)
        try report(Array(ranked), old, new)
        if Interrupt.isRequested {
            new.tellResume()
            throw ExitCode(Interrupt.exitCode)
        }
    }

    /// The space of the trials: the study's, with the seeds where there are several.
    private func space(
        _ space: SearchSpace, _ seeds: Range<Int>?
    ) throws(KalsaeError) -> SearchSpace {
        guard let seeds else { return space }
        guard space.index(of: "seed") == nil else {
            throw KalsaeError(
                "--repeats", expected: "a study that does not search seeds", got: "one that does")
        }
        let seed = try Parameter(
            "seed", .integer(low: seeds.lowerBound, high: seeds.upperBound - 1))
        return try SearchSpace(space.parameters + [seed], constraints: space.constraints)
    }

    private func report(
        _ ranked: [TrialRecord], _ old: SearchResult, _ new: SearchResult
    ) throws {
        let rows = RetestRow.rows(ranked, new.history, repeats: repeats)
        let before = fingerprint(ranked.first, new.store)
        let after = fingerprint(new.history.trials.first, new.store)
        let isChanged = before != nil && after != nil && before != after
        if common.json {
            return try Console.print(
                [
                    "study": .string(old.study.name), "retest": .string(new.study.name),
                    "data_changed": .bool(isChanged), "trials": .array(rows.map(\.json)),
                ] as JSONValue)
        }
        try Console.print(
            "study \(old.study.name), retested as \(new.study.name): the data "
                + (isChanged ? "are others than then" : "are those of then"))
        var table = TextTable(
            ["trial", "rank", "now", "value", "now"] + (repeats > 1 ? ["from", "to"] : [])
                + ["settings"])
        for row in rows { table.add(row.texts(withRange: repeats > 1)) }
        for line in table.lines { try Console.print(line) }
        if let first = rows.first, let best = rows.first(where: { $0.rank == 1 }),
            best.trial.number != first.trial.number
        {
            try Console.print(
                "trial \(first.trial.number) was best and is \(first.rank.map { "number \($0)" } ?? "without a value") now; "
                    + "trial \(best.trial.number) is best")
        }
    }

    /// What identifies the data of a trial's run.
    private func fingerprint(_ trial: TrialRecord?, _ store: Store?) -> String? {
        guard let trial, !trial.run.isEmpty else { return nil }
        return try? store?.run(trial.run).dataFingerprint
    }
}
