import KalsaeFiles

/// Numbers that a lesson shows: a matrix, or rows with names.
public struct LessonTable: Sendable, Equatable {
    /// The name in captions and files.
    public let name: String
    /// What stands above it.
    public let title: String
    /// The names of the columns; empty for none.
    public let columns: [String]
    /// The rows; a row's name may be empty.
    public let rows: [Row]

    /// A row of a table.
    public struct Row: Sendable, Equatable {
        /// What the row is.
        public let name: String
        /// Its numbers.
        public let values: [Double]

        init(_ name: String, _ values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    init(_ name: String, _ title: String, columns: [String] = [], rows: [Row]) {
        self.name = name
        self.title = title
        self.columns = columns
        self.rows = rows
    }

    /// A matrix whose rows have no names.
    static func matrix(
        _ name: String, _ title: String, _ values: [Double], columns: Int
    ) -> LessonTable {
        let starts = stride(from: 0, to: values.count, by: max(columns, 1))
        return LessonTable(
            name, title,
            rows: starts.map { Row("", Array(values[$0..<min($0 + columns, values.count)])) })
    }

    /// The table as one object.
    public var json: JSONValue {
        [
            "name": .string(name), "title": .string(title),
            "columns": .array(columns.map { .string($0) }),
            "rows": .array(
                rows.map { row in
                    [
                        "name": .string(row.name),
                        "values": .array(row.values.map { .number($0) }),
                    ]
                }),
        ]
    }

    /// The cells as text, each column with its own number of decimals; a row's name is the first
    /// cell where any row has one.
    public var cells: [[String]] {
        let width = rows.map(\.values.count).max() ?? 0
        let texts = (0..<width).map { column in
            LessonNumber.column(
                rows.map { $0.values.indices.contains(column) ? $0.values[column] : .nan })
        }
        let isNamed = rows.contains { !$0.name.isEmpty }
        return rows.enumerated().map { index, row in
            (isNamed ? [row.name] : []) + row.values.indices.map { texts[$0][index] }
        }
    }
}
