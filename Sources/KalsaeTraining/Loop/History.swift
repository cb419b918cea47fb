import KalsaeLayers

/// What was measured on some data: the loss and the metrics asked for, by name.
public struct Report: Sendable, Equatable {
    /// The mean loss.
    public var loss: Double
    /// The metrics' values.
    public var metrics: [Metric: Double]
    /// Which classes were taken for which, where a metric counted them.
    public var confusion: ConfusionMatrix?

    /// Makes a report.
    public init(loss: Double, metrics: [Metric: Double] = [:]) {
        self.loss = loss
        self.metrics = metrics
    }

    /// A metric's value; NaN where it was not asked for.
    public subscript(metric: Metric) -> Double { metrics[metric] ?? .nan }
}

/// What is known after one step.
public struct StepRecord: Sendable, Equatable {
    /// Counted from 1 over the whole call of fit.
    public var step: Int
    /// The number of steps that the call will take.
    public var total: Int
    /// The epoch, counted from 1.
    public var epoch: Int
    /// The loss of the step's own batch, before its update.
    public var loss: Double
    /// The mean loss of this epoch so far.
    public var meanLoss: Double
    /// The learning rate that the step was taken with.
    public var learningRate: Double
}

/// One epoch of training, or what was taken of it where training ended within.
public struct EpochRecord: Sendable, Equatable {
    /// Counted from 1.
    public var epoch: Int
    /// Steps taken since the call began.
    public var steps: Int
    /// The mean loss of the epoch's batches, each before its update.
    public var loss: Double
    /// What was measured on the validation data after the epoch, if there are any.
    public var validation: Report?
    /// The learning rate of the epoch's last step.
    public var learningRate: Double
    /// Seconds that the epoch took, validation included.
    public var seconds: Double
}

/// The course of a training.
public struct History: Sendable, Equatable {
    /// The epochs in order.
    public var epochs: [EpochRecord] = []
    /// The epoch whose weights the model has, where early stopping brought them back.
    public var restoredEpoch: Int?
    /// Why training ended.
    public var end = TrainingEnd.completed

    /// The steps taken.
    public var steps: Int { epochs.last?.steps ?? 0 }
}

/// When training ends before its last epoch: the validation loss has not fallen for a while.
public struct EarlyStopping: Sendable, Equatable {
    /// How many epochs may pass without a new best validation loss.
    public var patience: Int
    /// How much smaller a loss must be to count as new best.
    public var minimumChange: Double
    /// Whether the model gets back the weights of its best epoch.
    public var restoresBestWeights: Bool

    /// Makes the rule.
    public init(patience: Int = 10, minimumChange: Double = 0, restoresBestWeights: Bool = true) {
        self.patience = patience
        self.minimumChange = minimumChange
        self.restoresBestWeights = restoresBestWeights
    }
}
