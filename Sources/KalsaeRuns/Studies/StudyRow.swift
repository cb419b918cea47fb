import GRDB

/// A study as it is stored: its space and directions are JSON for whoever searches.
package struct StudyRow: Sendable {
    /// The row of the study.
    package let row: Int64
    package let directions: String
    package let space: String
    /// Whether it was made just now.
    package let isNew: Bool
}

/// A trial as it is stored.
package struct TrialRow: Sendable {
    package var number: Int
    package var state: String
    package var parameters: String
    package var objectives: String
    package var reason: String
    package var spaceVersion: Int
    package var started: Int
    package var ended: Int
    package var owner: String
    package var leasedUntil: Int
    package var attempts: Int
    package var source: String
    /// The id of its run; empty where it has none.
    package var run: String
    package var reports: [(step: Int, value: Double)]

    package init(
        number: Int, state: String, parameters: String, objectives: String, reason: String,
        spaceVersion: Int, started: Int, ended: Int, owner: String, leasedUntil: Int,
        attempts: Int, source: String, run: String, reports: [(step: Int, value: Double)]
    ) {
        (self.number, self.state, self.parameters) = (number, state, parameters)
        (self.objectives, self.reason, self.spaceVersion) = (objectives, reason, spaceVersion)
        (self.started, self.ended, self.owner) = (started, ended, owner)
        (self.leasedUntil, self.attempts, self.source) = (leasedUntil, attempts, source)
        (self.run, self.reports) = (run, reports)
    }

    init(_ row: Row) {
        self.init(
            number: row["number"], state: row["state"], parameters: row["parameters"],
            objectives: row["objectives"], reason: row["reason"],
            spaceVersion: row["space_version"], started: row["started"], ended: row["ended"],
            owner: row["owner"], leasedUntil: row["leased_until"], attempts: row["attempts"],
            source: row["source"], run: row["run_key"] ?? "", reports: [])
    }
}

/// What changed in a study behind a revision.
package struct StudyRowChanges: Sendable {
    package var revision: Int
    package var trials: [TrialRow] = []
    /// The space as JSON, where it changed.
    package var space: String?
}
