import GRDB
import KalsaeSupport

extension Store {
    /// Finds a run by its id, its name, the beginning of its id that no other run has, or `last`.
    ///
    /// `last` is the newest run that is no trial of a search; the newest trial where all are.
    public func run(_ text: String) throws(KalsaeError) -> Run {
        try read { try Store.fetchRun($0, text, self.path) }
    }

    /// All runs, the newest first.
    public func runs() throws(KalsaeError) -> [Run] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT \(Run.columns) FROM runs ORDER BY runs.id DESC"
            ).map { Run(row: $0) }
        }
    }

    static func fetchRun(_ database: Database, row: Int64) throws -> Run {
        let found = try Row.fetchOne(
            database, sql: "SELECT \(Run.columns) FROM runs WHERE runs.id = ?", arguments: [row])
        guard let found else {
            throw KalsaeError("run", expected: "one of the store", got: "one that was deleted")
        }
        return Run(row: found)
    }

    static func fetchRun(_ database: Database, _ text: String, _ path: String) throws -> Run {
        if text == last {
            let row = try Int64.fetchOne(
                database,
                sql: """
                    SELECT coalesce((SELECT max(id) FROM runs WHERE id NOT IN
                        (SELECT run FROM trials WHERE run IS NOT NULL)), (SELECT max(id) FROM runs))
                    """)
            guard let row else {
                throw KalsaeError(path, expected: "a run", got: "none")
            }
            return try fetchRun(database, row: row)
        }
        let exact = try Int64.fetchOne(
            database, sql: "SELECT id FROM runs WHERE key = ?1 OR name = ?1 ORDER BY key = ?1 DESC",
            arguments: [text])
        if let exact { return try fetchRun(database, row: exact) }
        let near = try Row.fetchAll(
            database, sql: "SELECT id, name FROM runs WHERE substr(key, 1, length(?1)) = ?1",
            arguments: [text.lowercased()])
        if near.count == 1, !text.isEmpty { return try fetchRun(database, row: near[0]["id"]) }
        guard near.isEmpty || text.isEmpty else {
            throw KalsaeError(
                path, expected: "the beginning of one id",
                got: "\"\(text)\", with which \(near.count) begin", advice: "give more of it")
        }
        let names = try String.fetchAll(database, sql: "SELECT name FROM runs")
        let hint = SpellingSuggestion.of(text, in: names)
        throw KalsaeError(
            path, expected: "a run by id, beginning of an id, name, or last", got: "\"\(text)\"",
            advice: hint.map { "did you mean \($0)?" } ?? "see `kalsae runs list`")
    }
}
