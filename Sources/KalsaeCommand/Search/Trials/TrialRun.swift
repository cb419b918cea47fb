import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining

/// Trains one trial as a recorded run.
struct TrialRun {
    let study: Study
    let store: Store
    let plan: SearchPlan
    let deadline: SearchDeadline

    /// Workers that may be lost with a trial before it counts as failed: its memory may be too much.
    private static let mostAttempts = 10

    /// Trains a trial and tells the study what came of it; where the process is asked to end, the trial
    /// is given back.
    func run(_ trial: Trial, _ training: TrialTraining) async throws {
        guard trial.record.attempts <= Self.mostAttempts else {
            return try tell(
                trial, .failed("its workers were lost \(Self.mostAttempts) times"))
        }
        do {
            let prepared = try training.prepare(trial.parameters)
            let record = try TrialRecording(prepared, trial: trial, of: study, in: store)
            let progress = TrialProgress(trial.record, of: study, plan.objectives[0])
            let result = await train(prepared, progress, record)
            trial.adopt(progress.reported)
            if progress.isLost { return }
            guard let result else { return try study.release(trial) }
            try tell(trial, result)
        } catch {
            try tell(trial, .failed(Self.text(error)))
        }
    }

    /// Tells the study that a trial cannot be trained.
    func fail(_ trial: Trial, _ error: any Error) throws {
        try tell(trial, .failed(Self.text(error)))
    }

    private func tell(_ trial: Trial, _ result: TrialResult) throws {
        do {
            try study.tell(trial, result)
        } catch {
            guard study.isLost(trial) else { throw error }
            Notice.say(error.description)
        }
    }

    /// Trains; nil where the training is to go on later.
    private func train(
        _ prepared: TrialTraining.Prepared, _ progress: TrialProgress, _ record: TrialRecording
    ) async -> TrialResult? {
        let begin = ContinuousClock.now
        let deadline = deadline
        let onStep = { @Sendable (_: StepRecord) in try deadline.check() }
        let onEpoch = { @Sendable (epoch: EpochRecord) in try progress.onEpoch(epoch) }
        do {
            var options = TrainingRun.Options()
            options.session = record.session
            options.state = record.state
            options.isInterrupted = { Interrupt.isRequested }
            if prepared.train.recording.guard { options.divergence = DivergenceGuard() }
            let outcome = try await prepared.run.run(
                options, onStep: onStep, onEpoch: onEpoch)
            if progress.isPruned {
                record.finish(.stopped, note: "pruned")
                return .pruned
            }
            let isStopped =
                (Interrupt.isRequested || deadline.isOver) && outcome.history.end.isStop
            if isStopped || progress.isLost {
                record.suspend(outcome.state)
                return nil
            }
            let seconds = begin.duration(to: .now) / .seconds(1)
            let values = plan.objectives.map { $0.value(of: outcome, seconds: seconds) }
            try record.keep(outcome, prepared)
            record.finish(.finished)
            return .values(values)
        } catch {
            let text = Self.text(error)
            record.finish(.failed, note: text)
            return .failed(text)
        }
    }

    private static func text(_ error: any Error) -> String {
        (error as? KalsaeError)?.description ?? "\(error)"
    }
}
