import KalsaeSupport

/// A table of text cells from a CSV file.
///
/// RFC 4180 with what is met in practice: UTF-8 with or without a byte order mark, lines ended by
/// LF, CRLF or CR, separators `,` `;` and tab, gzip. Blank lines are skipped; every other line has
/// the same number of cells.
public struct CSV: Sendable {
    /// Whether the first row names the columns.
    public enum HeaderRule: Sendable {
        /// Decide by the contents: see `CSVSniffer.hasHeader`.
        case sniffed
        /// It does.
        case present
        /// It is data.
        case absent
    }

    /// What one cell holds.
    public enum Cell: Equatable, Sendable {
        /// Nothing, or a word for nothing: `NA` `N/A` `n/a` `NaN` `nan` `NULL` `null` `?`.
        case missing
        /// A finite number.
        case number(Double)
        /// `inf`, `infinity`, or a number beyond a `Double`.
        case infinite
        /// Anything else.
        case text
    }

    /// What errors call the file.
    public let subject: String
    /// The byte between cells.
    public let separator: UInt8
    /// The names in the first row; nil when the file has none.
    public let header: [String]?
    /// Cells a row.
    public let columnCount: Int
    /// Rows of data, the header not counted.
    public let rowCount: Int

    private let records: CSVRecords
    private let firstRow: Int

    /// Reads the file at `path`, plain or gzip.
    public init(path: String, header: HeaderRule = .sniffed) throws(KalsaeError) {
        try self.init(FileBytes.read(path), subject: path, header: header)
    }

    /// Reads the bytes of a file; `subject` names it in errors, which give the line.
    public init(
        _ file: [UInt8], subject: String = "CSV data", header rule: HeaderRule = .sniffed
    ) throws(KalsaeError) {
        var bytes = file
        if Gzip.isGzip(file) { bytes = try Gzip.decompress(file, subject: subject) }
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes.removeFirst(3) }
        try Self.checkText(bytes, subject: subject)

        separator = CSVSniffer.separator(of: bytes)
        records = try CSVRecords(bytes, separator: separator, subject: subject)
        guard records.count > 0 else {
            throw KalsaeError(
                subject, expected: "rows of cells",
                got: file.isEmpty ? "an empty file" : "blank lines")
        }
        let hasHeader =
            switch rule {
            case .present: true
            case .absent: false
            case .sniffed: CSVSniffer.hasHeader(records)
            }
        self.subject = subject
        columnCount = records.columnCount
        firstRow = hasHeader ? 1 : 0
        rowCount = records.count - firstRow
        header = hasHeader ? try Self.names(records, subject: subject) : nil
        guard rowCount > 0 else {
            throw KalsaeError(subject, expected: "rows of data", got: "a header alone")
        }
    }

    /// What the cell holds; `row` counts rows of data from 0.
    public func cell(row: Int, column: Int) -> Cell {
        records.cell(row: row + firstRow, column: column)
    }

    /// The cell's text: quotes undone; without quotes, spaces at its ends dropped.
    public func text(row: Int, column: Int) -> String {
        records.text(row: row + firstRow, column: column)
    }

    /// The line of the file where a row begins, counted from 1.
    public func line(ofRow row: Int) -> Int { records.lines[row + firstRow] }

    private static func names(
        _ records: CSVRecords, subject: String
    ) throws(KalsaeError) -> [String] {
        var names: [String] = []
        var columnsByName: [String: Int] = [:]
        for column in 0..<records.columnCount {
            let text = records.text(row: 0, column: column)
            let name = text.isEmpty ? "column \(column + 1)" : text
            if let earlier = columnsByName.updateValue(column, forKey: name) {
                throw KalsaeError(
                    subject, expected: "different names for the columns",
                    got: "\"\(name)\" for columns \(earlier + 1) and \(column + 1)",
                    advice: "rename one on line \(records.lines[0])")
            }
            names.append(name)
        }
        return names
    }

    private static func checkText(_ bytes: [UInt8], subject: String) throws(KalsaeError) {
        guard let offset = UTF8Check.firstInvalid(in: bytes) else { return }
        let line = bytes[..<offset].reduce(1) { $1 == 0x0a ? $0 + 1 : $0 }
        let isWide = bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff])
        throw KalsaeError(
            subject, expected: "UTF-8 text",
            got: isWide ? "UTF-16" : "the byte \(hexadecimal(bytes[offset])) on line \(line)",
            advice: "convert it with iconv -f \(isWide ? "utf-16" : "latin1") -t utf-8")
    }
}
