/// Rows of cells as nearly all files have them, from bytes straight to numbers and texts: no blank
/// beside a cell, no doubled quote, no line break within one, each line a row with all its cells.
struct CSVPlainRows {
    private(set) var profiles: [ColumnProfile]
    private(set) var unreadable: [[CSVColumn.Unreadable]]
    /// The numbers of all columns, one column behind the other.
    private(set) var numbers: [Double] = []
    /// The texts of the columns whose text is kept.
    private(set) var texts = CSVRecords()
    let rowCount: Int

    private let cells: CellReader
    private let marks: [DecimalMark]
    private let separator: UInt8
    private let quote: UInt8?
    private let hasComments: Bool
    private let header: [UInt8]?
    private let isKept: [Bool]

    /// Nil where the bytes, which end with a line feed, hold anything else.
    init?(
        _ bytes: UnsafeBufferPointer<UInt8>, _ reader: CSVPartReader, marks: [DecimalMark]
    ) {
        guard let separator = reader.plainSeparator, let start = bytes.baseAddress,
            bytes.last == 0x0a
        else { return nil }
        let columns = reader.names.all.count
        self.separator = separator
        cells = reader.layout.cells
        self.marks = marks
        quote = reader.layout.dialect.quote
        hasComments = reader.layout.dialect.hasComments
        header = columns > 1 ? reader.headerCells.first : nil
        isKept = (0..<columns).map { reader.kept.contains($0) }
        rowCount = LineFeeds.count(in: bytes)
        profiles = [ColumnProfile](repeating: ColumnProfile(), count: columns)
        unreadable = [[CSVColumn.Unreadable]](repeating: [], count: columns)
        texts.columnCount = reader.kept.count
        var isPlain = true
        let (rows, end) = (rowCount, start + bytes.count)
        numbers = [Double](unsafeUninitializedCapacity: rows * columns) { values, count in
            guard let values = values.baseAddress else { return }
            isPlain = read(start, end, into: values)
            count = isPlain ? rows * columns : 0
        }
        guard isPlain else { return nil }
    }

    /// Reads all rows; false where one is not plain.
    private mutating func read(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        into values: UnsafeMutablePointer<Double>
    ) -> Bool {
        let (columns, rows) = (profiles.count, rowCount)
        let (separator, isKept, keepsText) = (separator, isKept, texts.columnCount > 0)
        let readsPoint = marks.map { $0 == .point }
        let isEmptyPlain = header?.isEmpty != true
        return withUnsafeTemporaryAllocation(of: Counts.self, capacity: columns) { counts in
            counts.initialize(repeating: Counts())
            var position = start
            for row in 0..<rows {
                let first = position[0]
                if first == 0x0a || first == 0x0d || (hasComments && first == 0x23) { return false }
                if keepsText {
                    texts.rows.append(.init(start: texts.content.count, line: row + 1))
                }
                for column in 0..<columns {
                    let stop: UInt8 = column + 1 == columns ? 0x0a : separator
                    let slot = column * rows + row
                    if !isKept[column] {
                        if position[0] == stop, column > 0 || isEmptyPlain {
                            counts[column].empty += 1
                            values[slot] = .nan
                            position += 1
                            continue
                        }
                        if let number = PlainDecimal(position, end),
                            let next = Self.next(number.end, stop),
                            readsPoint[column] || number.isWhole, !number.isZeroLed(from: position),
                            let value = number.value
                        {
                            counts[column].numbers += 1
                            if !number.isWhole, abs(value) < 0x1p53, Double(Int(value)) != value {
                                counts[column].fractions += 1
                            }
                            values[slot] = value
                            position = next
                            continue
                        }
                    }
                    guard let cell = cell(&position, stop) else {
                        return false
                    }
                    if column == 0, let header,
                        cell.bytes.first == 0xef || cell.bytes.elementsEqual(header)
                    {
                        return false
                    }
                    values[slot] = take(cell, row: row, column: column)
                }
            }
            for column in 0..<columns { profiles[column].add(counts[column], rows: rows) }
            return position == end
        }
    }

    /// What follows a cell that ends as it should; a line may end with CRLF.
    @inline(__always)
    private static func next(
        _ end: UnsafePointer<UInt8>, _ stop: UInt8
    ) -> UnsafePointer<UInt8>? {
        if end[0] == stop { return end + 1 }
        return stop == 0x0a && end[0] == 0x0d && end[1] == 0x0a ? end + 2 : nil
    }

    private typealias Cell = (bytes: UnsafeBufferPointer<UInt8>, isQuoted: Bool)

    /// The cell at `position`, which is passed with what ends it; nil where it is not plain.
    private func cell(_ position: inout UnsafePointer<UInt8>, _ stop: UInt8) -> Cell? {
        var start = position
        var end = position
        let isQuoted = quote != nil && position[0] == quote
        if isQuoted {
            start += 1
            end = start
            // A line feed ends the bytes at the latest.
            while end[0] != quote, end[0] != 0x0a, end[0] != 0x0d { end += 1 }
            guard end[0] == quote else { return nil }
            position = end + 1
        } else {
            while end[0] != separator, end[0] != 0x0a, end[0] != 0x0d { end += 1 }
            position = end
            if end > start, Self.isBlank(start[0]) || Self.isBlank(end[-1]) { return nil }
        }
        guard let next = Self.next(position, stop) else { return nil }
        position = next
        return (UnsafeBufferPointer(start: start, count: end - start), isQuoted)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0 }

    /// Counts a cell of any kind, keeps its text where that is wanted, and gives its number or NaN.
    private mutating func take(_ cell: Cell, row: Int, column: Int) -> Double {
        if isKept[column], let start = texts.rows.last?.start {
            texts.content.append(contentsOf: cell.bytes)
            let end = UInt32(truncatingIfNeeded: texts.content.count - start)
            texts.ends.append(cell.isQuoted ? end | CSVScanner.quotedBit : end)
        }
        let reading = cells.read(cell.bytes, preferring: marks[column])
        let value = profiles[column].count(reading, isQuoted: cell.isQuoted, row: row)
        if profiles[column].unreadableRows.count > unreadable[column].count {
            unreadable[column].append(
                CSVColumn.Unreadable(
                    row: row, line: row + 1, text: String(decoding: cell.bytes, as: UTF8.self)))
        }
        return value
    }

    /// What is counted of cells that are read as they stand.
    fileprivate struct Counts {
        var numbers = 0
        var fractions = 0
        var empty = 0
    }
}

extension CSVPartReader {
    /// The byte between cells that can be no part of a number; nil where cells are told apart, or
    /// numbers are read, in another way.
    fileprivate var plainSeparator: UInt8? {
        guard case .byte(let separator) = layout.dialect.separator, !layout.cells.words.areGiven,
            !Array("+-.0123456789eE\n\r ".utf8).contains(separator)
        else { return nil }
        // Rows that repeat the header are found by its first cell, which must not be a number.
        guard let first = headerCells.first, names.all.count > 1 else { return separator }
        let isNumber = first.withUnsafeBufferPointer { NumberText.parse($0) != nil }
        return isNumber ? nil : separator
    }
}

extension ColumnProfile {
    fileprivate mutating func add(_ counts: CSVPlainRows.Counts, rows: Int) {
        numberCount += counts.numbers
        fractionCount += counts.fractions
        emptyCount += counts.empty
        cells += counts.numbers + counts.empty
    }
}
