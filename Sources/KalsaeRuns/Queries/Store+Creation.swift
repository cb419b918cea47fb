import GRDB
import KalsaeFiles
import KalsaeSupport

extension Store {
    /// The word that stands for the run created last.
    public static let last = "last"

    /// Creates a run in the state `running`.
    ///
    /// Its name is the one wanted, followed by a number where another run has it.
    public func createRun(_ description: RunDescription) throws(KalsaeError) -> Run {
        try Self.checkName(description.name, of: "run")
        for tag in description.tags { try Self.checkName(tag, of: "tag") }
        return try write { database in
            let parent = try description.parent.map { parent in
                try Store.fetchRun(database, parent.id, self.path).row
            }
            let now = Timestamp.now
            let process = description.process
            let command = JSONValue.array(description.command.map { .string($0) })
            let values: [(String, (any DatabaseValueConvertible)?)] = [
                ("key", try Store.freshKey(database)),
                ("name", try Store.freeName(database, description.name)),
                ("state", RunState.running.rawValue), ("created", now), ("started", now),
                ("parent", parent), ("parent_step", description.parent?.step),
                ("command", command.text), ("folder", description.workingFolder.withoutNUL),
                ("host", process.host), ("boot", process.boot), ("pid", process.pid),
                ("pid_started", process.began), ("version", description.version.withoutNUL),
                ("git_commit", description.commit.withoutNUL),
                ("seed", description.seed.map { Int64(bitPattern: $0) }),
                ("data", description.dataFingerprint.withoutNUL),
                ("configuration", description.configuration.text),
                ("model", description.modelPath.withoutNUL),
            ]
            let names = values.map(\.0).joined(separator: ", ")
            let marks = values.map { _ in "?" }.joined(separator: ", ")
            try database.execute(
                sql: "INSERT INTO runs (\(names)) VALUES (\(marks))",
                arguments: StatementArguments(values.map(\.1)))
            let row = database.lastInsertedRowID
            for tag in description.tags { try Store.addTag(database, row, tag) }
            return try Store.fetchRun(database, row: row)
        }
    }

    /// Takes a run up again in this process, as after an interruption: it is running once more.
    public func reopen(
        _ run: Run, process: RunProcess = .current
    ) throws(KalsaeError) -> Run {
        try write { database in
            let now = try Store.fetchRun(database, row: run.row)
            guard now.state != .running || now.process == process else {
                throw KalsaeError(
                    run.name, expected: "a run that has ended",
                    got: "one that process \(now.process.pid) trains",
                    advice: "end it first: kill \(now.process.pid)")
            }
            try database.execute(
                sql: """
                    UPDATE runs SET state = ?, ended = NULL, host = ?, boot = ?, pid = ?, \
                    pid_started = ? WHERE id = ?
                    """,
                arguments: [
                    RunState.running.rawValue, process.host, process.boot, process.pid,
                    process.began, run.row,
                ])
            return try Store.fetchRun(database, row: run.row)
        }
    }

    /// Notes that a run ended.
    public func finish(_ run: Run, _ state: RunState) throws(KalsaeError) {
        try write { try Store.finish($0, run.row, state, at: Timestamp.now) }
    }

    static func finish(
        _ database: Database, _ row: Int64, _ state: RunState, at time: Int
    ) throws {
        try database.execute(
            sql: "UPDATE runs SET state = ?, ended = ? WHERE id = ?",
            arguments: [state.rawValue, time, row])
    }

    /// Refuses names that no one could type or read.
    package static func checkName(_ name: String, of kind: String) throws(KalsaeError) {
        let isReadable =
            !name.isEmpty && name.utf8.count <= 200 && name.printable == name
            && name.first?.isWhitespace == false && name.last?.isWhitespace == false
        guard isReadable, name != last else {
            throw KalsaeError(
                kind,
                expected: "a name of 1 to 200 bytes without control characters, and not \"last\"",
                got: "\"\(name.prefix(200))\"")
        }
    }

    /// The length of a run's id.
    static let keyLength = 10

    /// Ten random letters and digits, none of which is taken for another.
    private static func freshKey(_ database: Database) throws -> String {
        let letters = Array("0123456789abcdefghjkmnpqrstvwxyz")
        while true {
            let key = String(
                (0..<keyLength).map { _ in letters[Int.random(in: 0..<letters.count)] })
            let taken = try Row.fetchOne(
                database, sql: "SELECT 1 FROM runs WHERE key = ?", arguments: [key])
            if taken == nil { return key }
        }
    }

    private static func freeName(_ database: Database, _ wanted: String) throws -> String {
        if try !isTaken(database, wanted) { return wanted }
        // Doubled until one is free, then halved back: of thousands of a name, few are looked for.
        var (taken, free) = (1, 2)
        while try isTaken(database, "\(wanted)-\(free)") { (taken, free) = (free, free * 2) }
        while free - taken > 1 {
            let middle = (taken + free) / 2
            if try isTaken(database, "\(wanted)-\(middle)") {
                taken = middle
            } else {
                free = middle
            }
        }
        return "\(wanted)-\(free)"
    }

    static func isTaken(_ database: Database, _ name: String) throws -> Bool {
        try Row.fetchOne(database, sql: "SELECT 1 FROM runs WHERE name = ?", arguments: [name])
            != nil
    }
}
