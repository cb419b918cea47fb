import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining

/// A member of a population: a trial whose training stops at each border.
final class PopulationMember {
    let trial: Trial
    private let prepared: TrialTraining.Prepared
    private let record: TrialRecording
    private let progress: TrialProgress
    private let interventions: [Intervention]
    private var state: TrainingState?
    private var outcome: TrainingRun.Outcome?
    private var fault: String?
    private let begin = ContinuousClock.now

    /// The epochs that are over.
    var epoch: Int { state?.progress.fit?.history.epochCount ?? 0 }

    /// Its value at the last border; no number where there is none.
    var value: Double { progress.reported.reports.last?.value ?? .nan }

    init(
        _ trial: Trial, of study: Study, _ prepared: TrialTraining.Prepared, in store: Store,
        parent: PopulationMember? = nil, changes: [Intervention] = []
    ) throws {
        (self.trial, self.prepared, interventions) = (trial, prepared, changes)
        let from = parent.map { ($0.record.session.run.id, $0.step) }
        record = try TrialRecording(prepared, trial: trial, of: study, in: store, parent: from)
        state = parent?.state ?? record.state
        // Its plan of changes is another one.
        if parent != nil { state?.progress.fit?.planned = 0 }
        progress = TrialProgress(
            trial.record, of: study, try SearchObjective(prepared.recipe.monitor))
    }

    private var step: Int { state?.progress.fit?.steps ?? 0 }

    /// One that goes on from where this one is, with other settings.
    func branch(
        _ trial: Trial, of study: Study, _ prepared: TrialTraining.Prepared, in store: Store
    ) throws -> PopulationMember {
        var changes: [Intervention] = []
        for (name, value) in zip(trial.parameters.names, trial.parameters.values) {
            guard let setting = PopulationSetting.name(of: name), let number = value.number else {
                continue
            }
            changes.append(
                Intervention(step: step, .setting(setting, .number(number)), reason: "population"))
        }
        return try PopulationMember(
            trial, of: study, prepared, in: store, parent: self, changes: changes)
    }

    /// Trains to the end of an epoch, or to the end of the training.
    func train(to border: Int, _ deadline: SearchDeadline) async {
        let last = prepared.recipe.epochs
        let progress = progress
        let onStep = { @Sendable (_: StepRecord) in try deadline.check() }
        let onEpoch = { @Sendable (epoch: EpochRecord) in
            try progress.onEpoch(epoch)
            if epoch.epoch >= border, epoch.epoch < last { throw TrainingStop("border") }
        }
        do {
            var options = TrainingRun.Options()
            (options.session, options.state) = (record.session, state)
            options.interventions = interventions
            options.isInterrupted = { Interrupt.isRequested }
            let outcome = try await prepared.run.run(options, onStep: onStep, onEpoch: onEpoch)
            (self.outcome, state) = (outcome, outcome.state)
        } catch {
            fault = (error as? KalsaeError)?.description ?? "\(error)"
        }
        trial.adopt(progress.reported)
    }

    /// Tells the study of the end where there is one.
    func endIfOver(_ plan: SearchPlan, _ study: Study) throws -> Bool {
        if let fault {
            record.finish(.failed, note: fault)
            try study.tell(trial, .failed(fault))
            return true
        }
        guard let outcome else { return true }
        if case .stopped("border") = outcome.history.end { return false }
        let seconds = begin.duration(to: .now) / .seconds(1)
        try record.keep(outcome, prepared)
        record.finish(.finished)
        try study.tell(
            trial, .values(plan.objectives.map { $0.value(of: outcome, seconds: seconds) }))
        return true
    }

    /// Ends, so that a branch of a better one takes its part.
    func giveUp(for number: Int, _ study: Study) throws {
        record.finish(.stopped, note: "a branch of trial \(number) takes its part")
        try study.tell(trial, .pruned)
    }

    /// Gives the trial back, to go on later.
    func suspend(_ study: Study) throws {
        record.suspend(state)
        try study.release(trial)
    }
}
