/// Lets only the best of each rung go on: at steps r, r η, r η², … a trial must be among the best
/// 1/η of all that came there before it.
///
/// Nobody waits for others, so that any number of workers take part.
/// Source: Li et al., "A system for massively parallel hyperparameter tuning" (2020), ASHA.
public struct SuccessiveHalvingPruner: Pruner {
    /// "successive-halving".
    public let name = "successive-halving"
    /// The step of the first rung.
    public let first: Int
    /// η: of so many trials one goes on.
    public let factor: Int
    /// Rungs that are left out at the bottom.
    public let skippedRungs: Int

    /// A pruner with rungs at `first` times the powers of `factor`.
    public init(first: Int = 1, factor: Int = 4, skippedRungs: Int = 0) {
        self.first = max(1, first)
        self.factor = max(2, factor)
        self.skippedRungs = max(0, skippedRungs)
    }

    /// Whether a rung was reached with a value that is not among the best.
    public func shouldPrune(_ trial: TrialRecord, in history: TrialHistory) -> Bool {
        shouldPrune(trial, among: history.trials, history)
    }

    func shouldPrune(
        _ trial: TrialRecord, among others: [TrialRecord], _ history: TrialHistory
    ) -> Bool {
        guard let report = trial.reports.last, let direction = history.directions.first,
            let rung = rung(reachedBy: trial)
        else { return false }
        guard !report.value.isNaN else { return true }
        let own = direction.loss(report.value)
        let losses = others.compactMap { other -> Double? in
            guard other.number != trial.number else { return nil }
            return other.reports.first { $0.step >= rung }.map { direction.loss($0.value) }
        }.filter { !$0.isNaN }
        // The first to come to a rung has nobody to be compared with.
        guard !losses.isEmpty else { return false }
        let going = max(1, (losses.count + 1) / factor)
        return losses.filter { $0 < own }.count >= going
    }

    /// The step of the rung that the last report reached; nil where it reached none.
    private func rung(reachedBy trial: TrialRecord) -> Int? {
        guard let step = trial.reports.last?.step else { return nil }
        let before = trial.reports.dropLast().last?.step ?? Int.min
        var (rung, found) = (first, nil as Int?)
        for _ in 0..<skippedRungs {
            rung = rung.multipliedReportingOverflow(by: factor).partialValue
        }
        while rung <= step, rung > 0 {
            if rung > before { found = rung }
            let (next, isTooGreat) = rung.multipliedReportingOverflow(by: factor)
            if isTooGreat { break }
            rung = next
        }
        return found
    }
}
