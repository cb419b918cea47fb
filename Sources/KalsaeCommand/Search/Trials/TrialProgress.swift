import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining
import Synchronization

/// Reports a trial's value behind each epoch, and ends its training where the pruner gives it up.
final class TrialProgress: Sendable {
    private let study: Study
    private let objective: SearchObjective
    private let record: Mutex<TrialRecord>
    private let state = Mutex(State())

    private struct State {
        var isPruned = false
        var isLost = false
    }

    init(_ trial: TrialRecord, of study: Study, _ objective: SearchObjective) {
        (self.study, self.objective) = (study, objective)
        record = Mutex(trial)
    }

    /// Whether it was given up.
    var isPruned: Bool { state.withLock { $0.isPruned } }

    /// Whether another worker has it meanwhile.
    var isLost: Bool { state.withLock { $0.isLost } }

    /// The trial with what was reported.
    var reported: TrialRecord { record.withLock { $0 } }

    /// Notes an epoch; throws a `TrainingStop` where the trial is to end.
    func onEpoch(_ epoch: EpochRecord) throws(TrainingStop) {
        guard !goesOn(epoch) else { return }
        throw TrainingStop(isPruned ? "pruned" : "another worker has the trial")
    }

    /// Notes an epoch and tells whether the trial goes on.
    func goesOn(_ epoch: EpochRecord) -> Bool {
        guard objective.isOfEpochs else { return true }
        let value = objective.value(of: epoch)
        guard !value.isNaN else { return true }
        let isGivenUp = record.withLock { record in
            try? study.report(value, step: epoch.epoch, of: &record)
        }
        state.withLock { state in
            state.isLost = isGivenUp == nil
            state.isPruned = isGivenUp == true
        }
        return isGivenUp == false
    }
}
