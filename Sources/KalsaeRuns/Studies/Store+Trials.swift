import GRDB
import KalsaeSupport

/// The events of trials, each one transaction.
extension Store {
    /// Adds a trial if its number is the next one; the revision then, else nil.
    package func addTrial(_ trial: TrialRow, to study: Int64) throws(KalsaeError) -> Int? {
        try write { database in
            let next = try database.cachedStatement(
                sql: """
                    UPDATE studies SET revision = revision + 1, trials = trials + 1 \
                    WHERE id = ? AND trials = ? RETURNING revision
                    """)
            guard let revision = try Int.fetchOne(next, arguments: [study, trial.number]) else {
                return nil
            }
            try database.cachedStatement(
                sql: """
                    INSERT INTO trials (study, number, revision, state, parameters, objectives, \
                    reason, space_version, started, ended, owner, leased_until, attempts, source, \
                    reports) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                study, trial.number, revision, trial.state, trial.parameters, trial.objectives,
                trial.reason.withoutNUL, trial.spaceVersion, trial.started, trial.ended,
                trial.owner, trial.leasedUntil, trial.attempts, trial.source,
                trial.reports.count,
            ])
            try Self.insert(
                database, trial.reports[...], from: 0, of: (study, trial.number))
            return revision
        }
    }

    /// Writes a running trial, or its end, if its owner still has it; the revision then, else nil.
    package func updateTrial(_ trial: TrialRow, of study: Int64) throws(KalsaeError) -> Int? {
        try write { database in
            let find = try database.cachedStatement(
                sql: """
                    SELECT reports FROM trials \
                    WHERE study = ? AND number = ? AND state = 'running' AND owner = ?
                    """)
            let arguments: StatementArguments = [study, trial.number, trial.owner]
            guard let known = try Int.fetchOne(find, arguments: arguments) else { return nil }
            try Self.insert(
                database, trial.reports.dropFirst(known), from: known, of: (study, trial.number))
            let revision = try Self.nextRevision(database, study)
            try database.cachedStatement(
                sql: """
                    UPDATE trials SET revision = ?, state = ?, parameters = ?, objectives = ?, \
                    reason = ?, space_version = ?, ended = ?, leased_until = ?, reports = ?, \
                    run = (SELECT id FROM runs WHERE key = ?) WHERE study = ? AND number = ?
                    """
            ).execute(arguments: [
                revision, trial.state, trial.parameters, trial.objectives,
                trial.reason.withoutNUL, trial.spaceVersion, trial.ended, trial.leasedUntil,
                max(known, trial.reports.count), trial.run, study, trial.number,
            ])
            return revision
        }
    }

    /// Gives a trial that waits, or whose lease lapsed before `now`, to a worker; the revision then,
    /// else nil.
    package func claimTrial(
        _ number: Int, of study: Int64, for owner: String, now: Int, until: Int
    ) throws(KalsaeError) -> Int? {
        try write { database in
            let find = try database.cachedStatement(
                sql: """
                    SELECT 1 FROM trials WHERE study = ? AND number = ? AND (state = 'waiting' \
                    OR state = 'running' AND leased_until < ?)
                    """)
            guard try Int.fetchOne(find, arguments: [study, number, now]) != nil else {
                return nil
            }
            let revision = try Self.nextRevision(database, study)
            try database.cachedStatement(
                sql: """
                    UPDATE trials SET revision = ?1, state = 'running', owner = ?2, \
                    leased_until = ?3, attempts = attempts + 1, started = CASE \
                    WHEN started = 0 THEN ?6 WHEN leased_until <= started THEN started \
                    ELSE started + max(0, ?6 - leased_until) END WHERE study = ?4 AND number = ?5
                    """
            ).execute(arguments: [revision, owner, until, study, number, now])
            return revision
        }
    }

    /// Moves the lapse of the leases that an owner still has.
    package func renewTrials(
        _ numbers: [Int], of study: Int64, owner: String, until: Int
    ) throws(KalsaeError) {
        try write { database in
            let revision = try Self.nextRevision(database, study)
            let statement = try database.cachedStatement(
                sql: """
                    UPDATE trials SET revision = ?, leased_until = ? WHERE study = ? \
                    AND number = ? AND state = 'running' AND owner = ?
                    """)
            for number in numbers {
                try statement.execute(arguments: [revision, until, study, number, owner])
            }
        }
    }

    private static func nextRevision(_ database: Database, _ study: Int64) throws -> Int {
        let statement = try database.cachedStatement(
            sql: "UPDATE studies SET revision = revision + 1 WHERE id = ? RETURNING revision")
        guard let revision = try Int.fetchOne(statement, arguments: [study]) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL)
        }
        return revision
    }

    private static func insert(
        _ database: Database, _ reports: ArraySlice<(step: Int, value: Double)>, from first: Int,
        of trial: (study: Int64, number: Int)
    ) throws {
        guard !reports.isEmpty else { return }
        let statement = try database.cachedStatement(
            sql: "INSERT INTO reports (study, trial, number, step, value) VALUES (?, ?, ?, ?, ?)")
        for (offset, report) in reports.enumerated() {
            let value = report.value.isNaN ? nil : report.value
            try statement.execute(arguments: [
                trial.study, trial.number, first + offset, report.step, value,
            ])
        }
    }
}
