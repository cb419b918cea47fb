import KalsaeSupport

/// A file that is read several times in bounded memory, as tables of some rows each; UTF-8 by several
/// threads.
package final class CSVPasses {
    /// Some rows, in their order in the file.
    package struct Piece: Sendable {
        /// The rows; their lines are those of the file.
        package let table: CSV
        /// The bytes of the rows where each is a line.
        let lines: [UInt8]?
    }

    /// What errors call the file.
    package let subject: String
    /// What was taken for granted by the first rows, which it holds.
    package let first: CSV

    private let path: String
    let options: CSVOptions
    private let size: Int
    private let threads: Int
    /// The file's text where any place of it can be read.
    private let text: CSVText?
    private let layout: CSVLayout?

    /// The pass that goes on.
    private var template: CSV
    private var firstRows: CSV
    private var reader: CSVPartReader?
    private var stream: CSVStream?
    private var position = 0
    private var line = 1
    private var isBegun = false

    /// Where the pass stands, in bytes, and how many there are; nil where that is not known.
    package var progress: (position: Int, count: Int)? {
        text.map { (min(position, $0.count), $0.count) }
    }

    /// Opens a file, plain or gzip, and reads its first rows.
    ///
    /// - Parameters:
    ///   - size: bytes of a piece.
    ///   - threads: how many read.
    package init(
        path: String, options: CSVOptions, size: Int = 1 << 18, threads: Int? = nil
    ) throws(KalsaeError) {
        guard !FileBytes.isInheritedPipe(path) else {
            throw KalsaeError(
                FileBytes.subject(of: path), expected: "a file, which is read more than once",
                got: "a pipe",
                advice: "write it to a file first")
        }
        (self.path, self.options, self.size) = (path, options, size)
        self.threads = threads ?? Parallel.threadCount
        let stream = try CSVStream(path: path, options: options)
        (subject, first) = (stream.subject, stream.first)
        (template, firstRows) = (first, first)
        let head = first.records.consumed
        if options.skippedFooterLines == nil, let plain = try CSVText.plain(path, options.encoding),
            plain.text.count > head, first.guesses.encoding == TextEncoding.utf8.name
        {
            text = plain.text
            let sample = plain.text.bytes(0..<min(plain.text.count, CSVStream.defaultPartSize))
            layout = CSVLayout(sample, options)
        } else {
            (text, layout) = (nil, nil)
        }
    }

    /// Begins at the first row, with columns that are read as those of a table.
    ///
    /// - Parameters:
    ///   - template: a table of the same columns; nil for the first rows.
    ///   - kept: columns whose texts will be asked for, beside those that are no numbers; others are
    ///     read again for each.
    package func begin(
        like template: CSV? = nil, keepingTextOf kept: Set<Int> = []
    ) throws(KalsaeError) {
        let columns = template?.columns ?? first.columns
        self.template = first.template(with: columns)
        firstRows = template == nil ? first : first.read(like: columns)
        (position, line, isBegun) = (first.records.consumed, first.records.nextLine, false)
        guard let text, let layout else {
            stream = try CSVStream(path: path, options: options)
            stream?.template = self.template
            return
        }
        let source = CSVSource(
            subject: subject, options: options, encoding: TextEncoding.utf8.name,
            hasEncodingMark: false, isCompressed: false)
        reader = CSVPartReader(
            text: text, layout: layout, source: source, names: CSVNames(columns.map(\.name)),
            headerCells: first.headerCells, hasLoneTexts: false,
            kept: columns.indices.filter { columns[$0].kind != .numbers || kept.contains($0) })
    }

    /// The next rows; none behind the last. Throws with the line of the file.
    package func next() throws(KalsaeError) -> [Piece] {
        if !isBegun {
            isBegun = true
            _ = try stream?.next()
            return [Piece(table: firstRows, lines: nil)]
        }
        guard let text, let reader else {
            return try stream?.next().map { [Piece(table: $0, lines: nil)] } ?? []
        }
        guard position < text.count else { return [] }
        var ends: [Int] = []
        while ends.count < threads * 4, ends.last ?? 0 < text.count {
            ends.append(text.lineStart(from: (ends.last ?? position) + size))
        }
        let ranges = ends.indices.map { ($0 == 0 ? position : ends[$0 - 1])..<ends[$0] }
        let columns = template.columns
        let rows = Parallel.map(ranges, threads: threads) { Self.plain($0, reader, columns) }
        var pieces: [Piece] = []
        for (range, plain) in zip(ranges, rows) {
            // Rows that cross the border were read with those before it.
            guard range.lowerBound == position else { break }
            if let plain {
                pieces.append(piece(plain, range, reader))
                continue
            }
            while position < range.upperBound {
                guard let table = try rowsOneByOne(text) else { return pieces }
                pieces.append(Piece(table: table, lines: nil))
            }
        }
        return pieces
    }

    private typealias Plain = (rows: CSVPlainRows, bytes: [UInt8])

    /// The rows of a range where they are as most are; nil where they must be read one by one.
    private static func plain(
        _ range: Range<Int>, _ reader: CSVPartReader, _ columns: [CSVColumn]
    ) -> Plain? {
        guard range.upperBound < reader.text.count, let bytes = reader.checkedBytes(range),
            let rows = reader.plainRows(bytes, columns.map(\.decimal))
        else { return nil }
        let kept = Set(reader.kept)
        let isGood = rows.profiles.enumerated().allSatisfy { column, profile in
            profile.units.count <= 1
                && (kept.contains(column) || (profile.textCount == 0 && profile.zeroLedCount == 0))
        }
        return isGood ? (rows, bytes) : nil
    }

    private func piece(_ plain: Plain, _ range: Range<Int>, _ reader: CSVPartReader) -> Piece {
        let (rows, count) = (plain.rows, plain.rows.rowCount)
        let words = template.cells.words
        var columns: [CSVColumn] = []
        var numbers: [[Double]] = []
        for (column, known) in template.columns.enumerated() {
            let profile = rows.profiles[column]
            var kind = profile.kind(words)
            if known.kind != .nothing, kind != .nothing { kind = known.kind }
            let unreadable = rows.unreadable[column].map { cell in
                CSVColumn.Unreadable(
                    row: cell.row, line: cell.line + line - 1, text: cell.text)
            }
            columns.append(
                CSVColumn(
                    known.name, profile, kind, known.decimal, words,
                    kind == .numbers ? unreadable : []))
            let own = rows.numbers[(column * count)..<((column + 1) * count)]
            numbers.append(kind == .numbers && profile.isCollecting ? Array(own) : [])
        }
        let page = CSVPages.Page(
            range: range, row: 0, line: line, rowCount: count, hasRowPerLine: true)
        let table = CSV(
            subject: subject,
            guesses: template.guesses.following(CSVGuesses.Counts(rows: count), columns),
            header: template.header, records: rows.texts, firstRow: 0, cells: template.cells,
            numbers: numbers, dialect: template.dialect, headerCells: template.headerCells,
            pages: CSVPages(reader, [page], rowCount: count, threads: 1))
        position = range.upperBound
        line += count
        return Piece(table: table, lines: plain.bytes)
    }

    /// Rows from the position on, at least one, by the reader that takes any; nil at the end.
    private func rowsOneByOne(_ text: CSVText) throws(KalsaeError) -> CSV? {
        var size = size
        while position < text.count {
            let end = text.lineStart(from: min(text.count, position + size))
            let bytes = text.bytes(position..<end)
            guard bytes.count == end - position else {
                throw KalsaeError(
                    subject, expected: "\(text.count) bytes, as when it was opened",
                    got: "an end after \(position + bytes.count): the file became shorter",
                    advice: "write it elsewhere and rename it, or wait until it is written")
            }
            if let offset = UTF8Check.firstInvalid(in: bytes) {
                let before = bytes.withUnsafeBufferPointer {
                    LineFeeds.count(in: UnsafeBufferPointer(rebasing: $0[..<offset]))
                }
                throw KalsaeError(
                    subject, expected: "UTF-8 as in the first rows",
                    got: "the byte \(hexadecimal(bytes[offset])) on line \(line + before)",
                    advice: "correct it there, or name the encoding with --encoding")
            }
            let isLast = end == text.count
            let table = try template.following(bytes, line: line, isLast: isLast)
            try CSVStream.check(bytes, subject, hasRows: table.records.count > 0)
            position = isLast ? text.count : position + table.records.consumed
            line = table.records.nextLine
            if table.records.count > 0 { return table }
            if !isLast, table.records.consumed == 0 { size *= 2 }
        }
        return nil
    }
}
