/// The volume that points of several losses dominate, up to a reference point.
public enum Hypervolume {
    /// The volume; points that do not dominate the reference add nothing.
    ///
    /// Two losses by a sweep; more by slices along the last one, O(n^(m−1) log n).
    /// Source: Zitzler and Thiele, "Multiobjective optimization using evolutionary algorithms"
    /// (1998).
    public static func of(_ losses: [[Double]], reference: [Double]) -> Double {
        let inside = losses.filter { point in
            point.count == reference.count && zip(point, reference).allSatisfy { $0 < $1 }
        }
        guard let last = reference.last, !inside.isEmpty else { return 0 }
        switch reference.count {
        case 1: return last - (inside.compactMap(\.first).min() ?? last)
        case 2: return swept(inside, reference)
        default:
            let order = inside.sorted { $0[$0.count - 1] < $1[$1.count - 1] }
            let shorter = Array(reference.dropLast())
            var volume = 0.0
            for index in order.indices {
                let level = order[index][reference.count - 1]
                let next = index + 1 < order.count ? order[index + 1][reference.count - 1] : last
                guard next > level else { continue }
                let slice = order[...index].map { Array($0.dropLast()) }
                volume += (next - level) * of(slice, reference: shorter)
            }
            return volume
        }
    }

    private static func swept(_ points: [[Double]], _ reference: [Double]) -> Double {
        var (volume, height) = (0.0, reference[1])
        for point in points.sorted(by: { ($0[0], $0[1]) < ($1[0], $1[1]) }) where point[1] < height
        {
            volume += (reference[0] - point[0]) * (height - point[1])
            height = point[1]
        }
        return volume
    }
}
