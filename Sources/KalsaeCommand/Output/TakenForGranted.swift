import KalsaeData
import KalsaeFiles

/// All guesses about a table that is trained on.
struct TakenForGranted {
    let reading: CSVGuesses
    let columns: TableGuesses

    /// The guesses as JSON.
    var json: JSONValue { ["reading": reading.json, "table": columns.json] }

    /// The guesses in lines of a terminal's width.
    var lines: [String] {
        let header = reading.hasHeader ? "with a header" : "without a header"
        let separator = reading.columns.count > 1 ? "\(reading.separator.name), " : ""
        let counts = columns.columns.filter { $0.role != .target }
            .reduce(into: [ColumnRole: Int]()) { $0[$1.role, default: 0] += 1 }
        let roles = ColumnRole.allCases.compactMap { role in
            counts[role].map { "\($0) \(role.rawValue)" }
        }
        return [
            "data: \(reading.encoding), \(separator)decimal \(reading.decimal.rawValue), \(header), "
                + "\(reading.rowCount) rows",
            "columns: " + roles.joined(separator: ", "),
            "each guess, why, and its option: kalsae data info",
        ]
    }
}
