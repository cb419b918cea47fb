import KalsaeSupport

/// A CSV file of any length as tables of some rows each, in bounded memory.
///
/// Separator, header, encoding and the writing of numbers are guessed from the first part, or told,
/// and hold for the rest:
///
///     let stream = try CSVStream(path: "-")
///     while let rows = try stream.next() { … }
public final class CSVStream {
    /// Bytes read at a time.
    public static let defaultPartSize = 1 << 20
    /// The longest row; a quote that is never closed ends there.
    static let longestRow = 1 << 26

    /// What errors call the file.
    public let subject: String
    /// The names in the first row; nil when the file has none.
    public var header: [String]? { first.header }
    /// What was taken for granted by the first part, whose rows it counts.
    public var guesses: CSVGuesses { first.guesses }

    private var reader: TextReader
    let first: CSV
    /// The table that tells how columns of further rows are read.
    var template: CSV
    /// Text that is read and not yet given.
    private var pending: [UInt8]
    private var line: Int
    private var isFirstGiven = false

    /// Opens the file at `path`, plain or gzip, or standard input for `-`, and reads its first part.
    /// Throws as `CSV` does.
    public init(
        path: String, options: CSVOptions = CSVOptions(), partSize: Int = CSVStream.defaultPartSize
    ) throws(KalsaeError) {
        var reader = try TextReader(
            path: path, encoding: options.encoding, partSize: max(16, partSize))
        var text: [UInt8] = []
        var table: CSV?
        while table == nil {
            try reader.read(into: &text)
            if text.isEmpty, !reader.isAtEnd { continue }
            let encoding = reader.encoding
            let source = CSVSource(
                subject: reader.subject, options: options, encoding: encoding.name,
                hasEncodingMark: encoding.hasMark, isCompressed: reader.isCompressed)
            table = try CSV(text: text, source, isLast: reader.isAtEnd)
            try Self.check(text, reader.subject, hasRows: table != nil)
        }
        guard let table else {
            throw KalsaeError(reader.subject, expected: "rows of cells", got: "an empty file")
        }
        subject = reader.subject
        (first, template) = (table, table)
        pending = Array(text[table.records.consumed...])
        line = table.records.nextLine
        self.reader = reader
    }

    /// The next rows, at least one; nil behind the last. Throws with the line of the file, as `CSV`
    /// does.
    public func next() throws(KalsaeError) -> CSV? {
        if !isFirstGiven {
            isFirstGiven = true
            return first
        }
        while !(reader.isAtEnd && pending.isEmpty) {
            try reader.read(into: &pending)
            let table = try template.following(pending, line: line, isLast: reader.isAtEnd)
            try Self.check(pending, subject, hasRows: table.records.count > 0)
            pending = reader.isAtEnd ? [] : Array(pending[table.records.consumed...])
            line = table.records.nextLine
            if table.records.count > 0 { return table }
        }
        return nil
    }

    static func check(
        _ text: [UInt8], _ subject: String, hasRows: Bool
    ) throws(KalsaeError) {
        guard hasRows || text.count <= longestRow else {
            throw KalsaeError(
                subject, expected: "rows of at most \(longestRow) bytes", got: "a longer one",
                advice: "a quote may not be closed; --quote none takes quotes as data")
        }
    }
}

extension CSV {
    /// The table of further rows of the same file.
    func following(
        _ text: [UInt8], line: Int, isLast: Bool
    ) throws(KalsaeError) -> CSV {
        var settings = CSVRecords.Settings(subject: subject, dialect: dialect)
        settings.line = line
        settings.isLast = isLast
        settings.columnCount = columnCount
        settings.footerLines = guesses.options.skippedFooterLines
        var records = try CSVRecords(text, settings)
        records.remove(records.rows(from: 0, equal: headerCells))
        if settings.footerLines == nil {
            let count = CSVFooter.trailingRows(records, after: 0, isPart: true)
            if isLast {
                records.remove(Array((records.count - count)..<records.count))
            } else {
                records.holdBack(count)
            }
        }
        let reader = ColumnReader(
            records: records, firstRow: 0, names: columns.map(\.name), cells: cells,
            decimal: guesses.options.decimal, isSemicolonSeparated: separator == .semicolon)
        let (columns, numbers) = reader.read(like: self.columns)
        return CSV(
            subject: subject, guesses: guesses.following(records, columns), header: header,
            records: records, firstRow: 0, cells: cells, numbers: numbers, dialect: dialect,
            headerCells: headerCells)
    }
}

extension CSVGuesses {
    /// The same guesses about further rows.
    func following(_ records: CSVRecords, _ columns: [CSVColumn]) -> CSVGuesses {
        following(
            Counts(
                rows: records.count, comments: records.commentCount,
                blankLines: records.blankCount, longRows: records.longRowCount,
                repeatedHeaders: repeatedHeaderCount, footer: records.footer), columns)
    }

    /// The same guesses about further rows that were counted.
    func following(_ counts: Counts, _ columns: [CSVColumn]) -> CSVGuesses {
        CSVGuesses(
            options: options, encoding: encoding, hasEncodingMark: hasEncodingMark,
            isCompressed: isCompressed, separator: separator, hasSeparatorLine: hasSeparatorLine,
            skippedLineCount: skippedLineCount, commentCount: counts.comments,
            hasHeader: hasHeader, headerReason: headerReason, headerLineCount: headerLineCount,
            renamed: renamed, rowCount: counts.rows, blankLineCount: counts.blankLines,
            longRowCount: counts.longRows, repeatedHeaderCount: counts.repeatedHeaders,
            footer: counts.footer.map { Footer(line: $0.line, text: $0.text) } ?? footer,
            columns: columns)
    }
}
