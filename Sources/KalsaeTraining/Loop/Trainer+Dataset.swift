import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

extension Trainer {
    /// Trains on a data set, as on a source of its batches.
    ///
    /// - Parameters:
    ///   - data: the training data.
    ///   - options: how to train.
    ///   - state: where to go on, a state that was taken in a call of `fit` with the same data and
    ///     options, by a trainer made as this one was.
    @discardableResult
    public func fit(
        _ data: Dataset, _ options: FitOptions, resuming state: TrainingState? = nil
    ) async throws -> History {
        let options = options.joiningSingleRow(of: data, for: model, seed: seed)
        return try await fit(options.batches(of: data, seed: seed), options, resuming: state)
    }

    /// Trains on a data set: the options that most trainings need, as arguments.
    ///
    /// - Parameters:
    ///   - data: the training data.
    ///   - validation: data that are measured after each epoch, and not trained on.
    ///   - epochs: how many times every row is seen; the shuffling goes on from the last call's.
    ///   - steps: the number of steps instead; epochs follow from it.
    ///   - batch: rows per step; the last batch of an epoch may be smaller.
    ///   - order: which rows make a batch.
    ///   - earlyStopping: when to end early; needs validation data.
    ///   - schedule: what ``learningRate`` is multiplied with at each step of this call.
    ///   - plateau: lowers the rate when the validation loss no longer falls; needs validation data.
    ///   - callbacks: what acts at step boundaries, behind the closures.
    ///   - onStep: called after each step.
    ///   - onEpoch: called after each epoch.
    /// - Returns: what was measured, epoch by epoch. Where a callback throws a ``TrainingStop`` or
    ///   the task is cancelled, no further step is taken: ``History/end`` tells so, the last epoch
    ///   has the steps that were taken, and the model is that of the last step.
    /// - Throws: a fault of the model, what a callback throws, or a `KalsaeError`: where the loss
    ///   is not finite, a metric does not fit the data, or another call is not over yet.
    @discardableResult
    public func fit(
        _ data: Dataset, validation: Dataset? = nil, epochs: Int = 1, steps: Int? = nil,
        batch: Int = 32, order: BatchOrder = .shuffled, earlyStopping: EarlyStopping? = nil,
        schedule: LearningRateSchedule? = nil, plateau: PlateauReduction? = nil,
        callbacks: [any Callback] = [],
        onStep: (@Sendable (StepRecord) throws -> Void)? = nil,
        onEpoch: (@Sendable (EpochRecord) throws -> Void)? = nil
    ) async throws -> History {
        var options = FitOptions(
            epochs: epochs, steps: steps, batch: batch, order: order, validation: validation,
            earlyStopping: earlyStopping, schedule: schedule, plateau: plateau,
            callbacks: callbacks)
        if onStep != nil || onEpoch != nil {
            options.callbacks.insert(ClosureCallback(onStep: onStep, onEpoch: onEpoch), at: 0)
        }
        return try await fit(data, options)
    }
}

extension FitOptions {
    /// The options, with a last batch of one row joined to the one before where the model refuses it.
    func joiningSingleRow<Model: Layer>(
        of data: Dataset, for model: Model, seed: Int
    ) -> FitOptions {
        /// Whether a batch of the first rows is a fault of the model in training; nothing is computed.
        func isRefused(rows: Int32) -> Bool {
            let inputs = data.inputs(unchecked: Tensor((0..<rows).map { $0 }))
            let key = RandomKey(seed: seed)
            return StepScope.training(key: key) { model(inputs) }.result.fault != nil
        }
        guard lastBatch == .kept, order != .withReplacement, batch > 1, data.count > batch,
            data.count % batch == 1, isRefused(rows: 1), !isRefused(rows: 2)
        else { return self }
        var joined = self
        joined.lastBatch = .joined
        Notice.say(
            "the last batch of an epoch has one row, which this network cannot train on: it joins the "
                + "one before (lastBatch, --drop-last)")
        return joined
    }
}
