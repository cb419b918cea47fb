import GRDB

/// Appends points to metrics, with the blocks that they complete, inside of a transaction.
struct MetricWriter {
    let database: Database
    let run: Int64

    private static let rowsAtOnce = 32

    /// Appends points in the order in which they were recorded; the metric is made where it is new.
    func append(_ points: [MetricPoint], to name: String) throws {
        guard let last = points.last else { return }
        let metric = try identifier(of: name)
        let (start, before) = try end(of: metric)
        try insert(points, metric, from: start)
        try appendBlocks(points, metric, from: start)
        var whole = PointBlock(points[0], number: 0)
        for point in points.dropFirst() { whole.append(PointBlock(point, number: 0)) }
        try database.cachedStatement(
            sql: """
                UPDATE metrics SET count = count + ?, last_step = ?, last_epoch = ?, \
                last_time = ?, last_value = ?, \
                low_step = CASE WHEN ?6 < low_value OR low_value IS NULL THEN ?7 ELSE low_step END, \
                low_value = min(ifnull(low_value, ?6), ifnull(?6, low_value)), \
                high_step = CASE WHEN ?8 > high_value OR high_value IS NULL THEN ?9 \
                ELSE high_step END, \
                high_value = max(ifnull(high_value, ?8), ifnull(?8, high_value)) WHERE id = ?10
                """
        ).execute(arguments: [
            points.count, last.step, last.epoch, last.time, last.value.stored,
            whole.low?.value, whole.low?.step, whole.high?.value, whole.high?.step, metric,
        ])
        if !whole.isAscending || before.map({ points[0].step <= $0 }) ?? false {
            try renewExtremes(metric, count: start + points.count)
        }
    }

    /// The extremes of the points that no later one hides.
    private func renewExtremes(_ metric: Int64, count: Int) throws {
        let reader = MetricReader(database: database, metric: metric)
        let blocks = try reader.currentBlocks(count: count)
        guard let whole = PointBlock(level: 0, number: 0, of: blocks) else { return }
        try database.cachedStatement(
            sql: """
                UPDATE metrics SET low_step = ?, low_value = ?, high_step = ?, high_value = ? \
                WHERE id = ?
                """
        ).execute(arguments: [
            whole.low?.step, whole.low?.value, whole.high?.step, whole.high?.value, metric,
        ])
    }

    private func identifier(of name: String) throws -> Int64 {
        let name = name.withoutNUL
        let arguments: StatementArguments = [run, name]
        let find = try database.cachedStatement(
            sql: "SELECT id FROM metrics WHERE run = ? AND name = ?")
        if let found = try Int64.fetchOne(find, arguments: arguments) { return found }
        try database.execute(
            sql: "INSERT INTO metrics (run, name) VALUES (?, ?)", arguments: arguments)
        return database.lastInsertedRowID
    }

    /// How many points there are, and the step of the last one.
    private func end(of metric: Int64) throws -> (count: Int, step: Int?) {
        let statement = try database.cachedStatement(
            sql: "SELECT count, last_step FROM metrics WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [metric]) else { return (0, nil) }
        return (row[0], row[1])
    }

    private func insert(_ points: [MetricPoint], _ metric: Int64, from start: Int) throws {
        var done = 0
        while done < points.count {
            let rows = points.count - done >= Self.rowsAtOnce ? Self.rowsAtOnce : 1
            let values = Array(repeating: "(?, ?, ?, ?, ?, ?)", count: rows)
            let statement = try database.cachedStatement(
                sql: "INSERT INTO points (metric, number, step, epoch, time, value) VALUES "
                    + values.joined(separator: ", "))
            var arguments: [(any DatabaseValueConvertible)?] = []
            arguments.reserveCapacity(rows * 6)
            for offset in done..<done + rows {
                let point = points[offset]
                arguments += [
                    metric, start + offset, point.step, point.epoch, point.time,
                    point.value.stored,
                ]
            }
            try statement.execute(arguments: StatementArguments(arguments))
            done += rows
        }
    }

    /// Writes every block whose last point is among these.
    private func appendBlocks(_ points: [MetricPoint], _ metric: Int64, from start: Int) throws {
        let end = start + points.count
        let reader = MetricReader(database: database, metric: metric)
        var fresh: [PointBlock] = []
        for number in start / PointBlock.base..<end / PointBlock.base {
            let range = number * PointBlock.base..<(number + 1) * PointBlock.base
            var parts: [PointBlock] = []
            if range.lowerBound < start {
                parts = try reader.load(-1, range.lowerBound..<start)
            }
            for position in max(range.lowerBound, start)..<range.upperBound {
                parts.append(PointBlock(points[position - start], number: position))
            }
            if let block = PointBlock(level: 0, number: number, of: parts) { fresh.append(block) }
        }
        var level = 0
        while !fresh.isEmpty {
            for block in fresh { try insert(block, metric) }
            level += 1
            let size = PointBlock.size(level)
            var next: [PointBlock] = []
            for number in start / size..<end / size {
                let children = number * PointBlock.fanOut..<(number + 1) * PointBlock.fanOut
                let parts = try reader.load(level - 1, children)
                if let block = PointBlock(level: level, number: number, of: parts) {
                    next.append(block)
                }
            }
            fresh = next
        }
    }

    private func insert(_ block: PointBlock, _ metric: Int64) throws {
        let (low, high, nan) = (block.low, block.high, block.nan)
        let values = Array(repeating: "?", count: 17).joined(separator: ", ")
        try database.cachedStatement(sql: "INSERT INTO blocks VALUES (\(values))").execute(
            arguments: [
                metric, block.level, block.number, block.minStep, block.maxStep, block.isAscending,
                low?.step, low?.epoch, low?.time, low?.value,
                high?.step, high?.epoch, high?.time, high?.value,
                nan?.step, nan?.epoch, nan?.time,
            ])
    }
}

extension Double {
    /// As a store keeps it: SQLite has infinities, but NULL instead of what is not a number.
    var stored: Double? { isNaN ? nil : self }
}

extension String {
    /// Without the character that ends texts in SQLite's interface.
    package var withoutNUL: String { utf8.contains(0) ? replacing("\0", with: "\\0") : self }
}
