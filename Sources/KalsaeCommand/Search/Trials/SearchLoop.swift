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
            try await TrialRun(study: study, store: store, plan: plan).run(trial, training)
            try onTrial()
            try checkFailures()
        }
    }

    private var isAtEnd: Bool {
        if Interrupt.isRequested || study.isAtTarget(plan.goal) { return true }
        guard let seconds = plan.seconds else { return false }
        return begin.duration(to: .now) / .seconds(1) >= seconds
    }

    /// Throws where all that was tried has failed.
    private func checkFailures() throws {
        let history = try study.history()
        let finished = history.finished.map { history.trials[$0] }.filter { $0.source.isEmpty }
        guard finished.count >= Self.mostFailures, finished.allSatisfy({ $0.state == .failed })
        else { return }
        throw KalsaeError(
            "study \(study.name)", expected: "trials that can be trained",
            got: "\(finished.count) that failed, the last: \(finished.last?.reason ?? "")")
    }
}
