/// Decides which trials are given up before they end.
///
/// A decision is a function of the trial and the history alone.
public protocol Pruner: Sendable {
    /// What it is called, as `median`.
    var name: String { get }

    /// Whether a trial is to be given up, by its reports so far; the last one is new.
    func shouldPrune(_ trial: TrialRecord, in history: TrialHistory) -> Bool
}

/// Gives up no trial.
public struct NoPruner: Pruner {
    /// "none".
    public let name = "none"

    /// A pruner that gives up nothing.
    public init() {}

    /// False.
    public func shouldPrune(_ trial: TrialRecord, in history: TrialHistory) -> Bool { false }
}
