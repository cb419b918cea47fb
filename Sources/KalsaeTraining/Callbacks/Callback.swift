/// Acts on a training at its step boundaries and at the ends of its epochs.
///
/// All requirements have defaults that do nothing:
///
/// ```swift
/// struct HalveTheRate: Callback {
///     let every: Int
///     func onEpochEnd(_ epoch: EpochRecord, _ control: inout TrainingControl) {
///         if epoch.epoch % every == 0 { control.learningRate /= 2 }
///     }
/// }
/// ```
///
/// A callback is called on the thread that trains; what it throws ends the training and is thrown
/// by `fit`, but for a ``TrainingStop``; the other callbacks see the same boundary first. One whose numbers are to be read afterwards is a class.
public protocol Callback: Sendable {
    /// Called before the first step.
    mutating func onTrainBegin(_ control: inout TrainingControl) throws
    /// Called after each step.
    mutating func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) throws
    /// Called after each epoch that was taken whole, behind its validation.
    mutating func onEpochEnd(_ epoch: EpochRecord, _ control: inout TrainingControl) throws
    /// Called after a change of settings in flight, by whomever.
    mutating func onIntervention(_ intervention: Intervention) throws
    /// Called once no further step is taken, not where an error is thrown.
    mutating func onTrainEnd(_ history: History) throws

    /// What later decisions of the callback depend on, by name: it is part of a ``TrainingState``,
    /// and set where a training goes on from one.
    var memory: [String: Double] { get set }
}

extension Callback {
    /// Does nothing.
    public mutating func onTrainBegin(_ control: inout TrainingControl) throws {}
    /// Does nothing.
    public mutating func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) throws {}
    /// Does nothing.
    public mutating func onEpochEnd(
        _ epoch: EpochRecord, _ control: inout TrainingControl
    ) throws {}
    /// Does nothing.
    public mutating func onIntervention(_ intervention: Intervention) throws {}
    /// Does nothing.
    public mutating func onTrainEnd(_ history: History) throws {}
    /// Nothing is remembered.
    public var memory: [String: Double] {
        get { [:] }
        set {}
    }
}

/// Closures as a callback.
struct ClosureCallback: Callback {
    let onStep: (@Sendable (StepRecord) throws -> Void)?
    let onEpoch: (@Sendable (EpochRecord) throws -> Void)?
    var onChange: (@Sendable (Intervention) throws -> Void)?

    func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) throws {
        try onStep?(step)
    }

    func onEpochEnd(_ epoch: EpochRecord, _ control: inout TrainingControl) throws {
        try onEpoch?(epoch)
    }

    func onIntervention(_ intervention: Intervention) throws { try onChange?(intervention) }
}
