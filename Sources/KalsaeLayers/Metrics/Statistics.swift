import Glibc

/// Statistics of plain numbers, in `Double`.
public enum Statistics {
    /// The median; the mean of the two in the middle of an even count. NaN of none, or with NaN.
    public static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty, !values.contains(where: \.isNaN) else { return .nan }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The median of values that count by their weights, as if each were there so many times; NaN where
    /// no weight is above 0, or with NaN.
    public static func median(_ values: [Double], weights: [Double]) -> Double {
        let total = weights.reduce(0, +)
        guard values.count == weights.count, total > 0, !values.contains(where: \.isNaN) else {
            return .nan
        }
        let order = values.indices.filter { weights[$0] > 0 }.sorted { values[$0] < values[$1] }
        var (below, lower) = (0.0, Double?.none)
        for index in order {
            below += weights[index]
            if below >= total / 2, lower == nil { lower = values[index] }
            if below > total / 2 { return ((lower ?? values[index]) + values[index]) / 2 }
        }
        return lower ?? .nan
    }

    /// How often a positive row has a larger score than a negative one, ties half; NaN where one of
    /// both is missing, or a score is NaN. Pairs of rows count by the product of their weights.
    public static func areaUnderCurve(
        _ scores: [Double], isPositive: [Bool], weights: [Double]? = nil
    ) -> Double {
        guard !scores.contains(where: \.isNaN) else { return .nan }
        let order = scores.indices.sorted { scores[$0] < scores[$1] }
        var (wins, below, positives) = (0.0, 0.0, 0.0)
        var start = 0
        while start < order.count {
            var end = start
            var (tiedPositives, tiedNegatives) = (0.0, 0.0)
            while end < order.count, scores[order[end]] == scores[order[start]] {
                let weight = weights?[order[end]] ?? 1
                if isPositive[order[end]] {
                    tiedPositives += weight
                } else {
                    tiedNegatives += weight
                }
                end += 1
            }
            wins += tiedPositives * (below + tiedNegatives / 2)
            below += tiedNegatives
            positives += tiedPositives
            start = end
        }
        return below * positives > 0 ? wins / (below * positives) : .nan
    }
}

/// Counts for the expected calibration error: for each interval of the predicted class's probability
/// its rows, the sum of that probability, and the rows whose class it is.
public struct Calibration: Sendable {
    /// Intervals (k / 15, (k + 1) / 15].
    public static let bins = 15
    private var rows = [Double](repeating: 0, count: bins)
    private var confidence = [Double](repeating: 0, count: bins)
    private var hits = [Double](repeating: 0, count: bins)

    /// Counts nothing yet.
    public init() {}

    init(sums: [Double]) {
        guard sums.count == 3 * Self.bins else { return }
        rows = Array(sums.prefix(Self.bins))
        confidence = Array(sums[Self.bins..<(2 * Self.bins)])
        hits = Array(sums.suffix(Self.bins))
    }

    /// Counts a row by the probability of its predicted class, as if it were there `weight` times.
    public mutating func add(_ probability: Double, isRight: Bool, weight: Double = 1) {
        let bin = min(
            max(Int((probability * Double(Self.bins)).rounded(.up)) - 1, 0), Self.bins - 1)
        rows[bin] += weight
        confidence[bin] += weight * probability
        hits[bin] += isRight ? weight : 0
    }

    /// The error; NaN where nothing was counted.
    public var error: Double {
        let gaps = zip(confidence, hits).reduce(0) { $0 + ($1.0 - $1.1).magnitude }
        let total = rows.reduce(0, +)
        return total > 0 ? gaps / total : .nan
    }
}
