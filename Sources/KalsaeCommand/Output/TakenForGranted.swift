import KalsaeData
import KalsaeFiles
import KalsaeSupport

/// All guesses about a table that is trained on.
struct TakenForGranted {
    let reading: CSVGuesses
    let columns: TableGuesses
    /// Rows that were drawn at random, and what of them depends on the draw; nil where all were read.
    var sample: Sample?

    /// Rows of a file that does not fit into memory.
    struct Sample {
        /// How many were drawn.
        var rows: Int
        /// Whether the model learns no others; else guesses alone are made by them.
        var isLearned: Bool
    }

    /// The guesses as JSON.
    var json: JSONValue {
        var members: [JSONValue.Member] = [
            JSONValue.Member("reading", reading.json), JSONValue.Member("table", columns.json),
        ]
        if let sample {
            members.append(
                JSONValue.Member(
                    "sample",
                    [
                        "rows": .integer(sample.rows), "of": .integer(reading.rowCount),
                        "is_all_that_is_learned": .bool(sample.isLearned),
                    ]))
        }
        return .object(members)
    }

    private var sampleLines: [String] {
        guard let sample else { return [] }
        let text =
            "\(sample.rows.counting("row")) of \(reading.rowCount), drawn at random (--memory)"
        return [
            sample.isLearned
                ? "sample: learned are \(text)"
                : "sample: columns are judged, and scaled, by \(text)"
        ]
    }

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
                + reading.rowCount.counting("row"),
            "columns: " + roles.joined(separator: ", "),
            "each guess, why, and its option: kalsae data info",
        ] + sampleLines
    }
}
