import KalsaeGraph

/// A range of an iteration space's axes, by the products of the sizes behind them: `[2, 3, 4]`
/// reduced over its last two axes is reduced over (12, 1).
struct AxisRange: Hashable {
    var high: Int
    var low: Int
}

/// Ops that run as one loop over one iteration space, or one op that stands alone.
struct FusionGroup {
    var ops: [Int]
    /// Elements of the iteration space.
    var count: Int
    /// Products of trailing sizes at which some member's axes meet, ascending from 1 to `count`.
    var boundaries: [Int]
    /// What reductions in the group run over; empty without any.
    var reduced: [AxisRange]
    var isLoop: Bool
    /// What a loop of several ops reads, each view once, without what its ops make for each
    /// other.
    var loads: [View] = []

    /// Whether it joins the elements of each row.
    var reducesRows: Bool { reduced.count == 1 && reduced[0].low == 1 && reduced[0].high < count }

    /// Whether reduced axes lie in the middle, so that the loop must walk axes in another order.
    var isPermuted: Bool {
        guard let range = reduced.first else { return false }
        return reduced.count > 1 || (range.low != 1 && range.high != count)
    }
}

extension Shape {
    /// Products of trailing sizes, ascending from 1, each once.
    var boundaries: [Int] {
        var result = [1]
        for size in reversed() where size != 1 { result.append(result[result.count - 1] * size) }
        return result
    }

    /// The ranges that some axes make up, neighbors joined.
    func ranges(of axes: [Int]) -> [AxisRange] {
        var result: [AxisRange] = []
        var low = 1
        for axis in indices.reversed() {
            let high = low * self[axis]
            if axes.contains(axis), high != low {
                if let last = result.last, last.high == low {
                    result[result.count - 1].high = high
                } else {
                    result.append(AxisRange(high: high, low: low))
                }
            }
            low = high
        }
        return result
    }
}
