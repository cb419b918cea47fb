/// A scale that few far cells cannot move: z = (x − median) / spread, then z / √(1 + (z / limit)²).
///
/// The spread is the distance of the quartiles, or half the range where that is 0. The smooth clip
/// keeps ordinary numbers as they are and all others within ±limit (RealMLP, arXiv 2407.04491).
public struct RobustScale: Sendable, Equatable {
    /// What becomes 0.
    public let median: Double
    /// The distance that becomes 1 before the clip; greater than 0.
    public let spread: Double
    /// What no scaled number goes beyond; 3 by default.
    public let limit: Double

    /// The least and the greatest number that it was made from; nil where that is not known.
    public let range: ClosedRange<Double>?

    /// The limit of tables whose rows have no order in time.
    public static let limit = 3.0
    /// The limit where rows have times: what drifts goes on beyond what was learned.
    static let limitOfTrends = 30.0

    /// A scale by its numbers.
    public init(
        median: Double, spread: Double, limit: Double = RobustScale.limit,
        range: ClosedRange<Double>? = nil
    ) {
        self.range = range
        self.median = median
        self.spread = spread
        self.limit = limit
    }

    /// The scale of finite `values`; nil when they are all equal or none.
    public init?(of values: [Double], limit: Double = RobustScale.limit) {
        var values = values
        guard let five = Quantiles.fiveNumbers(&values), five[0] < five[4] else { return nil }
        let (least, low, median, high, most) = (five[0], five[1], five[2], five[3], five[4])
        // Halves, since the distance of two huge numbers overflows.
        let distance = min(high / 2 - low / 2, .greatestFiniteMagnitude / 2) * 2
        let spread = distance > 0 ? distance : most / 2 - least / 2
        self.init(
            median: median, spread: max(spread, .leastNormalMagnitude), limit: limit,
            range: least...most)
    }

    /// The quantile of ascending numbers, between two of them by linear interpolation; 0 for none.
    static func quantile(_ share: Double, _ sorted: [Double]) -> Double {
        guard let last = sorted.indices.last else { return 0 }
        let position = share * Double(last)
        let below = Int(position)
        let rest = position - Double(below)
        guard rest > 0 else { return sorted[below] }
        return sorted[below] * (1 - rest) + sorted[below + 1] * rest
    }

    /// The scaled value, between −limit and limit for any finite number.
    public func apply(_ value: Double) -> Double {
        // Beyond 1e150 the square would overflow; the clip is at its bound long before.
        let z = max(-1e150, min(1e150, (value - median) / spread))
        return z / (1 + z * z / (limit * limit)).squareRoot()
    }
}

/// How the numbers of a table are scaled.
public enum NumberScaling: Sendable, Equatable {
    /// By median and quartiles, clipped smoothly: see ``RobustScale``.
    case robust
    /// The same, clipped ten times as far: for rows with times, whose later numbers go on beyond those
    /// that were learned.
    case trending
    /// To mean 0 and standard deviation 1, as in most books.
    case standard

    /// What scaled numbers are clipped to.
    var limit: Double { self == .trending ? RobustScale.limitOfTrends : RobustScale.limit }
}
