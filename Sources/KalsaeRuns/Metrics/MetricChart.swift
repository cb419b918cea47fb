/// Thins the points of a metric to a number that a chart can show, with every peak kept.
struct MetricChart {
    let reader: MetricReader
    let count: Int

    /// At most `limit` points in order of their steps: the first, the last, and of each of equal
    /// stretches the least, the greatest and the first that is not a number. All of them where they
    /// are not more.
    func points(limit: Int, steps: ClosedRange<Int>? = nil) throws -> [MetricPoint] {
        let limit = max(limit, 8)
        let wanted = limit / 2
        // Few points are read as they are; of many, blocks enough for the stretches.
        let blocks = try reader.currentBlocks(
            count: count, steps: steps,
            fewest: count <= limit * 2 ? .max : wanted)
        let total = blocks.reduce(0) { $0 + $1.points.count }
        if total <= limit { return try all(blocks) }
        guard let first = blocks.first, let last = blocks.last else { return [] }
        let kinds = blocks.contains { $0.nan != nil } ? 3 : 2
        let buckets = max((limit - 2) / kinds, 1)
        var (sums, done) = ([PointBlock?](repeating: nil, count: buckets), 0)
        for block in blocks {
            let bucket = done * buckets / total
            done += block.points.count
            if sums[bucket] == nil {
                sums[bucket] = block
            } else {
                sums[bucket]?.append(block)
            }
        }
        var chosen = try [first.points.lowerBound, last.points.upperBound - 1].flatMap { number in
            try reader.load(-1, number..<number + 1).compactMap { $0.low ?? $0.nan }
        }
        for sum in sums {
            chosen += [sum?.low, sum?.high, sum?.nan].compactMap { $0 }
        }
        chosen.sort { $0.step < $1.step }
        return chosen.indices.compactMap { index in
            index > 0 && chosen[index].step == chosen[index - 1].step ? nil : chosen[index]
        }
    }

    private func all(_ blocks: [PointBlock]) throws -> [MetricPoint] {
        var points: [MetricPoint] = []
        for range in Self.ranges(blocks) {
            try reader.forEach(range) { points.append($1) }
        }
        return points
    }

    /// The positions of the blocks' points, neighbors joined.
    static func ranges(_ blocks: [PointBlock]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for block in blocks {
            if let last = ranges.last, last.upperBound == block.points.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<block.points.upperBound
            } else {
                ranges.append(block.points)
            }
        }
        return ranges
    }
}
