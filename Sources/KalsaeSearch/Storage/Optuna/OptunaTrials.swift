import GRDB
import KalsaeFiles
import KalsaeSupport

/// Reads and writes the rows of trials, inside of a transaction.
///
/// What Kalsae knows beside Optuna (owner, lease, reason) is the system attribute `kalsae` of a
/// trial, which Optuna keeps and does not read.
struct OptunaTrials {
    let database: Database
    let study: Int64

    static let attribute = "kalsae"

    /// The trials from a number on, with the distributions of their parameters.
    func read(from first: Int) throws -> (trials: [TrialRecord], [(String, OptunaDistribution)]) {
        var distributions: [(String, OptunaDistribution)] = []
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT * FROM trials WHERE study_id = ? AND number >= ? ORDER BY number",
            arguments: [study, first])
        let trials = try rows.map { row -> TrialRecord in
            let id: Int64 = row["trial_id"]
            guard let number = Int.fromDatabaseValue(row["number"]) else {
                throw KalsaeError("trial", expected: "a number", got: "another value")
            }
            let word = String.fromDatabaseValue(row["state"]) ?? ""
            guard let state = OptunaValue.state(word) else {
                throw KalsaeError("trial \(number)", expected: "a state of Optuna", got: word)
            }
            var trial = TrialRecord(number: number, state: state)
            trial.started = OptunaValue.milliseconds(
                String.fromDatabaseValue(row["datetime_start"]))
            trial.ended = OptunaValue.milliseconds(
                String.fromDatabaseValue(row["datetime_complete"]))
            try readParameters(&trial, id, &distributions)
            if state == .complete {
                trial.values = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT value, value_type FROM trial_values WHERE trial_id = ? \
                        ORDER BY objective
                        """, arguments: [id]
                ).map { OptunaValue.read($0[0] as DatabaseValue, $0[1] as DatabaseValue) }
                if trial.values.contains(where: \.isNaN) {
                    (trial.state, trial.values) = (.failed, [])
                    trial.reason = "a value that is no number"
                }
            }
            trial.reports = try Row.fetchAll(
                database,
                sql: """
                    SELECT step, intermediate_value, intermediate_value_type \
                    FROM trial_intermediate_values WHERE trial_id = ? ORDER BY step
                    """, arguments: [id]
            ).compactMap { row -> TrialReport? in
                guard let step = Int.fromDatabaseValue(row[0]) else { return nil }
                return TrialReport(step: step, value: OptunaValue.read(row[1], row[2]))
            }
            try readAttributes(&trial, id)
            return trial
        }
        return (trials, distributions)
    }

    private func readParameters(
        _ trial: inout TrialRecord, _ id: Int64,
        _ distributions: inout [(String, OptunaDistribution)]
    ) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT param_name, param_value, distribution_json FROM trial_params \
                WHERE trial_id = ? ORDER BY param_id
                """, arguments: [id])
        for row in rows {
            guard let name = String.fromDatabaseValue(row[0]),
                let number = Double.fromDatabaseValue(row[1])
            else {
                throw KalsaeError(
                    "trial \(trial.number)", expected: "numbers of parameters", got: "others")
            }
            let json = String.fromDatabaseValue(row[2]) ?? ""
            let distribution = try OptunaDistribution(json: json, of: name)
            distributions.append((name, distribution))
            trial.parameters[name] = distribution.value(number)
        }
    }

    private func readAttributes(_ trial: inout TrialRecord, _ id: Int64) throws {
        // A trial that Optuna runs is never taken over: its lease does not lapse.
        trial.leasedUntil = .max
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT \"key\", value_json FROM trial_system_attributes WHERE trial_id = ?",
            arguments: [id])
        for row in rows {
            let key = String.fromDatabaseValue(row[0]) ?? ""
            guard key == Self.attribute || key == "fixed_params" else { continue }
            let json = try JSONValue(
                parsing: String.fromDatabaseValue(row[1]) ?? "", subject: key)
            if key == "fixed_params" {
                for member in json.members ?? [] where trial.parameters[member.key] == nil {
                    trial.parameters[member.key] = ParameterValue(json: member.value)
                }
                continue
            }
            trial.owner = json["owner"]?.string ?? ""
            trial.leasedUntil = json["leased_until"]?.integer ?? .max
            trial.attempts = json["attempts"]?.integer ?? 0
            trial.reason = json["reason"]?.string ?? ""
            trial.source = json["source"]?.string ?? ""
            trial.spaceVersion = json["space_version"]?.integer ?? 1
        }
    }

    /// Adds a trial.
    func insert(_ trial: TrialRecord, _ distributions: [String: OptunaDistribution]) throws {
        try database.execute(
            sql: """
                INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete) \
                VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [
                trial.number, study, OptunaValue.word(trial.state),
                OptunaValue.text(trial.started), OptunaValue.text(trial.ended),
            ])
        try writeParts(trial, database.lastInsertedRowID, distributions)
    }

    /// Writes all of a trial that is there.
    func write(
        _ trial: TrialRecord, _ id: Int64, _ distributions: [String: OptunaDistribution]
    ) throws {
        try database.execute(
            sql: """
                UPDATE trials SET state = ?, datetime_start = ?, datetime_complete = ? \
                WHERE trial_id = ?
                """,
            arguments: [
                OptunaValue.word(trial.state), OptunaValue.text(trial.started),
                OptunaValue.text(trial.ended), id,
            ])
        try writeParts(trial, id, distributions)
    }

    private func writeParts(
        _ trial: TrialRecord, _ id: Int64, _ distributions: [String: OptunaDistribution]
    ) throws {
        if trial.state == .waiting {
            try setAttribute("fixed_params", trial.parameters.json, id)
        } else {
            try database.execute(
                sql: "DELETE FROM trial_params WHERE trial_id = ?", arguments: [id])
            for (name, value) in zip(trial.parameters.names, trial.parameters.values) {
                guard let distribution = distributions[name],
                    let stored = distribution.stored(value)
                else { continue }
                try database.execute(
                    sql: """
                        INSERT INTO trial_params (trial_id, param_name, param_value, \
                        distribution_json) VALUES (?, ?, ?, ?)
                        """, arguments: [id, name, stored, distribution.text])
            }
        }
        for (objective, value) in trial.values.enumerated() {
            let (value, type) = OptunaValue.stored(value)
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO trial_values (trial_id, objective, value, value_type) \
                    VALUES (?, ?, ?, ?)
                    """, arguments: [id, objective, value, type])
        }
        for report in trial.reports {
            let (value, type) = OptunaValue.stored(report.value)
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO trial_intermediate_values (trial_id, step, \
                    intermediate_value, intermediate_value_type) VALUES (?, ?, ?, ?)
                    """, arguments: [id, report.step, value, type])
        }
        try writeAttribute(trial, id)
    }

    /// Writes what Optuna has no columns for.
    func writeAttribute(_ trial: TrialRecord, _ id: Int64) throws {
        try setAttribute(
            Self.attribute,
            [
                "owner": .string(trial.owner), "leased_until": .integer(trial.leasedUntil),
                "attempts": .integer(trial.attempts), "reason": .string(trial.reason),
                "source": .string(trial.source), "space_version": .integer(trial.spaceVersion),
            ], id)
    }

    private func setAttribute(_ key: String, _ value: JSONValue, _ id: Int64) throws {
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO trial_system_attributes (trial_id, "key", value_json) \
                VALUES (?, ?, ?)
                """, arguments: [id, key, value.text])
    }
}
