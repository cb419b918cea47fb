import KalsaeSupport

/// A table of text cells from a CSV file.
///
/// RFC 4180 with what is met in practice: the encoding, the separator, the decimal mark, the header
/// and the words for missing cells are guessed unless `CSVOptions` tell them, and `guesses` says
/// what was taken. Lines end with LF, CRLF or CR. Blank lines are skipped, but for files of one
/// column, where they are missing cells; every other line has the same number of cells.
public struct CSV: Sendable {
    /// Whether the first row names the columns.
    public enum HeaderRule: Sendable {
        /// Decide by the contents.
        case sniffed
        /// It does.
        case present
        /// It is data.
        case absent
    }

    /// What one cell holds.
    public enum Cell: Equatable, Sendable {
        /// Nothing, or a word for nothing: in every column one of pandas (`NA`, `null`, `#N/A`, …)
        /// or `?`, unless it is quoted in a column of text; among numbers `-`, `.`, `unknown` and
        /// the like as well.
        case missing
        /// A finite number.
        case number(Double)
        /// `inf`, `infinity`, or a number beyond a `Double`.
        case infinite
        /// Anything else; whole numbers that begin with 0 in a column that has some.
        case text
    }

    /// What errors call the file.
    public let subject: String
    /// What was taken for granted, and what was told.
    public let guesses: CSVGuesses
    /// The names in the first row; nil when the file has none.
    public let header: [String]?

    /// All cells; of a table that is read in parts those of the columns whose text is kept.
    let records: CSVRecords
    let firstRow: Int
    /// Where a table that is read in parts has its other cells.
    let pages: CSVPages?
    let cells: CellReader
    /// The numbers of each column, NaN where there is none; empty where they are not kept.
    let numbers: [[Double]]
    /// How records are told apart, for what a stream reads next.
    let dialect: CSVDialect
    /// The cells that name the columns; rows that repeat them are no data.
    let headerCells: [[UInt8]]
    /// The lines of rows that were taken from another file; nil for a file's own.
    private var lines: [Int]?

    /// What the columns hold, and how their numbers are written.
    public var columns: [CSVColumn] { guesses.columns }
    /// What lies between cells.
    public var separator: CSVSeparator { guesses.separator }
    /// Cells a row.
    public var columnCount: Int { columns.count }
    /// Rows of data, the header not counted.
    public var rowCount: Int { pages?.rowCount ?? records.count - firstRow }

    /// Reads the file at `path`, plain or gzip; standard input for `-`.
    public init(path: String, options: CSVOptions = CSVOptions()) throws(KalsaeError) {
        if let table = try Self.inParts(path: path, options: options) {
            self = table
            return
        }
        try self.init(
            FileBytes.read(path), subject: FileBytes.subject(of: path), options: options)
    }

    /// Reads the file at `path` with a rule for its header.
    public init(path: String, header: HeaderRule) throws(KalsaeError) {
        try self.init(path: path, options: CSVOptions(header: header))
    }

    /// Reads the bytes of a file; `subject` names it in errors, which give the line.
    public init(
        _ file: [UInt8], subject: String = "CSV data", options: CSVOptions = CSVOptions()
    ) throws(KalsaeError) {
        var bytes = file
        let isCompressed = Gzip.isGzip(file)
        if isCompressed { bytes = try Gzip.decompress(file, subject: subject) }
        try FileKind.check(bytes, subject: subject)
        guard !bytes.isEmpty else {
            throw KalsaeError(subject, expected: "rows of cells", got: "an empty file")
        }
        var decoder = TextDecoder(subject: subject, encoding: options.encoding)
        bytes = try decoder.decode(bytes, isLast: true)
        let source = CSVSource(
            subject: subject, options: options, encoding: decoder.encoding?.name ?? "UTF-8",
            hasEncodingMark: decoder.hasMark, isCompressed: isCompressed)
        if bytes.count >= Self.partsFrom, let table = CSV(CSVText(bytes), source, CSVParts()) {
            self = table
            return
        }
        guard let table = try CSV(text: consume bytes, source, isLast: true) else {
            throw KalsaeError(subject, expected: "rows of data", got: "none")
        }
        self = table
    }

    /// Reads the bytes of a file with a rule for its header.
    public init(
        _ file: [UInt8], subject: String = "CSV data", header: HeaderRule
    ) throws(KalsaeError) {
        try self.init(file, subject: subject, options: CSVOptions(header: header))
    }

    init(
        subject: String, guesses: CSVGuesses, header: [String]?, records: CSVRecords, firstRow: Int,
        cells: CellReader, numbers: [[Double]], dialect: CSVDialect,
        headerCells: [[UInt8]], pages: CSVPages? = nil
    ) {
        self.pages = pages
        self.subject = subject
        self.guesses = guesses
        self.header = header
        self.records = records
        self.firstRow = firstRow
        self.cells = cells
        self.numbers = numbers
        self.dialect = dialect
        self.headerCells = headerCells
    }

    /// What the cell holds; `row` counts rows of data from 0.
    public func cell(row: Int, column: Int) -> Cell {
        if !numbers[column].isEmpty {
            let value = numbers[column][row]
            if !value.isNaN { return value.isFinite ? .number(value) : .infinite }
            if isNumbersAlone(column) { return .missing }
        }
        let known = columns[column]
        return withCell(row: row, column: column) { cell, isQuoted in
            switch cells.read(cell, preferring: known.decimal) {
            case .empty: return .missing
            case .number(let number):
                // Another unit than the column's.
                if !numbers[column].isEmpty { return .text }
                if number.unit != 0, number.unit != known.unitCode { return .text }
                return number.value.isFinite ? .number(number.value) : .infinite
            case .zeroLed(let value): return known.hasLeadingZeros ? .text : .number(value)
            case .word(let word):
                if cells.words.areGiven || known.kind != .text { return .missing }
                return cells.words.reach(of: word) == .everywhere && !isQuoted ? .missing : .text
            case .text: return .text
            }
        }
    }

    /// The number that the cell spells, whatever the column is taken for: `007` is 7, `5%` is 5.
    /// Nil for missing cells and text.
    public func number(row: Int, column: Int) -> Double? {
        if isNumbersAlone(column) {
            let value = numbers[column][row]
            return value.isNaN ? nil : value
        }
        return withCell(row: row, column: column) { cell, _ in
            switch cells.read(cell, preferring: columns[column].decimal) {
            case .number(let number): return number.value
            case .zeroLed(let value): return value
            default: return nil
            }
        }
    }

    /// The number of a cell that is text for the 0 in front alone, as `007` in a column of codes; nil
    /// for any other cell.
    public func zeroLedNumber(row: Int, column: Int) -> Double? {
        let known = columns[column]
        guard known.hasLeadingZeros else { return nil }
        return withCell(row: row, column: column) { cell, _ -> Double? in
            switch cells.read(cell, preferring: known.decimal) {
            case .zeroLed(let value): return value
            default: return nil
            }
        }
    }

    /// The numbers of a column of numbers, NaN where a cell is missing or unreadable, infinite where
    /// it is; nil for other columns.
    public func numbers(of column: Int) -> [Double]? {
        if columns[column].kind != .numbers { return nil }
        if !numbers[column].isEmpty { return numbers[column] }
        return (0..<rowCount).map { number(row: $0, column: column) ?? .nan }
    }

    /// The cell's text: quotes undone; without quotes, spaces at its ends dropped.
    public func text(row: Int, column: Int) -> String {
        withCell(row: row, column: column) { cell, _ in String(decoding: cell, as: UTF8.self) }
    }

    /// Whether the cell stands in quotes.
    public func isQuoted(row: Int, column: Int) -> Bool {
        withCell(row: row, column: column) { $1 }
    }

    /// The line of the file where a row begins, counted from 1.
    public func line(ofRow row: Int) -> Int {
        lines?[row] ?? pages?.line(ofRow: row) ?? records.line(ofRow: row + firstRow)
    }

    /// The same table with other lines, one a row.
    func at(lines: [Int]) -> CSV {
        var table = self
        if lines.count == rowCount { table.lines = lines }
        return table
    }

    /// Whether each cell of a column is a number in memory, or missing.
    private func isNumbersAlone(_ column: Int) -> Bool {
        pages.map { $0.positions[column] == nil } ?? false
    }

    private func withCell<Result>(
        row: Int, column: Int, _ body: (UnsafeBufferPointer<UInt8>, Bool) -> Result
    ) -> Result {
        var position = column
        if let pages {
            guard let kept = pages.positions[column] else {
                return pages.withCell(row: row, column: column, body)
            }
            position = kept
        }
        return records.withCells { view in
            let (cell, isQuoted) = view.cell(row: row + firstRow, column: position)
            return body(cell, isQuoted)
        }
    }
}
