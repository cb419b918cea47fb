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
        /// How many of its cells are what.
        let counts: CellCounts
    }

    /// How many cells of a column are what.
    struct CellCounts: Sendable, Equatable {
        var missing = 0
        var numbers = 0
        var texts = 0
        /// A number behind a 0 that no number would have, as `007`, was seen: all are text.
        var hasLeadingZeros = false
    }

    /// What a column holds: numbers when every cell that is not missing is one, written as numbers
    /// are: `007` is text, as the `01001` of a zip code is.
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
        /// Names that are written in more than one way which look alike, and were taken for one.
        package var alike: [String] = []

        /// What is told of them; nil where there are none.
        package var note: String? {
            guard !alike.isEmpty else { return nil }
            let shown = Set(alike).sorted().prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
            return "has letters with accents that are written in two ways (Unicode normalization), "
                + "read alike: \(shown)"
        }
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
            Self.column(index, name: csv.header?[index] ?? "column \(index + 1)", csv)
        }
    }

    /// The cells of a CSV file as columns that are known.
    init(csv: CSV, columns: [Column]) {
        (self.csv, self.columns) = (csv, columns)
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

    /// The numbers of a column, NaN where missing; throws at the first infinite number, and at the
    /// first text that is not one of `words`, which count as missing. Codes as `007` are the numbers
    /// that they spell.
    public func numbers(
        of column: Int, missing words: Set<String> = []
    ) throws(KalsaeError) -> [Double] {
        let (numbers, strays) = readNumbers(of: column, missing: words)
        if let row = strays.first { throw fault(column, row, expected: "a number") }
        if let row = numbers.firstIndex(where: { $0.isInfinite }) {
            throw fault(
                column, row, expected: "a finite number",
                advice: "leave the cell empty where the value is unknown")
        }
        return numbers
    }

    /// The numbers of a column, NaN where a cell is missing or text, and the rows of texts that are
    /// none of `words`, which count as missing.
    func readNumbers(
        of column: Int, missing words: Set<String>
    ) -> (numbers: [Double], strays: [Int]) {
        var numbers = [Double](repeating: .nan, count: rowCount)
        var strays: [Int] = []
        switch columns[column].contents {
        case .nothing: break
        case .numbers(let all): numbers = all
        case .texts(let texts):
            for row in 0..<rowCount {
                switch csv.cell(row: row, column: column) {
                case .missing: break
                case .number(let value): numbers[row] = value
                case .infinite: numbers[row] = .infinity
                case .text:
                    if let value = csv.zeroLedNumber(row: row, column: column) {
                        numbers[row] = value
                        continue
                    }
                    let code = Int(texts.codes[row])
                    if code >= 0, !words.contains(texts.names[code]) { strays.append(row) }
                }
            }
        }
        return (numbers, strays)
    }

    /// The different texts among a column's numbers, and the row of the first.
    func words(among column: Int) -> (words: Set<String>, first: Int?) {
        guard case .texts(let texts) = columns[column].contents else { return ([], nil) }
        var words: Set<String> = []
        var first: Int?
        for row in 0..<rowCount where csv.cell(row: row, column: column) == .text {
            let code = Int(texts.codes[row])
            guard code >= 0 else { continue }
            words.insert(texts.names[code])
            first = first ?? row
        }
        return (words, first)
    }

    /// The rows of a column whose text spells no number, codes as `007` not among them.
    func unreadableRows(of column: Int) -> [Int] {
        guard case .texts(let texts) = columns[column].contents else { return [] }
        return (0..<rowCount).filter { row in
            texts.codes[row] >= 0 && csv.cell(row: row, column: column) == .text
                && csv.zeroLedNumber(row: row, column: column) == nil
        }
    }

    /// Whether a row of a column is missing, or holds one of `words`.
    func isMissing(in column: Int, words: Set<String>) -> (Int) -> Bool {
        switch columns[column].contents {
        case .nothing: return { _ in true }
        case .numbers(let numbers): return { numbers[$0].isNaN }
        case .texts(let texts):
            let isWord = texts.names.map { words.contains($0) }
            return { texts.codes[$0] < 0 || isWord[Int(texts.codes[$0])] }
        }
    }

    /// The texts of a column, numbers as they are written.
    public func texts(of column: Int) -> Texts {
        switch columns[column].contents {
        case .texts(let texts): return texts
        case .numbers: return Self.texts(of: column, csv)
        case .nothing: return Texts(codes: [Int32](repeating: -1, count: rowCount), names: [])
        }
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

    private static func column(_ index: Int, name: String, _ csv: CSV) -> Column {
        let known = csv.columns[index]
        var counts = CellCounts(
            missing: known.missingCount, numbers: known.numberCount,
            hasLeadingZeros: known.hasLeadingZeros)
        if known.kind == .nothing {
            return Column(name: name, contents: .nothing, counts: counts)
        }
        if known.unreadableCount == 0, let numbers = csv.numbers(of: index) {
            return Column(name: name, contents: .numbers(numbers), counts: counts)
        }
        let texts = texts(of: index, csv)
        counts.missing = texts.codes.count { $0 < 0 }
        counts.texts = csv.rowCount - counts.missing - counts.numbers
        return Column(
            name: name, contents: texts.names.isEmpty ? .nothing : .texts(texts), counts: counts)
    }

    private static func texts(of column: Int, _ csv: CSV) -> Texts {
        let all = csv.codesWithAlike(of: column)
        return Texts(codes: all.codes, names: all.names, alike: all.alike)
    }
}
