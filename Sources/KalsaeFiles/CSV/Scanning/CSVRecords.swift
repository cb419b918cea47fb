import KalsaeSupport

/// The cells of a CSV file in one buffer.
struct CSVRecords: Sendable {
    struct Row { var start: Int; var line: Int }

    var columnCount = 0
    /// Where the input was left: behind the last record that is whole.
    var consumed = 0
    /// The line of `consumed`.
    var nextLine = 1
    /// Lines without cells that were passed over, and lines that are comments.
    private(set) var blankCount = 0
    private(set) var commentCount = 0
    /// Rows that end with a separator too many.
    private(set) var longRowCount = 0
    /// Where notes behind the table begin, and the first of them; nil where there are none.
    private(set) var footer: (line: Int, text: String)?

    /// Where the last records of a part begin, the most that ``holdBack(_:)`` can leave.
    var recent: [(position: Int, line: Int)] = []
    static let mostRecent = 8

    /// Whether reading stopped before what may be notes behind the table, or a fault.
    private(set) var isBeforeNotes = false

    var content: [UInt8]
    var rows: [Row] = []
    /// Ends of cells, counted from the row's start, with the bit of quoted ones.
    var ends: [UInt32] = []

    var count: Int { rows.count }

    /// What records are read by.
    struct Settings {
        var subject: String
        var dialect = CSVDialect()
        var start = 0
        var line = 1
        /// Whether the file ends with the bytes; else a record that they cut is left.
        var isLast = true
        /// Cells a row, where they are known.
        var columnCount: Int?
        /// Rows after which to stop.
        var most = Int.max
        /// Lines at the end that are no part of the table; nil to guess.
        var footerLines: Int?
        /// What a fault advises when rows differ.
        var advice = ""
    }

    /// No cells.
    init() { content = [] }

    /// Splits UTF-8 text, whose memory becomes that of the cells.
    init(_ bytes: consuming [UInt8], _ settings: Settings) throws(KalsaeError) {
        content = bytes
        columnCount = settings.columnCount ?? 0
        consumed = settings.start
        nextLine = settings.line
        var fault: KalsaeError?
        var state = self
        state.content = []
        content.withUnsafeMutableBufferPointer { fault = state.scan($0, settings) }
        if let fault { throw fault }
        state.content = content
        content = []
        self = state
    }

    /// Lines without cells since the last record: in a file of one column each is a missing cell if
    /// another record follows.
    private struct Pending { var lines: [Int] = []; var position = 0; var line = 0 }

    private mutating func scan(
        _ input: UnsafeMutableBufferPointer<UInt8>, _ settings: Settings
    ) -> KalsaeError? {
        let all = input
        let end = CSVFooter.offset(ofLast: settings.footerLines ?? 0, UnsafeBufferPointer(all))
        let input = UnsafeMutableBufferPointer(rebasing: all[..<max(end, settings.start)])
        /// Where the blank lines before the next record begin.
        var blank: (position: Int, line: Int)?
        var scanner = CSVScanner(
            input, from: settings.start, line: settings.line, dialect: settings.dialect,
            isLast: settings.isLast)
        var pending = Pending()
        while !scanner.isAtEnd, rows.count < settings.most {
            let (position, line) = (scanner.position, scanner.line)
            let start = scanner.output
            let before = ends.count
            if rows.isEmpty, settings.dialect.isFirstRowShort, settings.columnCount == nil {
                ends.append(0)
            }
            switch scanner.next(&ends) {
            case .record:
                guard scanner.output - start < Int(CSVScanner.quotedBit) else {
                    return KalsaeError(
                        settings.subject, expected: "rows of less than 2 GiB",
                        got: "a longer one on line \(line)")
                }
                if let fault = finish(before, line, settings) {
                    guard rows.count > 1 || settings.columnCount != nil,
                        settings.footerLines == nil,
                        isFooter(
                            UnsafeBufferPointer(input), scanner, start, before, settings,
                            isBehindBlank: blank != nil)
                    else { return fault }
                    let high = start + Int(ends[before] & ~CSVScanner.quotedBit)
                    if settings.isLast {
                        footer = (line, String(decoding: input[start..<high], as: UTF8.self))
                    }
                    ends.removeLast(ends.count - before)
                    let start = blank ?? (position, line)
                    isBeforeNotes = !settings.isLast
                    leave(
                        Pending(), settings.isLast ? all.count : start.position,
                        settings.isLast ? line : start.line)
                    return nil
                }
                blank = nil
                for line in pending.lines { rows.append(Row(start: start, line: line)) }
                if !pending.lines.isEmpty {
                    // The blank lines' cells come before the record's, and are as empty.
                    ends.insert(contentsOf: pending.lines.map { _ in 0 }, at: before)
                    pending.lines = []
                }
                rows.append(Row(start: start, line: line))
                if !settings.isLast {
                    if recent.count == Self.mostRecent { recent.removeFirst() }
                    recent.append((position, line))
                }
                if rows.count == 1_024 { reserve(input.count, scanner.position) }
            case .blank:
                if blank == nil { blank = (position, line) }
                ends.removeLast(ends.count - before)
                let isCell = columnCount == 1 && (!rows.isEmpty || settings.columnCount != nil)
                if isCell {
                    if pending.lines.isEmpty { (pending.position, pending.line) = (position, line) }
                    pending.lines.append(line)
                } else {
                    blankCount += 1
                }
            case .comment:
                ends.removeLast(ends.count - before)
                commentCount += 1
            case .cut:
                ends.removeLast(ends.count - before)
                leave(pending, position, line)
                return nil
            case .fault(let expected):
                return KalsaeError(
                    settings.subject, expected: expected,
                    got: "none for the one that opens on line \(scanner.quoteLine)",
                    advice: "if quotes are data here, say --quote none")
            }
        }
        leave(
            settings.isLast ? Pending() : pending,
            settings.isLast && rows.count < settings.most ? all.count : scanner.position,
            scanner.line)
        return nil
    }

    /// Whether a line with other cells than the table's begins notes that go to the end.
    private func isFooter(
        _ input: UnsafeBufferPointer<UInt8>, _ scanner: CSVScanner, _ start: Int, _ before: Int,
        _ settings: Settings, isBehindBlank: Bool
    ) -> Bool {
        guard case .byte(let separator) = settings.dialect.separator else { return false }
        let high = start + Int(ends[before] & ~CSVScanner.quotedBit)
        return CSVFooter.begins(
            UnsafeBufferPointer(rebasing: input[start..<high]),
            isBehindBlank: isBehindBlank,
            rest: UnsafeBufferPointer(rebasing: input[scanner.position...]), separator: separator,
            columnCount: columnCount)
    }

    private mutating func leave(_ pending: Pending, _ position: Int, _ line: Int) {
        let isPending = !pending.lines.isEmpty
        consumed = isPending ? pending.position : position
        nextLine = isPending ? pending.line : line
    }

    private mutating func finish(
        _ before: Int, _ line: Int, _ settings: Settings
    ) -> KalsaeError? {
        var cells = ends.count - before
        if columnCount == 0 { columnCount = cells }
        if cells == columnCount + 1, columnCount > 0, isLastEmpty(before) {
            ends.removeLast()
            cells -= 1
            longRowCount += 1
        }
        guard cells == columnCount else {
            let first = rows.first.map { ", as on line \($0.line)" } ?? ""
            return KalsaeError(
                settings.subject, expected: "\(columnCount.counting("cell"))\(first)",
                got: "\(cells) on line \(line)", advice: settings.advice)
        }
        return nil
    }

    /// Whether the last of the cells from `before` on is empty and not quoted.
    private func isLastEmpty(_ before: Int) -> Bool {
        let last = ends[ends.count - 1]
        return ends.count - 2 >= before && last == ends[ends.count - 2] & ~CSVScanner.quotedBit
    }

    private mutating func reserve(_ bytes: Int, _ position: Int) {
        let expected =
            Int(Double(bytes) / Double(max(1, position)) * 1.02 * Double(rows.count)) + 64
        guard expected > rows.count * 2 else { return }
        rows.reserveCapacity(expected)
        ends.reserveCapacity(expected * columnCount)
    }

    /// The line of the file where a row begins.
    func line(ofRow row: Int) -> Int { rows[row].line }

    func text(row: Int, column: Int) -> String {
        withCells { String(decoding: $0.cell(row: row, column: column).bytes, as: UTF8.self) }
    }

    /// The cells while `body` runs, which must not let them escape.
    func withCells<Result>(_ body: (View) -> Result) -> Result {
        content.withUnsafeBufferPointer { content in
            ends.withUnsafeBufferPointer { ends in
                rows.withUnsafeBufferPointer { rows in
                    body(View(content: content, ends: ends, rows: rows, columnCount: columnCount))
                }
            }
        }
    }

    /// Cells by row and column.
    struct View {
        fileprivate let content: UnsafeBufferPointer<UInt8>
        fileprivate let ends: UnsafeBufferPointer<UInt32>
        fileprivate let rows: UnsafeBufferPointer<Row>
        fileprivate let columnCount: Int

        /// A cell's bytes, and whether it was quoted.
        func cell(row: Int, column: Int) -> (bytes: UnsafeBufferPointer<UInt8>, isQuoted: Bool) {
            let index = row * columnCount + column
            let mask = ~CSVScanner.quotedBit
            let start = rows[row].start + (column == 0 ? 0 : Int(ends[index - 1] & mask))
            let end = rows[row].start + Int(ends[index] & mask)
            let cell = UnsafeBufferPointer(rebasing: content[start..<end])
            return (cell, ends[index] & ~mask != 0)
        }
    }
}
