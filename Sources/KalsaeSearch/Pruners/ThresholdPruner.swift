/// Gives up a trial whose report is outside of bounds, or no number.
public struct ThresholdPruner: Pruner {
    /// "threshold".
    public let name = "threshold"
    /// The least value that is borne.
    public let lower: Double
    /// The greatest value that is borne.
    public let upper: Double
    /// The steps before the first decision.
    public let warmup: Int

    /// A pruner with bounds; by default only what is no number is given up.
    public init(lower: Double = -.infinity, upper: Double = .infinity, warmup: Int = 0) {
        (self.lower, self.upper, self.warmup) = (lower, upper, warmup)
    }

    /// Whether the last report is out of bounds.
    public func shouldPrune(_ trial: TrialRecord, in history: TrialHistory) -> Bool {
        guard let report = trial.reports.last, report.step >= warmup else { return false }
        return !(report.value >= lower && report.value <= upper)
    }
}
