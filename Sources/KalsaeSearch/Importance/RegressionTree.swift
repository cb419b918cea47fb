import KalsaeSupport

/// A regression tree over [0, 1]^d whose leaves are boxes.
struct RegressionTree {
    struct Leaf {
        var low: [Double]
        var high: [Double]
        var value: Double
        /// The share of [0, 1]^d.
        var volume: Double
    }

    private(set) var leaves: [Leaf] = []

    /// Grows a tree on some rows of points that lie one behind the other.
    init(
        _ points: [Double], _ targets: [Double], _ rows: [Int], dimension: Int,
        random: inout Philox
    ) {
        var waiting = [
            (
                rows, [Double](repeating: 0, count: dimension),
                [Double](repeating: 1, count: dimension)
            )
        ]
        while let (rows, low, high) = waiting.popLast() {
            guard
                let split = Self.split(points, targets, rows, dimension, &random)
            else {
                let mean = rows.reduce(0) { $0 + targets[$1] } / Double(max(1, rows.count))
                let volume = zip(low, high).reduce(1) { $0 * ($1.1 - $1.0) }
                leaves.append(Leaf(low: low, high: high, value: mean, volume: volume))
                continue
            }
            var (upperLow, lowerHigh) = (low, high)
            upperLow[split.column] = split.value
            lowerHigh[split.column] = split.value
            let isLower = { points[$0 * dimension + split.column] < split.value }
            waiting.append((rows.filter(isLower), low, lowerHigh))
            waiting.append((rows.filter { !isLower($0) }, upperLow, high))
        }
    }

    /// The split that takes most of the squared error; nil where there is none to take.
    private static func split(
        _ points: [Double], _ targets: [Double], _ rows: [Int], _ dimension: Int,
        _ random: inout Philox
    ) -> (column: Int, value: Double)? {
        guard rows.count >= 2 else { return nil }
        let total = rows.reduce(0) { $0 + targets[$1] }
        var columns = Array(0..<dimension)
        random.shuffle(&columns)
        var best: (gain: Double, column: Int, value: Double)?
        let base = total * total / Double(rows.count)
        // Five of six parameters at each split, so that trees differ.
        for column in columns.prefix(max(1, (5 * dimension + 5) / 6)) {
            let order = rows.sorted {
                let (a, b) = (points[$0 * dimension + column], points[$1 * dimension + column])
                return a != b ? a < b : $0 < $1
            }
            var left = 0.0
            for index in 1..<order.count {
                left += targets[order[index - 1]]
                let a = points[order[index - 1] * dimension + column]
                let b = points[order[index] * dimension + column]
                guard b > a else { continue }
                let right = total - left
                let gain =
                    left * left / Double(index) + right * right / Double(order.count - index)
                    - base
                // Between neighboring numbers the middle may be rounded to the lower one.
                let middle = (a + b) / 2
                if gain > (best?.gain ?? 1e-12) {
                    best = (gain, column, middle > a ? middle : b)
                }
            }
        }
        return best.map { ($0.column, $0.value) }
    }

    /// The variance over [0, 1]^d, and for each coordinate that of the marginal, the mean over all other parameters.
    func variances(dimension: Int) -> (total: Double, single: [Double]) {
        let mean = leaves.reduce(0) { $0 + $1.volume * $1.value }
        let total = leaves.reduce(0) { $0 + $1.volume * ($1.value - mean) * ($1.value - mean) }
        let single = (0..<dimension).map { column -> Double in
            let edges = Set(leaves.flatMap { [$0.low[column], $0.high[column]] }).sorted()
            // Each leaf adds its value to the intervals of its side.
            var values = [Double](repeating: 0, count: max(0, edges.count - 1))
            for leaf in leaves {
                let share = leaf.volume / (leaf.high[column] - leaf.low[column])
                guard let first = edges.firstIndex(of: leaf.low[column]) else { continue }
                var index = first
                while index < values.count, edges[index] < leaf.high[column] {
                    values[index] += share * leaf.value
                    index += 1
                }
            }
            return values.indices.reduce(0.0) { sum, index in
                let difference = values[index] - mean
                return sum + (edges[index + 1] - edges[index]) * difference * difference
            }
        }
        return (total, single)
    }
}
