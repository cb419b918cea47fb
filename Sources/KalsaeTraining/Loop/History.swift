/// What is known after one step.
public struct StepRecord: Sendable, Equatable {
    /// Counted from 1 over the whole call of fit.
    public var step: Int
    /// The number of steps that the call will take; `Int.max` where the source does not tell.
    public var total: Int
    /// The epoch, counted from 1.
    public var epoch: Int
    /// The loss of the step's own batch, before its update.
    public var loss: Double
    /// The mean loss of this epoch so far, every row by its weight.
    public var meanLoss: Double
    /// The learning rate that the step was taken with.
    public var learningRate: Double
}

/// One epoch of training, or what was taken of it where training ended within.
public struct EpochRecord: Codable, Sendable, Equatable {
    /// Counted from 1.
    public var epoch: Int
    /// Steps taken since the call began.
    public var steps: Int
    /// The mean loss over the epoch's rows, each by its weight, and each batch before its update.
    public var loss: Double
    /// What was measured on the validation data after the epoch, if there are any.
    public var validation: Report?
    /// The learning rate of the epoch's last step.
    public var learningRate: Double
    /// Seconds that the epoch took, validation included.
    public var seconds: Double

    /// Makes a record.
    public init(
        epoch: Int, steps: Int, loss: Double, validation: Report? = nil, learningRate: Double,
        seconds: Double
    ) {
        (self.epoch, self.steps, self.loss) = (epoch, steps, loss)
        (self.validation, self.learningRate, self.seconds) = (validation, learningRate, seconds)
    }
}

/// The course of a training.
public struct History: Codable, Sendable, Equatable {
    /// The epochs in order.
    public var epochs: [EpochRecord] = []
    /// The epoch whose weights the model has, where early stopping brought them back.
    public var restoredEpoch: Int?
    /// Why training ended.
    public var end = TrainingEnd.completed

    /// A history of epochs.
    public init(epochs: [EpochRecord] = []) { self.epochs = epochs }

    /// The epochs taken; a history that was read from a file may lack older ones.
    public var epochCount: Int { epochs.last?.epoch ?? 0 }

    /// The steps taken.
    public var steps: Int { epochs.last?.steps ?? 0 }
}
