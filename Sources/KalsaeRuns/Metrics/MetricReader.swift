import GRDB

/// Reads the points of one metric, in whole or as blocks.
///
/// What counts of a metric are its *current* points: those behind which no point of the same or an
/// earlier step was recorded. After a roll back the steps that were undone are recorded once more,
/// and hide the older points.
struct MetricReader {
    let database: Database
    let metric: Int64

    /// Rows of a level, by their numbers; of level -1, the points themselves.
    func load(_ level: Int, _ numbers: Range<Int>) throws -> [PointBlock] {
        if level < 0 { return try loadPoints(numbers) }
        let statement = try database.cachedStatement(
            sql: """
                SELECT number, min_step, max_step, ascending, low_step, low_epoch, low_time, \
                low_value, high_step, high_epoch, high_time, high_value, nan_step, nan_epoch, \
                nan_time FROM blocks WHERE metric = ? AND level = ? AND number >= ? AND number < ? \
                ORDER BY number
                """)
        var blocks: [PointBlock] = []
        let rows = try Row.fetchCursor(
            statement,
            arguments: [metric, level, numbers.lowerBound, numbers.upperBound])
        while let row = try rows.next() {
            var block = PointBlock(
                level: level, number: row[0], minStep: row[1], maxStep: row[2],
                isAscending: row[3])
            block.low = Self.point(row, at: 4)
            block.high = Self.point(row, at: 8)
            if let step: Int = row[12] {
                block.nan = MetricPoint(step: step, epoch: row[13], time: row[14], value: .nan)
            }
            blocks.append(block)
        }
        return blocks
    }

    private func loadPoints(_ numbers: Range<Int>) throws -> [PointBlock] {
        var points: [PointBlock] = []
        try forEach(numbers) { points.append(PointBlock($1, number: $0)) }
        return points
    }

    /// Calls `body` with the number of each point and the point, in the order of recording.
    func forEach(_ numbers: Range<Int>, _ body: (Int, MetricPoint) throws -> Void) throws {
        let statement = try database.cachedStatement(
            sql: """
                SELECT number, step, epoch, time, value FROM points \
                WHERE metric = ? AND number >= ? AND number < ? ORDER BY number
                """)
        let rows = try Row.fetchCursor(
            statement, arguments: [metric, numbers.lowerBound, numbers.upperBound])
        while let row = try rows.next() {
            let value: Double? = row[4]
            try body(
                row[0],
                MetricPoint(step: row[1], epoch: row[2], time: row[3], value: value ?? .nan))
        }
    }

    private static func point(_ row: Row, at column: Int) -> MetricPoint? {
        guard let step: Int = row[column] else { return nil }
        return MetricPoint(
            step: step, epoch: row[column + 1], time: row[column + 2], value: row[column + 3])
    }

    /// The fewest blocks that hold all points: large ones first, single points at the end.
    private func coarsest(_ count: Int) throws -> [PointBlock] {
        var level = 0
        while PointBlock.size(level + 1) <= count { level += 1 }
        var (blocks, covered) = ([PointBlock](), 0)
        while level >= -1 {
            let size = PointBlock.size(level)
            blocks += try load(level, covered / size..<count / size)
            covered = count / size * size
            level -= 1
        }
        return blocks
    }

    /// The current points of some steps as blocks that hold nothing else, in order of their steps;
    /// none of them holds more than the `fewest`-th part of the points.
    func currentBlocks(
        count: Int, steps: ClosedRange<Int>? = nil, fewest: Int = 0
    ) throws -> [PointBlock] {
        var blocks = try coarsest(count)
        while true {
            let (kept, mixed) = Self.current(blocks, steps)
            let total = kept.reduce(0) { $0 + $1.points.count }
            let most = fewest > 0 ? total / fewest : total
            let opened = kept.indices.filter { index in
                kept[index].level >= 0
                    && (kept[index].points.count > most || mixed.contains(index))
            }
            if opened.isEmpty { return kept }
            blocks = try open(kept, Set(opened))
        }
    }

    /// Drops blocks that hold no current point, or none of the steps; tells which hold others too.
    private static func current(
        _ blocks: [PointBlock], _ steps: ClosedRange<Int>?
    ) -> (kept: [PointBlock], mixed: Set<Int>) {
        var (kept, mixed) = ([PointBlock](), [Bool]())
        // The least step recorded behind the block.
        var limit = Int.max
        for block in blocks.reversed() where block.minStep < limit {
            var isMixed = block.maxStep >= limit || !block.isAscending
            limit = block.minStep
            if let steps {
                guard block.maxStep >= steps.lowerBound, block.minStep <= steps.upperBound else {
                    continue
                }
                if block.minStep < steps.lowerBound || block.maxStep > steps.upperBound {
                    isMixed = true
                }
            }
            kept.append(block)
            mixed.append(isMixed)
        }
        let last = kept.count - 1
        return (kept.reversed(), Set(mixed.indices.filter { mixed[$0] }.map { last - $0 }))
    }

    /// Replaces some blocks by what they are made of, with one query for neighbors.
    private func open(_ blocks: [PointBlock], _ opened: Set<Int>) throws -> [PointBlock] {
        var result: [PointBlock] = []
        var index = 0
        while index < blocks.count {
            guard opened.contains(index) else {
                result.append(blocks[index])
                index += 1
                continue
            }
            let level = blocks[index].level
            var end = index + 1
            while end < blocks.count, opened.contains(end), blocks[end].level == level,
                blocks[end].number == blocks[end - 1].number + 1
            {
                end += 1
            }
            let parts = level == 0 ? PointBlock.base : PointBlock.fanOut
            result += try load(
                level - 1, blocks[index].number * parts..<(blocks[end - 1].number + 1) * parts)
            index = end
        }
        return result
    }
}
