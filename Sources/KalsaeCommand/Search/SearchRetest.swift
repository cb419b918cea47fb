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
            study of their own.

            Example:
              kalsae search retest iris --top 10
            """)

    @OptionGroup var argument: StudyArgument

    @Option(help: "How many of the best are trained.")
    var top = 5

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        guard top > 0 else {
            throw KalsaeError("--top", expected: "a whole number above 0", got: "\(top)")
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
        (plan.space, plan.trials, plan.goal, plan.seconds) = (
            old.study.space, ranked.count, nil, nil
        )
        (plan.pruner, plan.population, plan.fingerprint) = (.none, nil, "")
        let name = try old.store.freeStudyName("\(old.study.name)-retest")
        let study = try plan.study(name, in: old.store)
        for trial in ranked { try study.enqueue(trial.parameters) }
        try old.store.setStudyConfiguration(name, to: plan.json)
        let training = TrialTraining(plan, workers: 1)
        let progress = SearchProgress(study, plan, workers: 1)
        defer { progress.end() }
        let loop = SearchLoop(study: study, store: old.store, plan: plan, begin: .now)
        try await loop.run(training) { try progress.update() }
        progress.end()
        let new = SearchResult(
            history: try study.history(), study: study, plan: plan, store: old.store, seconds: nil)
        try report(Array(ranked), old, new)
        if Interrupt.isRequested {
            new.tellResume()
            throw ExitCode(Interrupt.exitCode)
        }
    }

    private func report(
        _ ranked: [TrialRecord], _ old: SearchResult, _ new: SearchResult
    ) throws {
        let now = new.history.trials
        let order = new.ranked.filter { $0.state == .complete }.map(\.number)
        let before = fingerprint(ranked.first, old.store)
        let after = fingerprint(now.first, old.store)
        let isChanged = before != nil && after != nil && before != after
        var table = TextTable("trial", "rank", "now", "value", "now", "settings")
        var list: [JSONValue] = []
        for (index, trial) in ranked.enumerated() {
            guard now.indices.contains(index) else { continue }
            let rank = order.firstIndex(of: index).map { $0 + 1 }
            let isStale = rank.map { $0 > index + 1 } ?? true
            let value = now[index].values.first
            table.add(
                "\(trial.number)", "\(index + 1)",
                rank.map { "\($0)\(isStale ? " stale" : "")" } ?? "-",
                trial.values.first.map { RunText.number($0) } ?? "-",
                value.map { RunText.number($0) } ?? now[index].state.rawValue,
                SearchText.parameters(trial.parameters))
            list.append([
                "trial": .integer(trial.number), "rank_before": .integer(index + 1),
                "rank": rank.map { .integer($0) } ?? .null, "stale": .bool(isStale),
                "value_before": trial.values.first.map { .number($0) } ?? .null,
                "value": value.map { .number($0) } ?? .null,
                "parameters": trial.parameters.json,
            ])
        }
        if common.json {
            return try Console.print(
                [
                    "study": .string(old.study.name), "retest": .string(new.study.name),
                    "data_changed": .bool(isChanged), "trials": .array(list),
                ] as JSONValue)
        }
        try Console.print(
            "study \(old.study.name), retested as \(new.study.name): the data "
                + (isChanged ? "are others than then" : "are those of then"))
        for line in table.lines { try Console.print(line) }
        if let best = order.first, best != 0 {
            try Console.print(
                "trial \(ranked[0].number) was best and is \(order.firstIndex(of: 0).map { "number \($0 + 1)" } ?? "without a value") now; "
                    + "trial \(ranked[best].number) is best")
        }
    }

    /// What identifies the data of a trial's run.
    private func fingerprint(_ trial: TrialRecord?, _ store: Store) -> String? {
        guard let trial, !trial.run.isEmpty else { return nil }
        return try? store.run(trial.run).dataFingerprint
    }
}
