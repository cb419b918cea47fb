import GRDB
import KalsaeFiles
import KalsaeSupport

/// A run as a list shows it, without what is long.
package struct RunOverview: Equatable, Sendable {
    package let id: String
    /// The number of its row.
    package let row: Int64
    package var name: String
    package var state: RunState
    package var isPaused: Bool
    package var created: Int
    package var started: Int?
    package var ended: Int?
    package var parent: String?
    package var parentStep: Int?
    package var note: String
    package var tags: [String]
    /// The study that it is a trial of.
    package var study: String?
    /// How many numbers its model reads; nil without a model.
    package var modelInputs: Int?
}

/// What a metric has so far.
package struct MetricState: Equatable, Sendable {
    /// The number of its row.
    package let row: Int64
    /// The row of its run.
    package let run: Int64
    package let name: String
    package let count: Int
    package let last: MetricPoint
}

/// What a reader that follows a store asks it for: each is one statement that is cheap to repeat.
extension Store {
    /// A number that changes with each commit of anybody else.
    package func dataVersion() throws(KalsaeError) -> Int {
        try readOnce { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
    }

    /// All runs, the newest first; or those that are marked as running.
    package func overviews(runningOnly: Bool = false) throws(KalsaeError) -> [RunOverview] {
        try readOnce { database in
            let statement = try database.cachedStatement(
                sql: Self.overviewSQL(runningOnly ? "WHERE state = 'running'" : ""))
            return try Row.fetchAll(statement).map { RunOverview(row: $0) }
        }
    }

    /// The run of an id; nil where there is none.
    package func overview(of id: String) throws(KalsaeError) -> RunOverview? {
        try readOnce { database in
            let statement = try database.cachedStatement(
                sql: Self.overviewSQL("WHERE key = ?"))
            return try Row.fetchOne(statement, arguments: [id]).map { RunOverview(row: $0) }
        }
    }

    /// The id of the run that a process of this machine opened last behind a time in milliseconds;
    /// nil where it has opened none.
    package func newestRun(ofProcess pid: Int, since time: Int) throws(KalsaeError) -> String? {
        try readOnce { database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT key FROM runs WHERE pid = ? AND host = ? AND boot = ? \
                    AND created >= ? ORDER BY id DESC LIMIT 1
                    """,
                arguments: [pid, RunProcess.current.host, RunProcess.current.boot, time])
        }
    }

    private static func overviewSQL(_ filter: String) -> String {
        """
        SELECT id, key, name, state, created, started, ended, parent_step, note, host, \
        boot, pid, pid_started, data, model, \(Run.paused) AS paused, \
        (SELECT key FROM runs AS other WHERE other.id = runs.parent) AS parent_key, \
        (SELECT json_group_array(tag) FROM tags WHERE run = runs.id) AS all_tags, \
        (SELECT studies.name FROM trials JOIN studies ON studies.id = trials.study \
        WHERE trials.run = runs.id) AS study_name \
        FROM runs \(filter) ORDER BY id DESC
        """
    }

    /// The id of the last event of a run; 0 where it has none.
    package func lastEvent(of run: Int64) throws(KalsaeError) -> Int {
        try readOnce { database in
            let statement = try database.cachedStatement(
                sql: "SELECT max(id) FROM events WHERE run = ?")
            return try Int.fetchOne(statement, arguments: [run]) ?? 0
        }
    }

    /// The metrics of some runs, by their rows; of all, where none are given.
    package func metricStates(
        of runs: [Int64]? = nil, named name: String? = nil
    ) throws(KalsaeError) -> [MetricState] {
        try readOnce { database in
            var (filter, arguments) = ("count > 0", StatementArguments())
            if let runs {
                filter += " AND run IN (\(runs.map { "\($0)" }.joined(separator: ",")))"
            }
            if let name {
                filter += " AND name = ?"
                arguments += [name]
            }
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT id, run, name, count, last_step, last_epoch, last_time, last_value \
                    FROM metrics WHERE \(filter) ORDER BY run, name
                    """, arguments: arguments)
            var states: [MetricState] = []
            while let row = try rows.next() {
                let value: Double? = row[7]
                states.append(
                    MetricState(
                        row: row[0], run: row[1], name: row[2], count: row[3],
                        last: MetricPoint(
                            step: row[4], epoch: row[5], time: row[6], value: value ?? .nan)))
            }
            return states
        }
    }

    /// The points of a metric from a number on, in the order of recording.
    package func recorded(
        _ metric: Int64, from number: Int, limit: Int
    ) throws(KalsaeError) -> [MetricPoint] {
        try readOnce { database in
            var points: [MetricPoint] = []
            try MetricReader(database: database, metric: metric).forEach(
                number..<number + limit
            ) { points.append($1) }
            return points
        }
    }

    /// The events of a run behind an id, with their ids.
    package func events(
        of run: Int64, after id: Int
    ) throws(KalsaeError) -> [(id: Int, event: RunEvent)] {
        try readOnce { database in
            let statement = try database.cachedStatement(
                sql: "SELECT * FROM events WHERE run = ? AND id > ? ORDER BY id")
            return try Row.fetchAll(statement, arguments: [run, id]).map {
                ($0["id"], RunEvent(row: $0))
            }
        }
    }

    /// The commands of a run behind an id.
    package func commands(of run: Int64, after id: Int) throws(KalsaeError) -> [RunCommand] {
        try readOnce { try Store.commands($0, run, pendingOnly: false, after: id) }
    }
}

extension RunOverview {
    fileprivate init(row: GRDB.Row) {
        id = row["key"]
        self.row = row["id"]
        name = row["name"]
        created = row["created"]
        started = row["started"]
        ended = row["ended"]
        parent = row["parent_key"]
        parentStep = row["parent_step"]
        note = row["note"]
        tags = (JSONValue(stored: row["all_tags"]).array?.compactMap(\.string) ?? []).sorted()
        study = row["study_name"]
        let (model, data): (String, String) = (row["model"], row["data"])
        modelInputs = model.isEmpty ? nil : Self.inputs(of: data)
        let process = RunProcess(
            host: row["host"], boot: row["boot"], pid: row["pid"], began: row["pid_started"])
        state = RunState(stored: row["state"], process)
        let paused: Bool? = row["paused"]
        isPaused = state == .running && paused == true
    }

    /// The numbers of a row, of a fingerprint such as `712 + 89 rows of 784 numbers, 3f90c1a2`.
    private static func inputs(of fingerprint: String) -> Int? {
        let words = fingerprint.split(separator: " ")
        guard let of = words.firstIndex(of: "of"), words.count > of + 2,
            words[of + 2].hasPrefix("numbers")
        else { return nil }
        return Int(words[of + 1])
    }
}
