import GRDB
import KalsaeFiles
import KalsaeSupport

extension Store {
    /// Asks a training to do something; it sees the command at one of its next steps.
    public func send(
        _ verb: String, data: JSONValue = .object([]), author: String, to run: Run
    ) throws(KalsaeError) -> RunCommand {
        try write { database in
            guard try Store.fetchRun(database, row: run.row).state == .running else {
                throw KalsaeError(
                    run.name, expected: "a run that runs", got: "one that has ended",
                    advice: "see `kalsae runs list`")
            }
            try database.execute(
                sql: """
                    INSERT INTO commands (run, time, author, verb, data, state) \
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    run.row, Timestamp.now, author.withoutNUL, verb.withoutNUL, data.text,
                    RunCommand.State.pending.rawValue,
                ])
            let id = database.lastInsertedRowID
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM commands WHERE id = ?", arguments: [id])
            guard let row else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
            return RunCommand(row: row)
        }
    }

    /// The commands of a run, the first one first; those that wait, or all.
    public func commands(
        of run: Run, pendingOnly: Bool = false
    ) throws(KalsaeError) -> [RunCommand] {
        try read { try Store.commands($0, run.row, pendingOnly: pendingOnly) }
    }

    static func commands(
        _ database: Database, _ row: Int64, pendingOnly: Bool, after id: Int = 0
    ) throws -> [RunCommand] {
        let filter = pendingOnly ? "AND state = 'pending'" : ""
        let statement = try database.cachedStatement(
            sql: "SELECT * FROM commands WHERE run = ? \(filter) AND id > ? ORDER BY id")
        return try Row.fetchAll(statement, arguments: [row, id]).map { RunCommand(row: $0) }
    }

    static func answer(
        _ database: Database, command: Int, _ state: RunCommand.State, step: Int, _ text: String
    ) throws {
        try database.execute(
            sql: "UPDATE commands SET state = ?, applied_step = ?, answer = ? WHERE id = ?",
            arguments: [state.rawValue, step, text.withoutNUL, command])
    }
}
