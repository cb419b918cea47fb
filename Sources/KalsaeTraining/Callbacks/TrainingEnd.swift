/// Thrown by a callback to end a training there: no error, the history is returned and tells why.
public struct TrainingStop: Error, Sendable, Equatable {
    /// Why, for ``History/end``.
    public let reason: String

    /// Makes the request.
    public init(_ reason: String = "") { self.reason = reason }
}

/// Why a training ended.
public enum TrainingEnd: Sendable, Equatable, Codable {
    /// All steps were taken.
    case completed
    /// The validation loss did not fall for as long as ``EarlyStopping`` allows.
    case earlyStopping
    /// A callback asked for it.
    case stopped(reason: String)
    /// The task was cancelled.
    case cancelled
}
