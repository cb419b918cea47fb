/// Thrown by a callback of ``Trainer/fit(_:validation:epochs:steps:batch:order:earlyStopping:schedule:plateau:onStep:onEpoch:)``
/// to end training there: no error, the history is returned and tells why.
public struct TrainingStop: Error, Sendable, Equatable {
    /// Why, for ``History/end``.
    public let reason: String

    /// Makes the request.
    public init(_ reason: String = "") { self.reason = reason }
}

/// Why a training ended.
public enum TrainingEnd: Sendable, Equatable {
    /// All steps were taken.
    case completed
    /// The validation loss did not fall for as long as ``EarlyStopping`` allows.
    case earlyStopping
    /// A callback threw a ``TrainingStop``.
    case stopped(reason: String)
    /// The task was cancelled.
    case cancelled
}

/// The border behind each step and each epoch: the one place where callbacks and the cancellation
/// of the task act on a training.
struct StepBorder {
    let onStep: (@Sendable (StepRecord) throws -> Void)?
    let onEpoch: (@Sendable (EpochRecord) throws -> Void)?
    /// Why training ends here, once it does.
    private(set) var end: TrainingEnd?

    init(
        onStep: (@Sendable (StepRecord) throws -> Void)?,
        onEpoch: (@Sendable (EpochRecord) throws -> Void)?
    ) {
        self.onStep = onStep
        self.onEpoch = onEpoch
        lookForCancellation()
    }

    /// Whether another step may be taken.
    var isOpen: Bool { end == nil }

    /// Passes the border behind a step.
    mutating func pass(_ record: StepRecord) throws { try call(onStep, record) }

    /// Passes the border behind an epoch.
    mutating func pass(_ record: EpochRecord) throws { try call(onEpoch, record) }

    /// Ends the training as one whose task was cancelled.
    mutating func cancel() { end = end ?? .cancelled }

    private mutating func call<Record>(
        _ callback: (@Sendable (Record) throws -> Void)?, _ record: Record
    ) throws {
        if let callback {
            do { try callback(record) } catch let stop as TrainingStop {
                end = end ?? .stopped(reason: stop.reason)
            }
        }
        lookForCancellation()
    }

    private mutating func lookForCancellation() {
        if Task.isCancelled { cancel() }
    }
}
