import KalsaeData
import KalsaeLayers

/// What was measured fold by fold, each by models that did not see its rows.
public struct CrossValidation: Sendable, Equatable {
    /// A metric over the folds.
    public struct Spread: Sendable, Equatable {
        /// The value in each fold; nil where it has none there.
        public var values: [Double?]
        /// The mean of those that there are.
        public var mean: Double
        /// Their standard deviation, Σ (x − mean)² / (n − 1) under the root; nil of one.
        public var deviation: Double?

        /// The spread of values; nil where there is none.
        public init?(_ values: [Double?]) {
            let known = values.compactMap { $0 }
            guard !known.isEmpty else { return nil }
            let mean = known.reduce(0, +) / Double(known.count)
            self.values = values
            self.mean = mean
            guard known.count > 1 else { return }
            let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            deviation = (squares / Double(known.count - 1)).squareRoot()
        }
    }

    /// The folds in order.
    public var folds: [Report]

    /// Gathers the reports of folds.
    public init(folds: [Report]) { self.folds = folds }

    /// A metric over the folds; nil where it has no value in any.
    public subscript(metric: Metric) -> Spread? {
        Spread(folds.map { $0.metrics[metric].flatMap { $0.isFinite ? $0 : nil } })
    }

    /// The loss that numbers were learned by, over the folds; nil for squares and for classes.
    package var targetLoss: (by: TargetLoss, spread: Spread)? {
        guard let by = folds.first?.values?.targetLoss?.by else { return nil }
        return Spread(folds.map { $0.values?.targetLoss?.loss }).map { (by, $0) }
    }

    /// All metrics with a value, in the order of reports.
    package var spreads: [(metric: Metric, spread: Spread)] {
        (folds.first?.ordered ?? []).compactMap { metric, _ in self[metric].map { (metric, $0) } }
    }
}
