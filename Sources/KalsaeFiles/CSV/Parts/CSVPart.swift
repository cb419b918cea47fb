/// What is kept of some rows of a table that is read in parts.
struct CSVPart {
    /// The bytes that were read: whole rows.
    var range: Range<Int>
    var rowCount = 0
    /// Lines, of which some may hold no row.
    var lineCount = 0
    var blankCount = 0
    var commentCount = 0
    var longRowCount = 0
    var repeatedHeaderCount = 0
    var footer: (line: Int, text: String)?
    /// What was counted in each column, without its numbers.
    var profiles: [ColumnProfile] = []
    /// The numbers of each column, NaN where there is none; too few for one that is mostly text.
    var numbers: [ArraySlice<Double>] = []
    /// The first cells of each column that cannot be read.
    var unreadable: [[CSVColumn.Unreadable]] = []
    /// The texts of the columns whose text is kept.
    var texts = CSVRecords()
}

/// Reads parts of a table whose layout is known from its first rows.
struct CSVPartReader: Sendable {
    let text: CSVText
    let layout: CSVLayout
    let source: CSVSource
    let names: CSVNames
    /// The cells that name the columns; rows that repeat them are no data.
    let headerCells: [[UInt8]]
    /// Whether the first rows of the table have a text alone, as notes behind it have.
    let hasLoneTexts: Bool
    /// The columns whose text is kept.
    var kept: [Int]

    /// The last part must hold what may be a footer.
    static let fewestLastRows = 50

    /// The rows in a range of the text, which begins with one; nil where they are none of the
    /// table's, or not those that were there at first.
    func records(_ range: Range<Int>, line: Int = 1) -> (records: CSVRecords, repeats: Int)? {
        checkedBytes(range).flatMap { records($0, range, line: line) }
    }

    /// The bytes of a range, which are UTF-8.
    func checkedBytes(_ range: Range<Int>) -> [UInt8]? {
        let bytes = text.bytes(range)
        let isGood = bytes.count == range.count && UTF8Check.firstInvalid(in: bytes) == nil
        return isGood ? bytes : nil
    }

    private func records(
        _ bytes: [UInt8], _ range: Range<Int>, line: Int = 1
    ) -> (records: CSVRecords, repeats: Int)? {
        var settings = CSVRecords.Settings(subject: source.subject, dialect: layout.dialect)
        settings.isLast = range.upperBound == text.count
        settings.line = line
        let isFirst = range.lowerBound == 0
        if isFirst {
            (settings.start, settings.line) = (layout.lead.offset, layout.lead.line)
        } else {
            settings.columnCount = names.all.count
        }
        guard var records = try? CSVRecords(bytes, settings), !records.isBeforeNotes else {
            return nil
        }
        let first = isFirst ? names.lineCount : 0
        let repeats = records.rows(from: first, equal: headerCells)
        records.remove(Array(0..<first) + repeats)
        return (records, repeats.count)
    }

    /// What is kept of the rows in a range, which begins with one; the last may be cut. Nil where
    /// the text is not as regular as it must be.
    func part(_ range: Range<Int>) -> CSVPart? {
        guard let bytes = checkedBytes(range) else { return nil }
        return plainPart(bytes, range) ?? part(bytes, range)
    }

    /// The part between the first and the last, where its rows are as most are.
    private func plainPart(_ bytes: [UInt8], _ range: Range<Int>) -> CSVPart? {
        guard range.lowerBound > 0, range.upperBound < text.count,
            let rows = plainRows(bytes, marks)
        else { return nil }
        var part = CSVPart(range: range)
        (part.rowCount, part.lineCount) = (rows.rowCount, rows.rowCount)
        part.profiles = rows.profiles
        part.numbers = rows.profiles.indices.map { column in
            rows.numbers[(column * rows.rowCount)..<((column + 1) * rows.rowCount)]
        }
        part.unreadable = rows.unreadable
        part.texts = rows.texts
        return part
    }

    /// The rows in bytes that end with one, where they are as most are.
    func plainRows(_ bytes: [UInt8], _ marks: [DecimalMark]) -> CSVPlainRows? {
        bytes.withUnsafeBufferPointer { CSVPlainRows($0, self, marks: marks) }
    }

    /// The decimal mark of each column, where nothing is known of it.
    private var marks: [DecimalMark] {
        [DecimalMark](repeating: source.options.decimal ?? .point, count: names.all.count)
    }

    private func part(_ bytes: [UInt8], _ range: Range<Int>) -> CSVPart? {
        guard let (all, repeats) = records(bytes, range) else { return nil }
        var records = all
        let isLast = range.upperBound == text.count
        var part = CSVPart(range: range.lowerBound..<(range.lowerBound + records.consumed))
        // A line feed alone ends a row surely: a return may go on with one.
        guard
            isLast || records.consumed == 0
                || text.bytes(
                    (part.range.upperBound - 1)..<part.range.upperBound) == [0x0a]
        else { return nil }
        part.footer = records.footer
        if isLast {
            guard records.count >= Self.fewestLastRows else { return nil }
            let count = CSVFooter.trailingRows(
                records, after: 0, isPart: true, hasLoneTexts: hasLoneTexts)
            if count > 0, part.footer == nil { part.footer = records.note(ofLast: count) }
            records.remove(Array((records.count - count)..<records.count))
        }
        part.rowCount = records.count
        part.lineCount = records.nextLine - 1
        part.blankCount = records.blankCount
        part.commentCount = records.commentCount
        part.longRowCount = records.longRowCount
        part.repeatedHeaderCount = repeats
        let reader = ColumnReader(
            records: records, firstRow: 0, names: names.all, cells: layout.cells,
            decimal: source.options.decimal,
            isSemicolonSeparated: layout.dialect.separator == .semicolon)
        part.profiles = reader.profiles(of: Array(names.all.indices), preferring: marks, units: nil)
        part.unreadable = names.all.indices.map { reader.unreadable($0, part.profiles[$0]) }
        for column in names.all.indices {
            part.numbers.append(part.profiles[column].numbers[...])
            part.profiles[column].numbers = []
        }
        part.texts = records.columns(kept)
        return part
    }
}
