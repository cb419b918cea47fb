/// Gives up a trial that has not become better for some reports, or then asks another pruner.
public struct PatiencePruner: Pruner {
    /// "patience".
    public let name = "patience"
    /// The number of reports without a gain that are borne.
    public let patience: Int
    /// What counts as a gain.
    public let leastGain: Double
    /// What decides where patience is at an end; nil for giving up.
    public let inner: (any Pruner)?

    /// A pruner that waits for gains of at least `leastGain`.
    public init(_ patience: Int, leastGain: Double = 0, then inner: (any Pruner)? = nil) {
        self.patience = max(1, patience)
        self.leastGain = max(0, leastGain)
        self.inner = inner
    }

    /// Whether the last reports are no better than the best before.
    public func shouldPrune(_ trial: TrialRecord, in history: TrialHistory) -> Bool {
        guard trial.reports.count > patience, let direction = history.directions.first else {
            return false
        }
        let losses = trial.reports.map { direction.loss($0.value) }
        let before = losses.dropLast(patience).filter { !$0.isNaN }.min() ?? .infinity
        let recent = losses.suffix(patience).filter { !$0.isNaN }.min() ?? .infinity
        guard recent >= before - leastGain else { return false }
        return inner?.shouldPrune(trial, in: history) ?? true
    }
}
