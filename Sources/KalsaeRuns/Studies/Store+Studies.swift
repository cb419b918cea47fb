import GRDB
import KalsaeFiles
import KalsaeSupport

extension Store {
    /// The study of a name; in a store opened for writing it is made where there is none.
    package func openStudy(
        _ name: String, directions: String, space: String
    ) throws(KalsaeError) -> StudyRow {
        try Self.checkName(name, of: "study")
        if let known = try read({ try Self.study($0, name) }) { return known }
        return try write { database in
            if let known = try Self.study(database, name) { return known }
            try database.execute(
                sql: """
                    INSERT INTO studies (name, created, directions, space, space_version, \
                    space_revision, revision, trials) VALUES (?, ?, ?, ?, 1, 0, 0, 0)
                    """, arguments: [name, Timestamp.now, directions, space])
            return StudyRow(
                row: database.lastInsertedRowID, directions: directions, space: space,
                isNew: true)
        }
    }

    /// The names of all studies, in the order in which they were made.
    public func studyNames() throws(KalsaeError) -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT name FROM studies ORDER BY id") }
    }

    /// What belongs to a study beside its space, as whoever made it wrote it; null where nobody did.
    public func studyConfiguration(_ name: String) throws(KalsaeError) -> JSONValue {
        let text = try read { database in
            try String.fetchOne(
                database, sql: "SELECT configuration FROM studies WHERE name = ?",
                arguments: [name])
        }
        guard let text else {
            let names = try studyNames()
            throw KalsaeError(
                path, expected: "a study", got: "\"\(name)\"",
                advice: SpellingSuggestion.of(name, in: names).map { "did you mean \($0)?" }
                    ?? "see `kalsae search list`")
        }
        return try JSONValue(parsing: text, subject: "study \(name)")
    }

    /// Writes what belongs to a study beside its space.
    public func setStudyConfiguration(
        _ name: String, to configuration: JSONValue
    ) throws(KalsaeError) {
        try write { database in
            try database.execute(
                sql: "UPDATE studies SET configuration = ? WHERE name = ?",
                arguments: [configuration.text, name])
        }
    }

    /// The ids of the runs that are trials of studies.
    public func trialRuns() throws(KalsaeError) -> Set<String> {
        try read { database in
            try Set(
                String.fetchAll(
                    database,
                    sql: "SELECT DISTINCT runs.key FROM trials JOIN runs ON runs.id = trials.run"))
        }
    }

    private static func study(_ database: Database, _ name: String) throws -> StudyRow? {
        let statement = try database.cachedStatement(
            sql: "SELECT id, directions, space FROM studies WHERE name = ?")
        return try Row.fetchOne(statement, arguments: [name]).map {
            StudyRow(
                row: $0["id"], directions: $0["directions"], space: $0["space"], isNew: false)
        }
    }

    /// What changed in a study behind a revision, its trials by number. Trials below `first` are
    /// finished, and known to whoever asks.
    package func studyChanges(
        _ study: Int64, since revision: Int, from first: Int
    ) throws(KalsaeError) -> StudyRowChanges {
        // One statement is one state of the file, and mostly says that nothing changed.
        let now = try readOnce { try self.revisions($0, study) }
        guard now.revision != revision else { return StudyRowChanges(revision: revision) }
        return try read { database in
            let now = try self.revisions(database, study)
            var changes = StudyRowChanges(revision: now.revision)
            if now.ofSpace > revision {
                changes.space = try String.fetchOne(
                    database, sql: "SELECT space FROM studies WHERE id = ?", arguments: [study])
            }
            let changed = try database.cachedStatement(
                sql: """
                    SELECT trials.*, runs.key AS run_key FROM trials \
                    LEFT JOIN runs ON runs.id = trials.run \
                    WHERE study = ? AND number >= ? AND revision > ? ORDER BY number
                    """)
            let reports = try database.cachedStatement(
                sql: "SELECT step, value FROM reports WHERE study = ? AND trial = ? ORDER BY number"
            )
            let rows = try Row.fetchAll(changed, arguments: [study, first, revision])
            changes.trials = try rows.map { row in
                var trial = TrialRow(row)
                guard row["reports"] as Int > 0 else { return trial }
                trial.reports = try Row.fetchAll(reports, arguments: [study, trial.number]).map {
                    ($0["step"], $0["value"] ?? .nan)
                }
                return trial
            }
            return changes
        }
    }

    private func revisions(
        _ database: Database, _ study: Int64
    ) throws -> (revision: Int, ofSpace: Int) {
        let statement = try database.cachedStatement(
            sql: "SELECT revision, space_revision FROM studies WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [study]) else {
            throw KalsaeError(
                path, expected: "the study that was opened", got: "none",
                advice: "it was deleted; start anew")
        }
        return (row[0], row[1])
    }

    /// Changes the space of a study if its version is the one before; whether it did.
    package func changeSpace(
        _ study: Int64, to space: String, version: Int
    ) throws(KalsaeError) -> Bool {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE studies SET space = ?, space_version = ?, revision = revision + 1, \
                    space_revision = revision + 1 WHERE id = ? AND space_version = ?
                    """, arguments: [space, version, study, version - 1])
            return database.changesCount == 1
        }
    }
}
