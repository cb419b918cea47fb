import KalsaeBackend
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// Trains a model: batches, steps, validation, history.
///
/// An actor on the thread of the plans: a step starts at once, and other tasks may ask for the
/// model or change the rate between two epochs.
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

    private var optimizer: any Optimizer
    private let extras: StepExtras
    private var isLossChecked = false
    private var isFitting = false
    /// Epochs of all calls of `fit`, so that each is shuffled in its own way.
    private var epochsBegun = 0
    private var initial: Model
    private var step: TrainingStep<Model>?
    private var evaluations: [EvaluationStep<Model>] = []

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
    public init(
        _ model: Model, loss: Loss, optimizer: any Optimizer, metrics: [Metric] = [],
        regularizer: Regularizer? = nil, constraint: Constraint? = nil,
        mixing: BatchAugmentation? = nil,
        seed: Int = 0
    ) throws {
        for entry in model.tensors { if let fault = entry.tensor.fault { throw fault } }
        try optimizer.check(for: model)
        initial = model.labeled()
        self.loss = loss
        self.metrics = metrics
        self.optimizer = optimizer
        self.seed = seed
        extras = StepExtras(regularizer: regularizer, constraint: constraint, mixing: mixing)
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
    public var learningRate: Double { optimizer.learningRate }

    /// Sets the learning rate.
    public func setLearningRate(_ rate: Double) {
        optimizer.learningRate = rate
        step?.optimizer.learningRate = rate
    }

    /// Trains on data.
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
        onStep: (@Sendable (StepRecord) throws -> Void)? = nil,
        onEpoch: (@Sendable (EpochRecord) throws -> Void)? = nil
    ) async throws -> History {
        guard !isFitting else {
            throw KalsaeError(
                "fit", expected: "one call at a time", got: "a second one on the same trainer",
                advice: "await the first, or make a trainer for each")
        }
        isFitting = true
        defer { isFitting = false }
        guard data.count > 0, batch > 0, epochs >= 0 else {
            throw KalsaeError(
                "fit", expected: "data, a batch of at least 1 and epochs of at least 0",
                got: "\(data.count) rows, batch \(batch), \(epochs) epochs")
        }
        // Rows drawn with replacement are listed before the epoch begins.
        guard order != .withReplacement || batch <= max(data.count, 1 << 20) else {
            throw KalsaeError(
                "fit", expected: "a batch of at most \(max(data.count, 1 << 20)) rows",
                got: "\(batch)")
        }
        guard steps.map({ $0 >= 0 }) ?? true else {
            throw KalsaeError("fit", expected: "at least 0 steps", got: "\(steps ?? 0)")
        }
        try schedule?.check()
        try plateau?.check()
        if earlyStopping != nil || plateau != nil, validation == nil {
            throw KalsaeError(
                plateau == nil ? "early stopping" : "plateau", expected: "validation data",
                got: "none",
                advice: "pass validation: to fit")
        }
        for part in [data, validation].compactMap({ $0 }) {
            try MetricCheck.check(metrics, loss: loss, model: model, data: part)
        }
        checkLoss(data)
        let step = try prepareStep()
        let perEpoch = StepCount.perEpoch(rows: data.count, batch: batch)
        let total = steps ?? StepCount.total(epochs: epochs, perEpoch: perEpoch)
        var history = History()
        var best = BestModel<Model>(rule: earlyStopping)
        var plateau = plateau
        var scale = 1.0
        var border = StepBorder(onStep: onStep, onEpoch: onEpoch)
        defer { step.optimizer.learningRate = optimizer.learningRate }
        let clock = ContinuousClock()
        let isWhole = order == .withReplacement
        while history.steps < total, !best.isExhausted, border.isOpen {
            let start = clock.now
            let epoch = history.epochs.count + 1
            epochsBegun += 1
            let rows = order.rows(
                count: isWhole ? perEpoch * batch : data.count, limit: data.count, seed: seed,
                epoch: epochsBegun)
            let count = min(perEpoch, total - history.steps)
            var (sum, taken) = (0.0, 0)
            while taken < count, border.isOpen {
                let number = history.steps + taken + 1
                let factor = scale * (schedule?.factor(step: number) ?? 1)
                step.optimizer.learningRate = optimizer.learningRate * factor
                let range = (taken * batch)..<min((taken + 1) * batch, rows.count)
                let loss = try step.run(data, rows[range])
                sum += loss
                taken += 1
                ComputeThread.shared.runWaitingCalls()
                try border.pass(
                    StepRecord(
                        step: number, total: total, epoch: epoch, loss: loss,
                        meanLoss: sum / Double(taken), learningRate: step.optimizer.learningRate))
            }
            var report: Report?
            if border.isOpen, let validation {
                do { report = try evaluate(validation) } catch is CancellationError {
                    border.cancel()
                }
            }
            let record = EpochRecord(
                epoch: epoch, steps: history.steps + taken, loss: sum / Double(taken),
                validation: report, learningRate: step.optimizer.learningRate,
                seconds: start.duration(to: clock.now).seconds)
            history.epochs.append(record)
            guard border.isOpen else { break }
            if let report { best.consider(report.loss, epoch: epoch) { step.model } }
            if let report, let observed = plateau?.observe(report.loss) { scale = observed }
            try border.pass(record)
            await Task.yield()
        }
        if let end = border.end {
            history.end = end
            return history
        }
        if best.isExhausted { history.end = .earlyStopping }
        if let (model, epoch) = best.restored {
            try step.restore(model)
            history.restoredEpoch = epoch
        }
        return history
    }

    /// The loss and the metrics on data, in inference.
    public func evaluate(_ data: Dataset, batch: Int = 1000) throws -> Report {
        guard data.count > 0, batch > 0 else {
            throw KalsaeError(
                "evaluate", expected: "at least one row, and a batch of at least 1",
                got: "\(data.count) rows, batch \(batch)")
        }
        if let known = evaluations.first(where: { $0.matches(data) }) {
            return try known.run(model, data, batch: batch)
        }
        try MetricCheck.check(metrics, loss: loss, model: model, data: data)
        let step = try EvaluationStep(model, loss: loss, metrics: metrics, data: data)
        evaluations.append(step)
        return try step.run(model, data, batch: batch)
    }

    /// The model's outputs for inputs, in inference.
    public func predict(_ inputs: Tensor) throws -> Tensor {
        try model(inputs).evaluate()
    }

    /// Says, once, where the model gives probabilities to a loss that takes logits.
    private func checkLoss(_ data: Dataset) {
        guard !isLossChecked, loss.input == .logits else { return }
        isLossChecked = true
        let rows = Tensor(Array(0..<Int32(min(data.count, 8))))
        // A fault of the model is for the step to throw, with more to say.
        let predictions = model(data.inputs(at: rows))
        guard (try? loss.isGivenProbabilities(predictions)) == true else { return }
        Notice.say(
            "\(loss.name) takes logits, but the model gives probabilities: "
                + "leave out its last softmax or sigmoid, or use a loss of probabilities")
    }

    /// The step of a training that starts from the model now and changes nothing here.
    func trialStep() throws -> TrainingStep<Model> {
        try TrainingStep(
            model, loss: loss, optimizer: optimizer, seed: seed, extras: extras)
    }

    private func prepareStep() throws -> TrainingStep<Model> {
        if let step { return step }
        let new = try TrainingStep(
            initial, loss: loss, optimizer: optimizer, seed: seed, extras: extras)
        step = new
        return new
    }
}

/// How many steps a training takes, without overflow.
enum StepCount {
    static func perEpoch(rows: Int, batch: Int) -> Int { rows > 0 ? (rows - 1) / batch + 1 : 0 }

    static func total(epochs: Int, perEpoch: Int) -> Int {
        let (count, overflows) = epochs.multipliedReportingOverflow(by: perEpoch)
        return overflows ? .max : count
    }
}

extension Duration {
    /// The duration in seconds.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
