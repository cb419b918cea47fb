import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// The course of one member of a stack: what the loop of a lone training keeps.
final class StackMember {
    /// Which run it is.
    let index: Int
    let options: FitOptions
    /// The network before its training.
    let start: Sequential
    /// Whose random numbers it draws.
    let seed: Int
    /// How it moves, at the rate of its next step.
    private(set) var optimizer: any Optimizer
    private(set) var progress = FitProgress()
    /// The network of its best epoch.
    var best: Sequential?
    private var batches: DatasetBatches
    private let baseRate: Double
    private let total: Int
    private var epochsBegun = 0
    private let clock = ContinuousClock()
    private var epochStart: ContinuousClock.Instant

    init(
        _ index: Int, _ run: TrainingRun, _ options: FitOptions, _ data: Dataset
    ) throws {
        (self.index, self.options, seed) = (index, options, run.recipe.seed)
        start = run.model.labeled()
        optimizer = try run.recipe.makeOptimizer()
        try optimizer.check(for: run.model)
        try options.check()
        try FitOptions.check(monitor: options.monitor, run.metrics)
        baseRate = optimizer.learningRate
        batches = try options.batches(of: data, seed: seed)
        total =
            options.steps
            ?? StepCount.total(epochs: options.epochs, perEpoch: batches.batchesPerEpoch ?? 0)
        progress.plateau = options.plateau?.state
        progress.lastRate = baseRate
        // A closure of its own is a callback of a lone training.
        progress.callbacks = [[:]]
        epochStart = clock.now
    }

    /// Begins an epoch where none is open.
    func openEpoch() {
        guard !progress.isEpochOpen else { return }
        epochsBegun += 1
        progress.isEpochOpen = true
        (progress.epochSteps, progress.lossSum, progress.weightSum) = (0, 0, 0)
        epochStart = clock.now
    }

    /// The rows of its next step; nil at the end of the epoch.
    func nextRows() -> ArraySlice<Int32>? {
        if let steps = options.steps, progress.steps >= steps { return nil }
        guard case .rows(_, let rows)? = batches.next()?.storage else { return nil }
        return rows
    }

    /// Sets the rate of its next step, and tells whether it is another one.
    func prepareStep() -> Bool {
        let factor =
            progress.rateScale * (options.schedule?.factor(step: progress.steps + 1) ?? 1)
        progress.lastRate = baseRate * factor
        guard optimizer.learningRate != progress.lastRate else { return false }
        optimizer.learningRate = progress.lastRate
        return true
    }

    /// Takes down a step.
    ///
    /// - Throws: the error of a lone training where the loss is not finite.
    func note(loss: Double, weight: Double) throws(KalsaeError) {
        progress.steps += 1
        progress.epochSteps += 1
        guard loss.isFinite else { throw divergence(loss) }
        progress.lossSum += loss * weight
        progress.weightSum += weight
    }

    /// The last step.
    func record(loss: Double) -> StepRecord {
        StepRecord(
            step: progress.steps, total: total, epoch: progress.history.epochCount + 1, loss: loss,
            meanLoss: progress.meanLoss, learningRate: progress.lastRate)
    }

    /// Ends the epoch, and tells whether it is the best so far.
    ///
    /// - Throws: the error of a lone training where the last loss is not finite.
    func endEpoch(_ report: Report) throws(KalsaeError) -> (record: EpochRecord, isBest: Bool) {
        let record = epochRecord(report)
        progress.history.epochs.append(record)
        progress.isEpochOpen = false
        let score = report.score(options.monitor)
        let isBest =
            options.earlyStopping?.consider(score, epoch: record.epoch, &progress.best) ?? false
        if var plateau = options.plateau {
            plateau.state = progress.plateau ?? plateau.state
            progress.rateScale = plateau.observe(score)
            progress.plateau = plateau.state
        }
        // The loss of a step is that before its update: behind the last one only this tells.
        if isComplete, !report.loss.isFinite { throw divergence(report.loss) }
        return (record, isBest)
    }

    /// Whether no further epoch is to be trained.
    var isComplete: Bool {
        if isExhausted { return true }
        if let steps = options.steps { return progress.steps >= steps }
        return progress.history.epochCount >= options.epochs
    }

    private var isExhausted: Bool { options.earlyStopping?.isExhausted(progress.best) ?? false }

    /// What came of it.
    ///
    /// - Parameters:
    ///   - model: the network as it is.
    ///   - optimizer: what the optimizer remembers.
    ///   - stop: why it ended before its end; nil where it did not.
    func trained(
        _ model: Sequential, _ memory: OptimizerState, stop: TrainingStop?
    ) -> TrainedNetwork {
        var fit = progress
        fit.position = batches.position
        if fit.isEpochOpen { fit.secondsBefore = seconds }
        let snapshot = Snapshot(
            model: model, optimizer: memory, best: best,
            progress: TrainingProgress(
                optimizer: "\(type(of: optimizer))", seed: seed, stepCount: progress.steps,
                epochsBegun: epochsBegun, learningRate: baseRate, fit: fit))
        var history = progress.history
        if progress.isEpochOpen { history.epochs.append(epochRecord(nil)) }
        history.restoredEpoch = best == nil ? nil : progress.best.epoch
        if let stop {
            history.end = .stopped(reason: stop.reason)
        } else if isExhausted {
            history.end = .earlyStopping
        }
        return TrainedNetwork(
            model: best ?? model, history: history, steps: progress.steps, state: snapshot.state)
    }

    private var seconds: Double { epochStart.duration(to: clock.now).seconds }

    private func divergence(_ loss: Double) -> KalsaeError {
        DivergedTraining.error(loss, progress, rate: progress.lastRate)
    }

    private func epochRecord(_ report: Report?) -> EpochRecord {
        EpochRecord(
            epoch: progress.history.epochCount + 1, steps: progress.steps,
            loss: progress.meanLoss, validation: report, learningRate: progress.lastRate,
            seconds: seconds)
    }
}
