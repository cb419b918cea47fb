import KalsaeSupport

/// Where the text of a table comes from.
struct CSVSource: Sendable {
    var subject: String
    var options: CSVOptions
    var encoding: String
    var hasEncodingMark: Bool
    var isCompressed: Bool
}

/// From text to a table: lines before it, separator, records, header, columns.
extension CSV {
    /// Nil when the text has no row of data and more is to come.
    init?(text: consuming [UInt8], _ source: CSVSource, isLast: Bool) throws(KalsaeError) {
        let options = source.options
        let layout = CSVLayout(text, options)
        let isEmpty = text.isEmpty
        var records = try CSVRecords(
            text,
            CSVRecords.Settings(
                subject: source.subject, dialect: layout.dialect, start: layout.lead.offset,
                line: layout.lead.line, isLast: isLast, footerLines: options.skippedFooterLines,
                advice: layout.isSeparatorGiven
                    ? "" : "if the separator is not \(layout.separator.name), say --separator"))
        guard records.count > 0 else {
            if !isLast { return nil }
            throw KalsaeError(
                source.subject, expected: "rows of cells",
                got: isEmpty ? "an empty file" : "blank lines")
        }
        let names = CSVNames(records, layout, options)
        guard records.count > names.lineCount else {
            if !isLast { return nil }
            throw KalsaeError(source.subject, expected: "rows of data", got: "a header alone")
        }
        var header: [[UInt8]] = []
        if names.lineCount > 0 { header = records.bytes(ofRow: 0) }
        let repeats = records.rows(from: names.lineCount, equal: header)
        records.remove(repeats)
        var footerCount = 0
        if options.skippedFooterLines == nil {
            footerCount = CSVFooter.trailingRows(records, after: names.lineCount)
        }
        if !isLast {
            records.holdBack(footerCount)
            footerCount = 0
        }
        let footer = records.footer ?? (footerCount > 0 ? records.note(ofLast: footerCount) : nil)
        records.remove(Array((records.count - footerCount)..<records.count))
        let reader = ColumnReader(
            records: records, firstRow: names.lineCount, names: names.all,
            cells: layout.cells, decimal: options.decimal,
            isSemicolonSeparated: layout.separator == .semicolon)
        let (columns, numbers) = reader.read(like: nil)
        let guesses = CSVGuesses(
            source, layout, names,
            CSVGuesses.Counts(
                rows: records.count - names.lineCount, comments: records.commentCount,
                blankLines: records.blankCount, longRows: records.longRowCount,
                repeatedHeaders: repeats.count, footer: footer), columns)
        self.init(
            subject: source.subject, guesses: guesses, header: names.header, records: records,
            firstRow: names.lineCount, cells: layout.cells, numbers: numbers,
            dialect: layout.dialect, headerCells: header)
    }
}

extension CSVGuesses {
    /// What is counted in the rows of a file.
    struct Counts {
        var rows: Int
        var comments = 0
        var blankLines = 0
        var longRows = 0
        var repeatedHeaders = 0
        var footer: (line: Int, text: String)?
    }

    init(
        _ source: CSVSource, _ layout: CSVLayout, _ names: CSVNames, _ counts: Counts,
        _ columns: [CSVColumn]
    ) {
        self.init(
            options: source.options, encoding: source.encoding,
            hasEncodingMark: source.hasEncodingMark, isCompressed: source.isCompressed,
            separator: layout.separator, hasSeparatorLine: layout.lead.separator != nil,
            skippedLineCount: layout.lead.line - 1, commentCount: counts.comments,
            hasHeader: names.header != nil, headerReason: names.reason,
            headerLineCount: names.lineCount, renamed: names.renamed, rowCount: counts.rows,
            blankLineCount: counts.blankLines, longRowCount: counts.longRows,
            repeatedHeaderCount: counts.repeatedHeaders,
            footer: counts.footer.map { Footer(line: $0.line, text: $0.text) }, columns: columns)
    }
}
