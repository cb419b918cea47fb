import GRDB

/// What waits to be written of a run.
struct RecorderBatch: Sendable {
    /// A point with the name of its metric.
    struct Point: Sendable {
        var name: String
        var point: MetricPoint
    }

    /// What is rare: it is kept whatever happens.
    enum Record: Sendable {
        case event(RunEvent)
        case checkpoint(RunCheckpoint)
        case artifact(RunArtifact)
        case answer(command: Int, state: RunCommand.State, step: Int, text: String)
        case end(RunState, time: Int)
    }

    var points: [Point] = []
    var records: [Record] = []

    var isEmpty: Bool { points.isEmpty && records.isEmpty }

    mutating func append(_ other: RecorderBatch) {
        if isEmpty {
            self = other
        } else {
            points += other.points
            records += other.records
        }
    }

    /// Writes the batch; false, with nothing written, where the run was deleted.
    func write(to database: Database, run: Int64) throws -> Bool {
        let exists = try database.cachedStatement(sql: "SELECT 1 FROM runs WHERE id = ?")
        guard try Int.fetchOne(exists, arguments: [run]) != nil else { return false }
        let writer = MetricWriter(database: database, run: run)
        var (order, groups) = ([String](), [String: [MetricPoint]]())
        for point in points {
            if groups[point.name] == nil { order.append(point.name) }
            groups[point.name, default: []].append(point.point)
        }
        for name in order { try writer.append(groups[name] ?? [], to: name) }
        for record in records {
            switch record {
            case .event(let event): try Store.insert(database, event, run)
            case .checkpoint(let checkpoint): try Store.insert(database, checkpoint, run)
            case .artifact(let artifact): try Store.insert(database, artifact, run)
            case .answer(let command, let state, let step, let text):
                try Store.answer(database, command: command, state, step: step, text)
            case .end(let state, let time):
                try Store.finish(database, run, state, at: time)
            }
        }
        return true
    }
}
