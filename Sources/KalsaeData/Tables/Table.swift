import KalsaeFiles
import KalsaeSupport

/// A CSV file as columns with a name and a type each.
public struct Table: Sendable {
    /// One column.
    public struct Column: Sendable {
        /// Its name in the header; `column 3` for the third of a file without one.
        public let name: String
        /// What it holds.
        public let contents: Contents
    }

    /// What a column holds: numbers when every cell that is not missing is one.
    public enum Contents: Sendable {
        /// A number a row, NaN where it is missing.
        case numbers([Double])
        /// Text in a few or many different spellings.
        case texts(Texts)
        /// No cell holds anything.
        case nothing
    }

    /// A column of text: for each row the index of its text, -1 where it is missing.
    public struct Texts: Sendable, Equatable {
        /// An index into `names` a row, or -1.
        public let codes: [Int32]
        /// The different texts, in order of appearance.
        public let names: [String]
    }

    /// The cells.
    public let csv: CSV
    /// The columns, in the file's order.
    public let columns: [Column]

    /// Rows of data.
    public var rowCount: Int { csv.rowCount }
    /// What errors call the file.
    public var subject: String { csv.subject }
    /// Whether the columns have names of their own.
    public var hasHeader: Bool { csv.header != nil }

    /// Reads the CSV file at `path`.
    public init(path: String, header: CSV.HeaderRule = .sniffed) throws(KalsaeError) {
        self.init(try CSV(path: path, header: header))
    }

    /// The columns of a CSV file.
    public init(_ csv: CSV) {
        self.csv = csv
        columns = (0..<csv.columnCount).map { index in
            let name = csv.header?[index] ?? "column \(index + 1)"
            return Column(name: name, contents: Self.contents(of: index, csv))
        }
    }

    /// The position of a column by its name or, when no column has that name, its number counted
    /// from 1. Throws with the nearest name when there is none.
    public func position(of reference: String) throws(KalsaeError) -> Int {
        if let position = columns.firstIndex(where: { $0.name == reference }) { return position }
        if let number = Int(reference), columns.indices.contains(number - 1) { return number - 1 }
        guard hasHeader else {
            throw KalsaeError(
                subject, expected: "a column number from 1 to \(columns.count)",
                got: "\"\(reference)\"", advice: "the file has no header, so columns have no names")
        }
        throw missing(column: reference)
    }

    /// The error for a name that no column has.
    func missing(column name: String) -> KalsaeError {
        let names = columns.map(\.name)
        let near = SpellingSuggestion.of(name, in: names)
        let shown = names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
        return KalsaeError(
            subject, expected: "a column named \"\(name)\"",
            got: names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown,
            advice: near.map { "did you mean \"\($0)\"?" } ?? "check the name")
    }

    /// The numbers of a column, NaN where missing; throws at the first text or infinite number.
    public func numbers(of column: Int) throws(KalsaeError) -> [Double] {
        switch columns[column].contents {
        case .nothing: return [Double](repeating: .nan, count: rowCount)
        case .numbers(let numbers):
            if let row = numbers.firstIndex(where: { $0.isInfinite }) {
                throw fault(
                    column, row, expected: "a finite number",
                    advice: "leave the cell empty where the value is unknown")
            }
            return numbers
        case .texts:
            let row = (0..<rowCount).first { csv.cell(row: $0, column: column) == .text }
            throw fault(column, row ?? 0, expected: "a number")
        }
    }

    /// Whether a row of a column is missing.
    func missing(in column: Int) -> (Int) -> Bool {
        switch columns[column].contents {
        case .nothing: { _ in true }
        case .numbers(let numbers): { numbers[$0].isNaN }
        case .texts(let texts): { texts.codes[$0] < 0 }
        }
    }

    /// The texts of a column, numbers as they are written.
    public func texts(of column: Int) -> Texts {
        if case .texts(let texts) = columns[column].contents { return texts }
        return Self.texts(of: column, csv)
    }

    /// The error for one cell.
    func fault(
        _ column: Int, _ row: Int, expected: String, advice: String = ""
    ) -> KalsaeError {
        KalsaeError(
            subject, expected: "\(expected) in the column \"\(columns[column].name)\"",
            got: "\"\(csv.text(row: row, column: column))\" on line \(csv.line(ofRow: row))",
            advice: advice)
    }

    private static func contents(of column: Int, _ csv: CSV) -> Contents {
        var numbers: [Double] = []
        numbers.reserveCapacity(csv.rowCount)
        var isEmpty = true
        for row in 0..<csv.rowCount {
            switch csv.cell(row: row, column: column) {
            case .missing: numbers.append(.nan)
            case .number(let value): numbers.append(value)
            case .infinite: numbers.append(.infinity)
            case .text: return .texts(texts(of: column, csv))
            }
            if let last = numbers.last, !last.isNaN { isEmpty = false }
        }
        return isEmpty ? .nothing : .numbers(numbers)
    }

    private static func texts(of column: Int, _ csv: CSV) -> Texts {
        var codesByText: [String: Int32] = [:]
        var names: [String] = []
        var codes: [Int32] = []
        codes.reserveCapacity(csv.rowCount)
        for row in 0..<csv.rowCount {
            if csv.cell(row: row, column: column) == .missing {
                codes.append(-1)
                continue
            }
            let text = csv.text(row: row, column: column)
            if let code = codesByText[text] {
                codes.append(code)
            } else {
                let code = Int32(names.count)
                codesByText[text] = code
                names.append(text)
                codes.append(code)
            }
        }
        return Texts(codes: codes, names: names)
    }
}
