import KalsaeFiles
import KalsaeSupport

/// What a column says of the rows, beside what it is as an input.
public enum RowMark: String, Sendable, CaseIterable {
    /// How much the row counts.
    case weight
    /// Which rows belong together.
    case group
    /// When the row was.
    case time
}

/// Weights, groups and times of rows, from the columns that a caller named.
struct RowMarks {
    let table: Table
    let options: TableOptions

    init(_ table: Table, _ options: TableOptions) {
        self.table = table
        self.options = options
    }

    /// The columns that mark rows; throws where one is not there, is the target, or is asked for twice.
    func columns(target: Int?) throws(KalsaeError) -> [Int: RowMark] {
        if let group = options.group, let time = options.time {
            throw KalsaeError(
                table.subject, expected: "groups or times to split by",
                got: "groups \"\(group)\" and times \"\(time)\"",
                advice: "leave one of them out")
        }
        var marks: [Int: RowMark] = [:]
        let asked = [
            (RowMark.weight, options.weight), (.group, options.group), (.time, options.time),
        ]
        for (mark, name) in asked {
            guard let name else { continue }
            let column = try table.position(of: name)
            guard column != target, marks[column] == nil else {
                let other = marks[column].map { "that of each row's \($0.rawValue)" }
                throw KalsaeError(
                    table.subject,
                    expected: "a column of its own for each row's \(mark.rawValue)",
                    got: "\"\(name)\", \(other ?? "the target")")
            }
            marks[column] = mark
        }
        return marks
    }

    /// - Parameter mayBeZero: whether all rows may count for nothing.
    func weights(_ rows: [Int], mayBeZero: Bool = false) throws(KalsaeError) -> [Float]? {
        guard let name = options.weight else { return nil }
        let column = try table.position(of: name)
        let numbers = try table.numbers(of: column)
        let isRight = { (row: Int) in numbers[row] >= 0 && Float(numbers[row]).isFinite }
        if let row = rows.first(where: { !isRight($0) }) {
            throw table.fault(column, row, expected: "a weight of at least 0")
        }
        guard mayBeZero || rows.isEmpty || rows.contains(where: { numbers[$0] > 0 }) else {
            throw KalsaeError(
                table.subject,
                expected: "a weight above 0 in the column \"\(table.columns[column].name)\"",
                got: "\(rows.count) zeros")
        }
        return rows.map { Float(numbers[$0]) }
    }

    /// How the dates of the column of times are written; nil for numbers.
    func dateOrder() throws(KalsaeError) -> DateOrder? {
        guard let name = options.time else { return nil }
        let column = try table.position(of: name)
        if case .numbers = table.columns[column].contents { return nil }
        return DateOrder.guess(table.texts(of: column), dayFirst: options.dayFirst)?.order
    }

    /// A row without a group is a group of its own.
    func groups(_ rows: [Int]) throws(KalsaeError) -> [Int32]? {
        guard let name = options.group else { return nil }
        let texts = table.texts(of: try table.position(of: name))
        var next = Int32(texts.names.count)
        var groups: [Int32] = []
        for row in rows {
            let code = texts.codes[row]
            groups.append(code >= 0 ? code : next)
            if code < 0 { next += 1 }
        }
        return groups
    }

    /// When rows were.
    ///
    /// - Parameter known: how dates are written, where that is known from more rows.
    func times(_ rows: [Int], _ known: DateOrder? = nil) throws(KalsaeError) -> [Double]? {
        guard let name = options.time else { return nil }
        let column = try table.position(of: name)
        let cells: [Double?]
        if case .numbers(let numbers) = table.columns[column].contents {
            cells = rows.map { numbers[$0] }
        } else {
            let texts = table.texts(of: column)
            let order = known ?? DateOrder.guess(texts, dayFirst: options.dayFirst)?.order
            let values: [Double?] = texts.names.map { text in
                guard let order else { return Double(text) }
                return DateText.parse(text, order)?.elapsed
            }
            cells = rows.map { row in
                texts.codes[row] < 0 ? nil : values[Int(texts.codes[row])]
            }
        }
        var times: [Double] = []
        for (cell, row) in zip(cells, rows) {
            guard let cell, cell.isFinite else {
                throw table.fault(column, row, expected: "a date or number to split by")
            }
            times.append(cell)
        }
        return times
    }
}

extension Table {
    /// How much rows count, by the column of a name.
    ///
    /// - Throws: a `KalsaeError` where it is not there, and for a cell that is no number of at least 0.
    package func weights(
        in name: String, rows: [Int]
    ) throws(KalsaeError) -> [Float] {
        var options = TableOptions()
        options.weight = name
        return try RowMarks(self, options).weights(rows, mayBeZero: true) ?? []
    }
}
