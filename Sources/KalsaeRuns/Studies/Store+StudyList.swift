import GRDB
import KalsaeFiles
import KalsaeSupport

/// A study as a list shows it.
package struct StudyOverview: Sendable {
    package let name: String
    package let created: Int
    /// `minimize` or `maximize` for each objective.
    package let directions: [String]
    package let trials: Int
    /// How many trials are in each state.
    package let states: [(name: String, count: Int)]
    /// The complete trial that is best by the first objective.
    package let best: (number: Int, objectives: JSONValue)?
}

extension Store {
    /// All studies, in the order in which they were made.
    package func studyOverviews() throws(KalsaeError) -> [StudyOverview] {
        try read { database in
            let counts = try Row.fetchAll(
                database,
                sql: "SELECT study, state, count(*) FROM trials GROUP BY study, state")
            let states = Dictionary(grouping: counts) { $0[0] as Int64 }
            return try Row.fetchAll(database, sql: "SELECT * FROM studies ORDER BY id").map { row in
                let study: Int64 = row["id"]
                let directions =
                    JSONValue(stored: row["directions"]).array?.compactMap(\.string) ?? []
                let order = directions.first == "maximize" ? "DESC" : "ASC"
                // Infinite objectives are texts; no trial is best by one.
                let best = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT number, objectives FROM trials WHERE study = ? \
                        AND state = 'complete' AND source = '' \
                        AND json_type(objectives, '$[0]') IN ('real', 'integer') \
                        ORDER BY json_extract(objectives, '$[0]') \(order), number LIMIT 1
                        """, arguments: [study])
                return StudyOverview(
                    name: row["name"], created: row["created"], directions: directions,
                    trials: row["trials"],
                    states: (states[study] ?? []).map { ($0[1], $0[2]) },
                    best: best.map { ($0[0], JSONValue(stored: $0[1])) })
            }
        }
    }

    /// The directions of a study; nil where there is none of this name.
    package func studyDirections(_ name: String) throws(KalsaeError) -> [String]? {
        let text = try read { database in
            try String.fetchOne(
                database, sql: "SELECT directions FROM studies WHERE name = ?",
                arguments: [name])
        }
        return text.map { JSONValue(stored: $0).array?.compactMap(\.string) ?? [] }
    }
}
