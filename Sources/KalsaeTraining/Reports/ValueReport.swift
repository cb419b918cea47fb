import KalsaeData
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
        /// How many rows the coverage is of.
        public var rows: Int

        /// An interval by its parts.
        package init(level: Double, halfWidth: Double, coverage: Double?, rows: Int) {
            (self.level, self.halfWidth) = (level, halfWidth)
            (self.coverage, self.rows) = (coverage, rows)
        }

        /// Whether far fewer rows lie within than chance explains: below level − 3 √(level (1 − level) /
        /// rows).
        public var isMissed: Bool {
            guard let coverage, rows > 0 else { return false }
            return coverage < level - 3 * (level * (1 - level) / Double(rows)).squareRoot()
        }
    }

    /// A linear model of the same inputs, on the same rows.
    public struct Linear: Sendable, Equatable {
        /// Root of the mean squared error.
        public var rmse: Double
        /// Mean absolute error.
        public var mae: Double
        /// The loss of ``ValueReport/targetLoss``; nil for squares.
        public var loss: Double?
    }

    /// The mean of another loss than the square, where predictions were to make that small.
    public struct TargetLossMeans: Sendable, Equatable {
        /// The loss.
        public var by: TargetLoss
        /// Its mean, in the target's units.
        public var loss: Double
        /// That of always saying the number for which it is least on these rows: their mean, median or
        /// quantile.
        public var constantLoss: Double
        /// Of a quantile the share of rows that lie at or below their prediction; else nil.
        public var below: Double?
    }

    /// The number of rows.
    public var rows: Int
    /// The sum of the rows' weights; nil where all count alike. All below is weighted by them.
    public var weight: Double?
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
    /// Another loss than the square that predictions were to make small; nil for squares.
    public var targetLoss: TargetLossMeans?
    /// A linear model to compare with, where one was trained beside.
    public var linear: Linear?
    /// The interval around each prediction, where one is known.
    public var interval: Interval?

    /// What ought to be said beside the numbers.
    public var notices: [String] {
        var notices: [String] = []
        if r2 == nil {
            notices.append(
                "r2 has no value: "
                    + (rows == 1 ? "one row has no variance" : "all rows have the same target"))
        }
        if let interval, interval.isMissed, let coverage = interval.coverage {
            notices.append(
                "the interval of \(interval.level.percentText) holds \(coverage.percentText) of these "
                    + "\(interval.rows) rows: they are unlike those that it was made from, as newer rows "
                    + "may be")
        }
        return notices
    }

    /// Measures predictions in the target's units; nil of none.
    ///
    /// - Parameter weights: how often each row counts; nil where all count alike. Nil comes back where
    ///   none counts.
    package init?(_ predictions: [Double], _ targets: [Double], weights: [Double]? = nil) {
        guard !targets.isEmpty, predictions.count == targets.count else { return nil }
        let total = weights?.reduce(0, +) ?? Double(targets.count)
        guard total > 0 else { return nil }
        /// The sum over the rows, each by its weight.
        func sum(_ values: [Double]) -> Double {
            guard let weights else { return values.reduce(0, +) }
            return zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let mean = sum(targets) / total
        let errors = zip(predictions, targets).map { ($0 - $1).magnitude }
        let squares = sum(errors.map { $0 * $0 })
        let spread = sum(targets.map { ($0 - mean) * ($0 - mean) })
        rows = targets.count
        weight = weights == nil ? nil : total
        rmse = (squares / total).squareRoot()
        mae = sum(errors) / total
        medianError =
            weights.map { Statistics.median(errors, weights: $0) } ?? Statistics.median(errors)
        meanRMSE = (spread / total).squareRoot()
        meanMAE = sum(targets.map { ($0 - mean).magnitude }) / total
        let counted = targets.indices.lazy.filter { weights?[$0] ?? 1 > 0 }.map { targets[$0] }
        let first = counted.first
        r2 = counted.contains { $0 != first } ? 1 - squares / spread : nil
    }
}
