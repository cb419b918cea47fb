import GRDB
import KalsaeFiles
import KalsaeSupport

extension Store {
    /// Notes events of a run.
    public func record(_ events: [RunEvent], of run: Run) throws(KalsaeError) {
        try write { database in
            for event in events { try Store.insert(database, event, run.row) }
        }
    }

    /// The events of a run, in the order in which they were recorded.
    public func events(of run: Run) throws(KalsaeError) -> [RunEvent] {
        try fetch(run, "SELECT * FROM events WHERE run = ? ORDER BY id") { RunEvent(row: $0) }
    }

    /// Notes a checkpoint of a run.
    public func record(_ checkpoint: RunCheckpoint, of run: Run) throws(KalsaeError) {
        try write { try Store.insert($0, checkpoint, run.row) }
    }

    /// Forgets the checkpoint of a path, whose file was removed.
    public func forgetCheckpoint(path: String, of run: Run) throws(KalsaeError) {
        try write { database in
            try database.execute(
                sql: "DELETE FROM checkpoints WHERE run = ? AND path = ?",
                arguments: [run.row, path])
        }
    }

    /// The checkpoints of a run, in the order of their steps.
    public func checkpoints(of run: Run) throws(KalsaeError) -> [RunCheckpoint] {
        try fetch(run, "SELECT * FROM checkpoints WHERE run = ? ORDER BY step, id") { row in
            RunCheckpoint(
                step: row["step"], epoch: row["epoch"], path: row["path"], metric: row["metric"],
                isKept: row["kept"], isBest: row["best"], bytes: row["bytes"], time: row["time"])
        }
    }

    /// Notes a file that a run made.
    public func record(_ artifact: RunArtifact, of run: Run) throws(KalsaeError) {
        try write { try Store.insert($0, artifact, run.row) }
    }

    /// The files that a run made, in the order in which they were recorded.
    public func artifacts(of run: Run) throws(KalsaeError) -> [RunArtifact] {
        try fetch(run, "SELECT * FROM artifacts WHERE run = ? ORDER BY id") { row in
            RunArtifact(
                name: row["name"], kind: row["kind"], path: row["path"], bytes: row["bytes"],
                fingerprint: row["fingerprint"], time: row["time"])
        }
    }

    func fetch<Value>(
        _ run: Run, _ sql: String, _ make: (Row) -> Value
    ) throws(KalsaeError) -> [Value] {
        try read { try Row.fetchAll($0, sql: sql, arguments: [run.row]).map(make) }
    }

    static func insert(_ database: Database, _ event: RunEvent, _ row: Int64) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO events (run, step, time, author, kind, data) VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            row, event.step, event.time, event.author.withoutNUL, event.kind.withoutNUL,
            event.data.text,
        ])
    }

    /// A checkpoint takes the row of the one with its path: a run that is taken up comes by its steps
    /// again.
    static func insert(_ database: Database, _ checkpoint: RunCheckpoint, _ row: Int64) throws {
        try database.execute(
            sql: "DELETE FROM checkpoints WHERE run = ? AND path = ?",
            arguments: [row, checkpoint.path.withoutNUL])
        try database.execute(
            sql: """
                INSERT INTO checkpoints (run, step, epoch, time, path, metric, kept, best, bytes) \
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                row, checkpoint.step, checkpoint.epoch, checkpoint.time,
                checkpoint.path.withoutNUL, checkpoint.metric, checkpoint.isKept,
                checkpoint.isBest, checkpoint.bytes,
            ])
    }

    /// An artifact takes the row of the one with its name, kind and path: a run that is taken up
    /// makes its files again.
    static func insert(_ database: Database, _ artifact: RunArtifact, _ row: Int64) throws {
        try database.execute(
            sql: "DELETE FROM artifacts WHERE run = ? AND name = ? AND kind = ? AND path = ?",
            arguments: [
                row, artifact.name.withoutNUL, artifact.kind.withoutNUL, artifact.path.withoutNUL,
            ])
        try database.execute(
            sql: """
                INSERT INTO artifacts (run, name, kind, path, bytes, fingerprint, time) \
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                row, artifact.name.withoutNUL, artifact.kind.withoutNUL, artifact.path.withoutNUL,
                artifact.bytes, artifact.fingerprint.withoutNUL, artifact.time,
            ])
    }
}
