import KalsaeBackend
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// A call of `fit`, one step at a time: between two calls of ``advance()`` the training stands at a
/// step boundary, the one place where callbacks, cancellation, commands and checkpoints act.
///
/// Where it goes on depends on ``progress`` and the source's position alone, so that a training can
/// be taken up at any boundary.
final class TrainingLoop<Model: Layer> {
    let step: TrainingStep<Model>
    private let evaluator: Evaluator<Model>
    let options: FitOptions
    /// What the training is made of now, and was when the call began.
    var configuration: Configuration
    let initialConfiguration: Configuration
    /// What the guard against divergence goes back to: the state before the last, then the last.
    var goodStates: [Snapshot<Model>] = []
    /// Where an ``Autopsy`` begins to take steps again, where one is wanted.
    var replayStart: ReplayStart<Model>?
    /// Whether it is to be the boundary at which the training stands.
    var sharesReplayStart = false
    var source: any BatchSource
    var callbacks: [any Callback]
    /// Where the call stands, but for the source's position, the epoch's time and what callbacks
    /// remember: ``TrainingLoop/state`` has all.
    var progress: FitProgress
    /// The model of the best epoch, where early stopping keeps one.
    var bestModel: Model?
    /// The boundary at the end.
    private(set) var last: Snapshot<Model>?
    /// The learning rate on which the schedule builds.
    var learningRate: Double
    /// Epochs of all calls.
    var epochsBegun: Int
    let seed: Int
    /// Why training ended, once it did.
    var end: TrainingEnd?

    /// Whether ``checkMemory(for:)`` was called.
    var isMemoryChecked = false

    /// The steps of the call, as far as they are known.
    let total: Int
    let clock = ContinuousClock()
    private var waiting = WaitingTime()
    private var epochStart: ContinuousClock.Instant
    /// The rate that the step has at the moment.
    var rate: Double
    /// Whether the step may have another rate than the loop last set.
    var rateIsStale = false
    /// What ``FitOptions/restoresLastEpochOnDivergence`` goes back to.
    private var lastEpoch: Snapshot<Model>?

    /// A call that begins; ``restore(_:)`` has it go on.
    init(
        _ step: TrainingStep<Model>, _ evaluator: Evaluator<Model>, _ source: any BatchSource,
        _ options: FitOptions, seed: Int, learningRate: Double, epochsBegun: Int
    ) throws {
        (self.step, self.evaluator, self.source, self.options) = (step, evaluator, source, options)
        (self.seed, self.learningRate, self.epochsBegun) = (seed, learningRate, epochsBegun)
        callbacks = options.callbacks
        configuration = Configuration(
            layers: (step.model as? Sequential)?.spec, optimizer: step.optimizer,
            schedule: options.schedule)
        initialConfiguration = configuration
        progress = FitProgress()
        progress.divergence = options.divergence.map { _ in DivergenceGuard.State() }
        progress.plateau = options.plateau?.state
        progress.lastRate = learningRate
        rate = step.optimizer.learningRate
        epochStart = clock.now
        let perEpoch = options.stepsPerEpoch ?? source.batchesPerEpoch
        total =
            options.steps
            ?? perEpoch.map { StepCount.total(epochs: options.epochs, perEpoch: $0) } ?? .max
        try self.source.seek(to: BatchPosition(epoch: epochsBegun + 1))
    }

    /// Lets callbacks act before the first step.
    func begin() throws {
        if options.restoresLastEpochOnDivergence { lastEpoch = bareSnapshot }
        try boundary { callback, control in try callback.onTrainBegin(&control) }
        // One that is resumed has them.
        if goodStates.isEmpty { keepGoodState() }
    }

    /// Takes the next step, or ends the epoch, and lets callbacks act; false once training is over.
    func advance() throws -> Bool {
        guard end == nil else { return false }
        if !planned.isEmpty { try makePlannedChanges() }
        if !progress.isEpochOpen {
            guard !isComplete else { return false }
            openEpoch()
        }
        keepReplayStart()
        let position = source.position
        if !isEpochFull, let batch = try timedBatch() {
            if !isSkipped(position) { try takeSteps(from: batch, at: position) }
        } else {
            try endEpoch()
        }
        return true
    }

    /// The history of the call, with an epoch that was stopped within; the best weights come back
    /// where early stopping wants that.
    func finish() throws -> History {
        last = snapshot
        var history = progress.history
        if let end {
            history.end = end
            if progress.isEpochOpen { history.epochs.append(record(validation: nil)) }
        } else {
            if isExhausted { history.end = .earlyStopping }
            try checkLastStep()
            if let rule = options.earlyStopping, rule.restoresBestWeights, let bestModel {
                try step.restore(bestModel)
                history.restoredEpoch = progress.best.epoch
            }
        }
        try tellEnd(history)
        return history
    }

    /// The time of the open epoch, over all trainings that had a part in it.
    var secondsOfEpoch: Double {
        progress.secondsBefore + epochStart.duration(to: clock.now).seconds
    }

    /// Begins to measure time anew, behind a change of ``progress``.
    func restartClock() { epochStart = clock.now }

    /// Changes that the options plan, in order of their steps.
    var planned: [Intervention] { options.interventions }

    /// What to do where the loss diverges.
    var divergenceGuard: DivergenceGuard? { options.divergence }

    /// What ranks above 0 call behind each step.
    var onFollowedStep: (@Sendable (Int) -> Void)? { options.onFollowedStep }

    /// Where a step that is not finite goes.
    var autopsyPath: String? { options.autopsyPath }

    /// Whether steps may have to be taken again.
    var keepsReplayStart: Bool { options.autopsyPath != nil }

    // MARK: - Steps

    private var isExhausted: Bool { options.earlyStopping?.isExhausted(progress.best) ?? false }

    private var isComplete: Bool {
        if isExhausted { return true }
        if let steps = options.steps { return progress.steps >= steps }
        return progress.history.epochCount >= options.epochs
    }

    private var isEpochFull: Bool {
        if let steps = options.steps, progress.steps >= steps { return true }
        guard let most = options.stepsPerEpoch else { return false }
        return progress.epochSteps >= most
    }

    private func openEpoch() {
        epochsBegun += 1
        progress.isEpochOpen = true
        (progress.epochSteps, progress.lossSum, progress.weightSum) = (0, 0, 0)
        progress.secondsBefore = 0
        waiting = WaitingTime()
        epochStart = clock.now
    }

    /// What was spent beside steps.
    var spent: TrainingWork {
        TrainingWork(
            seconds: secondsOfEpoch, waiting: waiting.seconds(of: progress.epochSteps),
            compilations: step.compilations)
    }

    /// The next batch, with its time now and then.
    func timedBatch() throws -> Batch? {
        let number = progress.epochSteps
        guard WaitingTime.isTaken(number) else { return try nextBatch() }
        let start = clock.now
        defer { waiting.add(start.duration(to: clock.now).seconds, number) }
        return try nextBatch()
    }

    /// The next batch of the epoch; nil at its end.
    private func nextBatch() throws -> Batch? {
        if let batch = try source.next() { return batch }
        // The source may stand at an end of its own epochs where ours begins, or goes on.
        if options.stepsPerEpoch == nil, progress.epochSteps > 0 { return nil }
        guard let batch = try source.next() else {
            throw KalsaeError(
                "fit", expected: "a source with batches", got: "none",
                advice: "its next() returned nil twice, from \(source.position.text) on")
        }
        return batch
    }

    /// Throws where weights are not finite behind the last step and nothing was measured there.
    private func checkLastStep() throws {
        guard let last = progress.history.epochs.last, last.validation == nil,
            try step.model.firstNotFinite() != nil
        else { return }
        throw try divergence(.nan)
    }

    func divergence(_ loss: Double) throws -> KalsaeError {
        let (progress, found) = (progress, autopsyAdvice())
        var model = DivergedTraining.lastModel
        if let lastEpoch {
            try restore(lastEpoch)
            let count = self.progress.history.epochCount
            model = count == 0 ? "the beginning" : "the end of epoch \(count)"
        }
        return DivergedTraining.error(loss, progress, rate: rate, model: model, advice: found)
    }

    // MARK: - Epochs

    private func endEpoch() throws {
        if let leader = step.leader { try leader.send(.check(step.checksum)) }
        var report: Report?
        let epoch = progress.history.epochCount + 1
        if let validation = options.validation, epoch % options.validationFrequency == 0 {
            do {
                evaluator.model = step.model
                // The next step then changes them in place.
                defer { evaluator.releaseModel() }
                report = try evaluator.measured(validation).report
            } catch is CancellationError {
                end = .cancelled
                return
            }
        }
        let record = record(validation: report)
        progress.history.epochs.append(record)
        progress.isEpochOpen = false
        if let report {
            if let rule = options.earlyStopping,
                rule.consider(report.score(options.monitor), epoch: epoch, &progress.best)
            {
                bestModel = step.model
            }
            if var plateau = options.plateau {
                plateau.state = progress.plateau ?? plateau.state
                progress.rateScale = plateau.observe(report.score(options.monitor))
                progress.plateau = plateau.state
            }
        }
        // The loss of a step is that before its update: behind the last one only this tells.
        if isComplete, let loss = report?.loss, !loss.isFinite { throw try divergence(loss) }
        if options.restoresLastEpochOnDivergence { lastEpoch = bareSnapshot }
        try boundary { callback, control in try callback.onEpochEnd(record, &control) }
    }

    private func record(validation: Report?) -> EpochRecord {
        EpochRecord(
            epoch: progress.history.epochCount + 1, steps: progress.steps,
            loss: progress.meanLoss, validation: validation, learningRate: progress.lastRate,
            seconds: secondsOfEpoch)
    }
}
