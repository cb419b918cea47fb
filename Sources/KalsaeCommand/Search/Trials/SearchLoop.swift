import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining

/// A worker: it asks the study for trials and trains them until the plan is at its end.
struct SearchLoop {
    let study: Study
    let store: Store
    let plan: SearchPlan
    /// When the call began.
    let begin: ContinuousClock.Instant
    /// Whether it throws where all trials fail; else it ends, since another process tells that.
    var tellsFailures = true

    /// Trials that may fail in a row from the beginning before nothing else is tried.
    private static let mostFailures = 5

    /// Trains trials.
    ///
    /// - Parameter onTrial: called behind each trial, and now and then while others train.
    func run(_ training: TrialTraining, onTrial: () throws -> Void) async throws {
        while !isAtEnd {
            guard let trial = try study.ask(upTo: plan.trials) else {
                guard try study.isAwaitingOthers() else { return }
                // A worker that trains may be killed; its trial is ours then.
                try await Task.sleep(for: .milliseconds(200))
                try onTrial()
                continue
            }
            if mostTogether(training) > 1, !trial.isTakenOver {
                try await trainTogether(with: trial, training)
            } else {
                try await TrialRun(study: study, store: store, plan: plan, deadline: deadline).run(
                    trial, training)
            }
            try onTrial()
            guard try hasSuccess() else { return }
        }
    }

    /// How many trials may be asked for at once. A sampler that learns from each trial proposes few
    /// at a time, so that it still learns.
    private func mostTogether(_ training: TrialTraining) -> Int {
        switch plan.stack {
        case .never: return 1
        case .most(let count): return count
        case .auto:
            // Who trains beside a trial, and whom a pruner compares it with, is then no matter of time.
            guard training.workers == 1, plan.pruner == .none else { return 1 }
            let learns = ![.random, .grid, .sobol].contains(plan.sampler)
            let most = learns ? min(16, (plan.trials ?? 64) / 8) : 64
            // Trials that train together end together, so that a time or a goal is passed by them.
            return plan.seconds == nil && plan.goal == nil ? most : min(most, 8)
        }
    }

    /// Trains a trial, and with it others that can be one plan where that is quicker.
    private func trainTogether(with first: Trial, _ training: TrialTraining) async throws {
        let most = mostTogether(training)
        var entries: [TrialStack.Entry] = []
        let alone = TrialRun(study: study, store: store, plan: plan, deadline: deadline)
        var next: Trial? = first
        while let trial = next {
            next = nil
            do {
                entries.append((trial, try training.prepare(trial.parameters)))
            } catch {
                try alone.fail(trial, error)
            }
            let isQuicker =
                plan.stack != .auto
                || entries.first.map {
                    StackedRuns.speedup(for: $0.prepared.run, count: most)
                        > Self.leastSpeedup
                } ?? true
            if isQuicker, entries.count < most { next = try study.ask(upTo: plan.trials) }
            if let trial = next, trial.isTakenOver {
                try await alone.run(trial, training)
                next = nil
            }
        }
        for group in StackedRuns.groups(of: entries.map(\.prepared.recipe)) {
            let own = group.map { entries[$0] }
            // Trials that differ in data are no stack.
            let isOfOneSource = own.allSatisfy { $0.prepared.key == own[0].prepared.key }
            if own.count > 1, isOfOneSource, !own[0].prepared.train.recording.guard {
                try await TrialStack(study: study, store: store, plan: plan, deadline: deadline)
                    .run(own)
            } else {
                for entry in own {
                    guard !deadline.isOver, !Interrupt.isRequested else {
                        try study.release(entry.trial)
                        continue
                    }
                    try await alone.run(entry.trial, training)
                }
            }
        }
    }

    /// How many times as fast trials must be together: alone they can be steered and checkpointed.
    private static let leastSpeedup = 1.1

    private var isAtEnd: Bool {
        Interrupt.isRequested || study.isAtTarget(plan.goal) || deadline.isOver
    }

    private var deadline: SearchDeadline { SearchDeadline(begin, plan.seconds) }

    /// False, or an error, where all that was tried has failed.
    private func hasSuccess() throws -> Bool {
        let history = try study.history()
        let finished = history.finished.map { history.trials[$0] }.filter { $0.source.isEmpty }
        guard finished.count >= Self.mostFailures, finished.allSatisfy({ $0.state == .failed })
        else { return true }
        guard tellsFailures else { return false }
        throw KalsaeError(
            "study \(study.name)", expected: "trials that can be trained",
            got: "\(finished.count) that failed, the last: \(finished.last?.reason ?? "")")
    }
}
