import GRDB
import KalsaeSupport

extension Store {
    /// Appends points to a metric of a run, in the order of recording.
    ///
    /// A point hides those of the same or a later step that were recorded before it, so that a
    /// training which went back some steps shows one line.
    public func append(
        _ points: [MetricPoint], to metric: String, of run: Run
    ) throws(KalsaeError) {
        try write { database in
            try MetricWriter(database: database, run: run.row).append(points, to: metric)
        }
    }

    /// The metrics of a run, by name.
    public func metrics(of run: Run) throws(KalsaeError) -> [MetricSummary] {
        try read { try Store.metrics($0, run.row) }
    }

    /// The points of a metric in order of their steps: at most `limit`, with the first, the last and
    /// every peak, or all.
    ///
    /// - Parameters:
    ///   - metric: the name of the metric.
    ///   - run: the run.
    ///   - steps: the first and the last step; all without it.
    ///   - limit: the most points; nil for all. At least 8.
    public func points(
        _ metric: String, of run: Run, steps: ClosedRange<Int>? = nil, limit: Int? = 2000
    ) throws(KalsaeError) -> [MetricPoint] {
        try read { database in
            let (reader, count) = try reader(database, metric, run)
            if let limit {
                return try MetricChart(reader: reader, count: count).points(
                    limit: limit, steps: steps)
            }
            var points: [MetricPoint] = []
            for range in MetricChart.ranges(
                try reader.currentBlocks(count: count, steps: steps))
            {
                try reader.forEach(range) { points.append($1) }
            }
            return points
        }
    }

    /// Calls `body` with each current point of a metric in order of its steps; of millions, few are
    /// in memory at a time.
    public func forEachPoint(
        _ metric: String, of run: Run, _ body: (MetricPoint) throws -> Void
    ) throws(KalsaeError) {
        try read { database in
            let (reader, count) = try reader(database, metric, run)
            for range in MetricChart.ranges(try reader.currentBlocks(count: count)) {
                try reader.forEach(range) { try body($1) }
            }
        }
    }

    private func reader(
        _ database: Database, _ metric: String, _ run: Run
    ) throws -> (MetricReader, Int) {
        let row = try Row.fetchOne(
            database, sql: "SELECT id, count FROM metrics WHERE run = ? AND name = ?",
            arguments: [run.row, metric.withoutNUL])
        guard let row else {
            let names = try Store.metrics(database, run.row).map(\.name)
            throw KalsaeError(
                run.name, expected: "one of its metrics (\(names.joined(separator: ", ")))",
                got: "\"\(metric)\"")
        }
        return (MetricReader(database: database, metric: row[0]), row[1])
    }

    /// The metrics of all runs, or those of one name, by the ids of the runs.
    public func metricsByRun(
        named name: String? = nil
    ) throws(KalsaeError) -> [String: [MetricSummary]] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT key, metrics.* FROM metrics JOIN runs ON runs.id = metrics.run \
                    WHERE count > 0 AND metrics.name = ifnull(?, metrics.name) ORDER BY metrics.name
                    """,
                arguments: [name])
            return Dictionary(grouping: rows) { $0["key"] as String }
                .mapValues { $0.map { MetricSummary(row: $0) } }
        }
    }

    static func metrics(_ database: Database, _ row: Int64) throws -> [MetricSummary] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM metrics WHERE run = ? AND count > 0 ORDER BY name",
            arguments: [row]
        ).map { MetricSummary(row: $0) }
    }
}

extension MetricSummary {
    /// A row of the store.
    init(row: GRDB.Row) {
        let value: Double? = row["last_value"]
        let (low, high): (Double?, Double?) = (row["low_value"], row["high_value"])
        self.init(
            name: row["name"], count: row["count"],
            last: MetricPoint(
                step: row["last_step"], epoch: row["last_epoch"], time: row["last_time"],
                value: value ?? .nan),
            lowStep: row["low_step"], lowValue: low ?? .nan, highStep: row["high_step"],
            highValue: high ?? .nan)
    }
}
