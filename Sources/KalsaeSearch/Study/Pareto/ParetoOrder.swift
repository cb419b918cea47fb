/// The order of points with several losses: a point dominates another if no loss is greater and one
/// is less.
public enum ParetoOrder {
    /// Whether `a` dominates `b`.
    @inline(__always) public static func dominates(_ a: [Double], _ b: [Double]) -> Bool {
        var isLess = false
        for index in a.indices {
            if a[index] > b[index] { return false }
            if a[index] < b[index] { isLess = true }
        }
        return isLess
    }

    /// The indices of points by rank: those that nothing dominates, those that only these dominate,
    /// and so on; in each rank in their order.
    ///
    /// Source: Deb, Pratap, Agarwal and Meyarivan, "A fast and elitist multiobjective genetic
    /// algorithm: NSGA-II" (2002). O(n² m).
    public static func fronts(_ losses: [[Double]]) -> [[Int]] {
        var dominators = [Int](repeating: 0, count: losses.count)
        var dominated = [[Int]](repeating: [], count: losses.count)
        for a in losses.indices {
            for b in losses.indices.dropFirst(a + 1) {
                if dominates(losses[a], losses[b]) {
                    dominated[a].append(b)
                    dominators[b] += 1
                } else if dominates(losses[b], losses[a]) {
                    dominated[b].append(a)
                    dominators[a] += 1
                }
            }
        }
        var fronts: [[Int]] = []
        var front = losses.indices.filter { dominators[$0] == 0 }
        while !front.isEmpty {
            fronts.append(front)
            var next: [Int] = []
            for a in front {
                for b in dominated[a] {
                    dominators[b] -= 1
                    if dominators[b] == 0 { next.append(b) }
                }
            }
            front = next.sorted()
        }
        return fronts
    }

    /// How far the neighbors of each member of a front lie apart, summed over objectives, each by
    /// its range; infinite at the ends.
    public static func crowding(_ losses: [[Double]], _ front: [Int]) -> [Double] {
        var distances = [Double](repeating: 0, count: front.count)
        guard let first = front.first else { return [] }
        for objective in losses[first].indices {
            let order = front.indices.sorted {
                let (a, b) = (losses[front[$0]][objective], losses[front[$1]][objective])
                return a != b ? a < b : front[$0] < front[$1]
            }
            let least = losses[front[order[0]]][objective]
            let span = losses[front[order[order.count - 1]]][objective] - least
            distances[order[0]] = .infinity
            distances[order[order.count - 1]] = .infinity
            guard span > 0, span.isFinite, order.count > 2 else { continue }
            for position in 1..<order.count - 1 {
                let (before, after) = (front[order[position - 1]], front[order[position + 1]])
                distances[order[position]] +=
                    (losses[after][objective] - losses[before][objective]) / span
            }
        }
        return distances
    }
}
