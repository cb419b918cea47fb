/// Gives up a trial whose best report so far is worse than a percentile of what others had at the
/// same step.
///
/// Source: Golovin et al., "Google Vizier" (2017), the median stopping rule.
public struct PercentilePruner: Pruner {
    /// "median" for the 50th percentile, else "percentile".
    public let name: String
    /// The share of trials that go on, in percent.
    public let percentile: Double
    /// The number of trials with reports before any is given up.
    public let startup: Int
    /// The steps before the first decision.
    public let warmup: Int
    /// The steps from one decision to the next.
    public let interval: Int
    /// The least number of others with a report at the step.
    public let fewest: Int

    /// A pruner; the 25th percentile keeps a quarter of the trials going.
    public init(
        percentile: Double, startup: Int = 5, warmup: Int = 0, interval: Int = 1, fewest: Int = 1
    ) {
        self.percentile = min(max(percentile, 0), 100)
        name = self.percentile == 50 ? "median" : "percentile"
        (self.startup, self.warmup) = (max(0, startup), max(0, warmup))
        (self.interval, self.fewest) = (max(1, interval), max(1, fewest))
    }

    /// The median stopping rule.
    public static func median(
        startup: Int = 5, warmup: Int = 0, interval: Int = 1
    ) -> PercentilePruner {
        PercentilePruner(percentile: 50, startup: startup, warmup: warmup, interval: interval)
    }

    /// Whether the trial's best is worse than the percentile, by linear interpolation.
    public func shouldPrune(_ trial: TrialRecord, in history: TrialHistory) -> Bool {
        guard let report = trial.reports.last, report.step >= warmup,
            let direction = history.directions.first,
            isDue(trial.reports)
        else { return false }
        let finished = history.finished.lazy.map { history.trials[$0] }
        guard finished.filter({ $0.state == .complete }).count >= startup else { return false }
        let others = finished.compactMap { other -> Double? in
            guard other.number != trial.number, other.state == .complete else { return nil }
            return other.reports.last { $0.step <= report.step }.flatMap {
                $0.step == report.step && !$0.value.isNaN ? direction.loss($0.value) : nil
            }
        }
        guard others.count >= fewest else { return false }
        let own = trial.reports.map { direction.loss($0.value) }.filter { !$0.isNaN }.min()
        guard let own else { return true }
        return own > Self.quantile(others.sorted(), percentile / 100)
    }

    /// Whether this is the first report of its interval.
    private func isDue(_ reports: [TrialReport]) -> Bool {
        guard let last = reports.last else { return false }
        let start = warmup + (last.step - warmup) / interval * interval
        guard let before = reports.dropLast().last else { return true }
        return before.step < start
    }

    static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let position = share * Double(sorted.count - 1)
        let low = Int(position.rounded(.down))
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (position - Double(low)) * (sorted[high] - sorted[low])
    }
}
