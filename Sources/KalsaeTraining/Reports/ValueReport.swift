import KalsaeLayers

/// What was measured of predicted numbers, in the target's units.
public struct ValueReport: Sendable, Equatable {
    /// How wide intervals of a level are, and how many rows lie within.
    public struct Interval: Sendable, Equatable {
        /// The share of rows that are to lie within.
        public var level: Double
        /// The prediction ± this.
        public var halfWidth: Double
        /// The share of these rows that does; nil where the interval was made from them.
        public var coverage: Double?
    }

    /// The number of rows.
    public var rows: Int
    /// The share of the variance that is explained; nil where there is none to explain.
    public var r2: Double?
    /// Root of the mean squared error.
    public var rmse: Double
    /// Mean absolute error.
    public var mae: Double
    /// Median absolute error.
    public var medianError: Double
    /// The errors of always saying these rows' mean.
    public var meanRMSE: Double, meanMAE: Double
    /// The interval around each prediction, where one is known.
    public var interval: Interval?

    /// What ought to be said beside the numbers.
    public var notices: [String] {
        guard r2 == nil else { return [] }
        return [
            "r2 has no value: "
                + (rows == 1 ? "one row has no variance" : "all rows have the same target")
        ]
    }

    /// Measures predictions in the target's units; nil of none.
    package init?(_ predictions: [Double], _ targets: [Double]) {
        guard !targets.isEmpty, predictions.count == targets.count else { return nil }
        let count = Double(targets.count)
        let mean = targets.reduce(0, +) / count
        let errors = zip(predictions, targets).map { ($0 - $1).magnitude }
        let squares = errors.reduce(0) { $0 + $1 * $1 }
        let spread = targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        rows = targets.count
        rmse = (squares / count).squareRoot()
        mae = errors.reduce(0, +) / count
        medianError = Statistics.median(errors)
        meanRMSE = (spread / count).squareRoot()
        meanMAE = targets.reduce(0) { $0 + ($1 - mean).magnitude } / count
        r2 = Set(targets).count > 1 ? 1 - squares / spread : nil
    }
}
