import KalsaeBackend
import KalsaeData
import KalsaeDistributed
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// Trains a model: batches, steps, validation, history.
///
/// An actor on the thread of the plans: a step starts at once, and other tasks may ask for the
/// model, take the state or change the rate at the boundary between two steps.
public actor Trainer<Model: Layer> {
    /// Runs on the thread of the plans.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        ComputeThread.shared.asUnownedSerialExecutor()
    }

    /// What is made small.
    public let loss: Loss
    /// What is measured beside it.
    public let metrics: [Metric]
    /// The seed of shuffling and of layers' random numbers.
    public let seed: Int
    /// Into how many micro-batches each batch is cut; 1 for none.
    public let microBatches: Int
    private let group: (any ProcessGroup)?

    private var optimizer: any Optimizer
    private let extras: StepExtras
    private var isFitting = false
    /// The model before the first step, whose numbers the step has once there is one.
    private var initial: Model
    private var step: TrainingStep<Model>?
    let evaluator: Evaluator<Model>
    /// The call of `fit` that goes on, if one does.
    private var loop: TrainingLoop<Model>?
    /// Where the last call ended.
    private var lastFit: FitProgress?
    /// What its guard would go back to.
    private var lastGood: [Snapshot<Model>] = []
    private var bestModel: Model?
    /// Where the last call ended, before the weights of its best epoch came back.
    private var last: Snapshot<Model>?
    /// Epochs of all calls of `fit`, so that each is shuffled in its own way.
    private var epochsBegun = 0

    /// Prepares training.
    ///
    /// - Parameters:
    ///   - model: the model to start from; it is not changed, ask for ``model``.
    ///   - loss: what is made small.
    ///   - optimizer: how parameters move.
    ///   - metrics: what is measured beside the loss.
    ///   - regularizer: a penalty on the weights, part of the loss in training.
    ///   - constraint: what weights keep to after each update.
    ///   - mixing: how pairs of the batch are made one, in training only.
    ///   - seed: equal seeds give equal bits.
    ///   - observesNorms: whether steps tell callbacks the sizes of gradients and updates; it costs
    ///     passes over both.
    ///   - microBatches: into how many parts each batch is cut, whose gradients are summed in the order
    ///     of one balanced tree before the update: memory of a part is enough then. Batch norm measures
    ///     each by itself, and each draws random numbers of its own. A batch of fewer rows has as many as
    ///     rows.
    ///   - group: the processes that take each step together, each some of the micro-batches; all of
    ///     them make the same trainer and call `fit` with the same data and options. The result does not
    ///     depend on how many they are. Callbacks, measurements and commands are those of rank 0; the
    ///     others end with its model and history.
    public init(
        _ model: Model, loss: Loss, optimizer: any Optimizer, metrics: [Metric] = [],
        regularizer: Regularizer? = nil, constraint: Constraint? = nil,
        mixing: BatchAugmentation? = nil,
        seed: Int = 0, observesNorms: Bool = false, microBatches: Int = 1,
        group: (any ProcessGroup)? = nil
    ) throws {
        let ranks = group?.size ?? 1
        guard microBatches >= ranks else {
            throw KalsaeError(
                "micro-batches", expected: "at least \(ranks), one for each rank",
                got: "\(microBatches)")
        }
        evaluator = try Evaluator(model, loss: loss, metrics: metrics)
        try optimizer.check(for: model)
        initial = model.labeled()
        self.loss = loss
        self.metrics = metrics
        self.optimizer = optimizer
        self.seed = seed
        (self.microBatches, self.group) = (microBatches, ranks > 1 ? group : nil)
        extras = StepExtras(
            regularizer: regularizer, constraint: constraint, mixing: mixing,
            observesNorms: observesNorms)
    }

    /// The model now, as a value that later steps do not change.
    public var model: Model { step?.model ?? initial }

    /// The model with averaged weights, where the optimizer keeps any
    /// (`ExponentialMovingAverage`, `StochasticWeightAverage`), else ``model``.
    public var averagedModel: Model { step?.averagedModel ?? initial }

    /// The steps taken so far.
    public var stepCount: Int { step?.count ?? 0 }

    /// The learning rate, on which a schedule builds; a change acts from the next step on and
    /// compiles nothing.
    public var learningRate: Double { loop?.learningRate ?? optimizer.learningRate }

    /// Sets the learning rate.
    ///
    /// - Throws: a `KalsaeError` for one that is negative or not finite.
    public func setLearningRate(_ rate: Double) throws {
        try LearningRate.check(rate)
        optimizer.learningRate = rate
        loop?.learningRate = rate
        if loop == nil { step?.optimizer.learningRate = rate }
    }

    /// The training at the last step boundary, as a value that later steps do not change: to be
    /// saved, gone back to with ``restore(_:)``, or resumed by `fit`.
    public var state: TrainingState {
        get throws { try snapshot().state }
    }

    /// The training at the end of the last call of `fit`, before early stopping gave the model the
    /// weights of its best epoch: where a longer training goes on.
    public var finalState: TrainingState {
        get throws { try last?.state ?? state }
    }

    /// Goes back to a state of this training, or of one like it; a call of `fit` that goes on, as
    /// long as the state was taken in one, goes on from there.
    ///
    /// - Throws: a `KalsaeError` where it is that of another model, optimizer or seed.
    public func restore(_ state: TrainingState) throws {
        if let loop { return try loop.restore(state) }
        let snapshot = try snapshot().restored(from: state)
        let progress = snapshot.progress
        let step = try prepareStep()
        try step.restore(snapshot.model, snapshot.optimizer, count: progress.stepCount)
        try setLearningRate(progress.learningRate)
        (epochsBegun, lastFit, bestModel) = (progress.epochsBegun, progress.fit, snapshot.best)
        lastGood = snapshot.good
    }

    /// Trains on the batches of a source.
    ///
    /// It begins at the start of the trainer's next epoch; batch size and order of the options are
    /// for data sets.
    ///
    /// - Parameters:
    ///   - source: where batches come from.
    ///   - options: how to train.
    ///   - state: where to go on, a state that was taken in a call of `fit` with the same source and
    ///     options, by a trainer made as this one was; the bits are those of a training that was not
    ///     stopped. Where that call was over, more epochs or steps than it had go on from its end.
    /// - Returns: what was measured, epoch by epoch. Where a callback ends training or the task is
    ///   cancelled, no further step is taken: ``History/end`` tells so, the last epoch has the steps
    ///   that were taken, and the model is that of the last step.
    /// - Throws: a fault of the model, what a callback throws, or a `KalsaeError`: where the loss
    ///   is not finite, a metric does not fit the data, or another call is not over yet.
    @discardableResult
    public func fit(
        _ source: any BatchSource, _ options: FitOptions = FitOptions(),
        resuming state: TrainingState? = nil
    ) async throws -> History {
        guard !isFitting else {
            throw KalsaeError(
                "fit", expected: "one call at a time", got: "a second one on the same trainer",
                advice: "await the first, or make a trainer for each")
        }
        isFitting = true
        defer { isFitting = false }
        try options.check()
        try FitOptions.check(monitor: options.monitor, metrics)
        if step == nil {
            try checkMemory(
                initial, optimizer, options,
                stepsPerEpoch: options.stepsPerEpoch ?? source.batchesPerEpoch,
                isResumed: state != nil)
        }
        try check(source, validation: options.validation)
        let loop = try TrainingLoop(
            try prepareStep(), evaluator, source, options, seed: seed,
            learningRate: optimizer.learningRate, epochsBegun: epochsBegun)
        if let group, group.rank > 0 {
            self.loop = loop
            defer { end(loop) }
            return try loop.follow(group)
        }
        guard let group else { return try await run(loop, from: state) }
        let leader = RankLeader(group)
        loop.step.leader = leader
        defer { loop.step.leader = nil }
        return try await RankLeader.$current.withValue(leader) {
            do {
                let history = try await run(loop, from: state)
                try leader.send(.end(history))
                return history
            } catch {
                // The others have nothing to wait for; what failed is thrown here.
                try? leader.send(.end(nil))
                throw error
            }
        }
    }

    /// Takes all steps of a call of `fit`.
    private func run(
        _ loop: TrainingLoop<Model>, from state: TrainingState?
    ) async throws -> History {
        if let state { try loop.restore(state) } else { try loop.step.broadcast() }
        self.loop = loop
        defer { end(loop) }
        // The loop has all of them, and gives them back.
        (last, bestModel, lastGood) = (nil, nil, [])
        try loop.begin()
        let clock = ContinuousClock()
        var turn = clock.now
        while try loop.advance() {
            // Other tasks, which may be trainings themselves, have their turn; short steps go on.
            guard ComputeThread.shared.hasWaitingJobs,
                turn.duration(to: clock.now) >= .microseconds(100)
            else { continue }
            await Task.yield()
            turn = clock.now
        }
        return try loop.finish()
    }

    /// Ends a call of `fit` that goes on, at the step boundary at which it stands.
    public func stop(_ reason: String = "") {
        if let loop, loop.end == nil { loop.end = .stopped(reason: reason) }
    }

    /// Keeps where a call has ended.
    private func end(_ loop: TrainingLoop<Model>) {
        (lastFit, bestModel, last) = (loop.fitProgress, loop.bestModel, loop.last)
        lastGood = loop.goodStates
        epochsBegun = loop.epochsBegun
        optimizer = loop.configuration.optimizer
        optimizer.learningRate = loop.learningRate
        step?.optimizer.learningRate = loop.learningRate
        self.loop = nil
    }

    /// The step of a training that starts from the model now and changes nothing here.
    func trialStep() throws -> TrainingStep<Model> {
        try TrainingStep(
            model, loss: loss, optimizer: optimizer, seed: seed, extras: extras,
            microBatches: microBatches)
    }

    /// Gives the model the weights of the best epoch of the last call of `fit` with early stopping,
    /// as after a training that a callback stopped, and returns that epoch; nil where there is none.
    @discardableResult
    public func restoreBestWeights() throws -> Int? {
        guard loop == nil, let bestModel, let epoch = lastFit?.best.epoch else { return nil }
        try prepareStep().restore(bestModel)
        return epoch
    }

    private func prepareStep() throws -> TrainingStep<Model> {
        if let step { return step }
        let new = try TrainingStep(
            initial, loss: loss, optimizer: optimizer, seed: seed, extras: extras,
            microBatches: microBatches, group: group)
        (step, initial) = (new, initial.skeleton)
        // What the first weights were computed in is more than a step needs.
        if new.model.byteCount >= MemoryNeed.fewestBytes {
            _ = Device.current.plans.backend.hostMemory(wanted: .max)
        }
        return new
    }

    private func snapshot() throws -> Snapshot<Model> {
        if let loop { return loop.snapshot }
        let step = try prepareStep()
        return Snapshot(
            model: step.model, optimizer: step.optimizerState, best: bestModel,
            progress: TrainingProgress(
                optimizer: "\(type(of: optimizer))", seed: seed, stepCount: step.count,
                epochsBegun: epochsBegun, learningRate: optimizer.learningRate, fit: lastFit),
            good: lastGood)
    }
}
