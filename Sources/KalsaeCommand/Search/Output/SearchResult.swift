import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

/// What came of a search, for people and for programs.
struct SearchResult {
    let history: TrialHistory
    let study: Study
    let plan: SearchPlan
    let studies: any StudyCatalog
    /// The runs of this machine; nil where it has none.
    let store: Store?
    /// The time of the call; nil where nothing was searched.
    let seconds: Double?

    /// The trials of the study itself, without those that it only learns from.
    var own: [TrialRecord] { history.trials.filter(\.source.isEmpty) }

    /// Complete trials from the best on by the first objective, then others by number.
    var ranked: [TrialRecord] {
        let own = own
        let complete = own.compactMap { trial in
            history.loss(of: trial.number).map { (loss: $0, trial: trial) }
        }
        return complete.sorted { ($0.loss, $0.trial.number) < ($1.loss, $1.trial.number) }
            .map(\.trial) + own.filter { $0.state != .complete }
    }

    /// The best trial by the first objective; nil where none is complete.
    var best: TrialRecord? { ranked.first.flatMap { $0.state == .complete ? $0 : nil } }

    /// Its recorded run; nil where it was deleted.
    var bestRun: Run? {
        guard let best, !best.run.isEmpty else { return nil }
        return try? store?.run(best.run)
    }

    func print(json: Bool) throws {
        if json { return try Console.print(.object(members)) }
        for line in try lines() { try Console.print(line) }
    }

    private func count(_ state: TrialState) -> Int {
        own.count { SearchText.state($0) == state }
    }

    private func lines() throws -> [String] {
        let states = TrialState.allCases.compactMap { state -> String? in
            let number = count(state)
            return number > 0 ? "\(number) \(state.rawValue)" : nil
        }
        let time = seconds.map { ", \(RunText.duration(Int($0 * 1000)))" } ?? ""
        var lines = [
            "study \(study.name): \(own.count.counting("trial"))"
                + (states.isEmpty ? "" : " (\(states.joined(separator: ", ")))") + time
        ]
        if plan.objectives.count > 1 {
            let front = try study.paretoFront().filter(\.source.isEmpty)
            lines.append("not dominated by another trial: \(front.count)")
            if front.count > 20 { lines.append("the first 20, by number:") }
            lines += SearchText.table(Array(front.prefix(20)), plan.objectives, study.space)
            return lines
        }
        guard let best else { return lines + ["no trial is complete"] }
        lines.append("best: trial \(best.number), \(SearchText.values(best, plan.objectives))")
        let width = best.parameters.names.map(\.count).max() ?? 0
        for (name, value) in zip(best.parameters.names, best.parameters.values) {
            let spaces = String(repeating: " ", count: width - name.count)
            lines.append("  \(name)\(spaces)  \(SearchText.value(value))")
        }
        if let line = importance() { lines.append(line) }
        for warning in try study.edgeWarnings() { lines.append("warning: \(warning)") }
        if let run = bestRun {
            lines.append("run: \(run.name), see `kalsae runs show \(run.name.shellWord)`")
            lines.append("model: \(modelPath(of: run) ?? "")")
        }
        return lines
    }

    /// What matters; of a single setting there is nothing to say.
    private func importance() -> String? {
        guard study.space.parameters.count > 1 else { return nil }
        do {
            let shares = try study.importance().map {
                "\($0.parameter) \(Int(($0.share * 100).rounded())) %"
            }
            return "importance: \(shares.joined(separator: ", "))"
        } catch { return "importance: not known, expected \(error.expected), got \(error.got)" }
    }

    private func modelPath(of run: Run) -> String? {
        store.map { "\($0.folder(of: run))/model.safetensors" }
    }

    /// What `--json` prints.
    var members: [JSONValue.Member] {
        let shares = (try? study.importance()) ?? []
        let warnings = (try? study.edgeWarnings()) ?? []
        let front =
            plan.objectives.count > 1
            ? ((try? study.paretoFront()) ?? []).filter(\.source.isEmpty) : []
        var members: [JSONValue.Member] = [
            .init("study", .string(study.name)), .init("trials", .integer(own.count)),
        ]
        for state in TrialState.allCases {
            members.append(.init(state.rawValue, .integer(count(state))))
        }
        members += [
            .init("objectives", .array(plan.objectives.map { .string($0.name) })),
            .init("sampler", .string(plan.sampler.rawValue)),
            .init("pruner", .string(plan.pruner.rawValue)),
            .init("best", best.map { json($0) } ?? .null),
            .init(
                "importance",
                .object(shares.map { .init($0.parameter, .number($0.share)) })),
            .init("warnings", .array(warnings.map { .string($0.description) })),
            .init("front", .array(front.map { json($0) })),
            .init("seconds", seconds.map { .number($0) } ?? .null),
            .init("runs", store.map { .string($0.folder) } ?? .null),
        ]
        return members
    }

    /// A trial as one object.
    func json(_ trial: TrialRecord) -> JSONValue {
        let run = trial.run.isEmpty ? nil : try? store?.run(trial.run)
        let model = run.flatMap { modelPath(of: $0) }
        // Of a run of another host the id is known.
        let name = run?.name ?? (trial.run.isEmpty ? nil : trial.run)
        return [
            "trial": .integer(trial.number), "state": .string(SearchText.state(trial).rawValue),
            "value": trial.values.first.map { .number($0) } ?? .null,
            "values": .array(trial.values.map { .number($0) }),
            "parameters": trial.parameters.json,
            "run": name.map { .string($0) } ?? .null,
            "model": trial.state == .complete
                ? model.map { .string($0) } ?? .null : .null,
            "seconds": trial.ended > trial.started
                ? .number(Double(trial.ended - trial.started) / 1000) : .null,
            "reason": .string(trial.reason),
        ]
    }

    /// Throws where trials have ended, and none of them well.
    func checkSuccess() throws(KalsaeError) {
        let ended = own.filter(\.state.isFinished)
        guard let last = ended.last, ended.allSatisfy({ $0.state == .failed }) else { return }
        throw KalsaeError(
            "study \(study.name)", expected: "a trial that can be trained",
            got: "\(ended.count) that failed, the last: \(last.reason)")
    }

    /// Tells how a search that was ended goes on.
    func tellResume() {
        Console.tell(OpenStudy.resumeText(study, store, studies))
    }
}
