import KalsaeSupport

/// Where the text of a table comes from.
struct CSVSource {
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
        let cells = CellReader(words: MissingWords(options.missing))
        var lead = text.withUnsafeBufferPointer { CSVLead($0, skipping: options.skippedLines) }
        let given = options.separator ?? lead.separator
        let sniffer = CSVSniffer(
            bytes: Self.sample(text, from: lead.offset), quote: options.quote.byte, cells: cells)
        let look = sniffer.look(separator: given)
        if options.skippedLines == nil, look.titles > 0 {
            text.withUnsafeBufferPointer { lead.passTitles($0, look.titles) }
        }
        let dialect = CSVDialect(
            separator: look.separator, quote: options.quote.byte,
            hasComments: lead.commentCount > 0, isFirstRowShort: look.isFirstShort)
        let isEmpty = text.isEmpty
        var records = try CSVRecords(
            text,
            CSVRecords.Settings(
                subject: source.subject, dialect: dialect, start: lead.offset, line: lead.line,
                isLast: isLast, footerLines: options.skippedFooterLines,
                advice: given == nil
                    ? "if the separator is not \(look.separator.name), say --separator" : ""))
        guard records.count > 0 else {
            if !isLast { return nil }
            throw KalsaeError(
                source.subject, expected: "rows of cells",
                got: isEmpty ? "an empty file" : "blank lines")
        }
        let names = Self.names(records, lead, dialect, cells, options)
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
            records: records, firstRow: names.lineCount, names: names.all, cells: cells,
            decimal: options.decimal, isSemicolonSeparated: look.separator == .semicolon)
        let (columns, numbers) = reader.read(like: nil)
        let guesses = CSVGuesses(
            options: options, encoding: source.encoding, hasEncodingMark: source.hasEncodingMark,
            isCompressed: source.isCompressed, separator: look.separator,
            hasSeparatorLine: lead.separator != nil, skippedLineCount: lead.line - 1,
            commentCount: records.commentCount, hasHeader: names.header != nil,
            headerReason: names.reason, headerLineCount: names.lineCount, renamed: names.renamed,
            rowCount: records.count - names.lineCount, blankLineCount: records.blankCount,
            longRowCount: records.longRowCount, repeatedHeaderCount: repeats.count,
            footer: footer.map { CSVGuesses.Footer(line: $0.line, text: $0.text) },
            columns: columns)
        self.init(
            subject: source.subject, guesses: guesses, header: names.header, records: records,
            firstRow: names.lineCount, cells: cells, numbers: numbers, dialect: dialect,
            headerCells: header)
    }

    /// The first lines from `offset` on, of which the last may be cut only when it is the only one.
    private static func sample(_ text: [UInt8], from offset: Int) -> [UInt8] {
        let sample = text[min(offset, text.count)...].prefix(CSVSniffer.sampleBytes)
        guard sample.count == CSVSniffer.sampleBytes, let end = sample.lastIndex(of: 0x0a) else {
            return Array(sample)
        }
        return Array(sample[...end])
    }

    /// The columns' names, and where they stand.
    private struct Names {
        var header: [String]?
        var all: [String] = []
        var reason = ""
        /// Rows of the records that name.
        var lineCount = 0
        var renamed: [String: String] = [:]
    }

    private static func names(
        _ records: CSVRecords, _ lead: CSVLead, _ dialect: CSVDialect, _ cells: CellReader,
        _ options: CSVOptions
    ) -> Names {
        let sniffer = HeaderSniffer(records: records, cells: cells)
        var names = Names()
        var found: [String]?
        switch options.header {
        case .present: names.lineCount = 1
        case .absent: break
        case .sniffed:
            let guess = sniffer.hasHeader()
            names.reason = guess.reason
            names.lineCount = guess.isHeader ? 1 : 0
            if !guess.isHeader, let comment = commented(lead, dialect, records.columnCount) {
                found = comment
                names.reason = "the comment above the table names the columns"
            }
        }
        if names.lineCount == 1 {
            names.lineCount += sniffer.furtherHeaderRows()
            found = records.withCells { view in
                (0..<records.columnCount).map { column in
                    let name = Blank.trimmed(view.cell(row: 0, column: column).bytes)
                    return String(decoding: name, as: UTF8.self)
                }
            }
        }
        if let found {
            let unique = unique(found)
            names.header = unique.names
            names.renamed = unique.renamed
        }
        names.all = names.header ?? (0..<records.columnCount).map { "column \($0 + 1)" }
        return names
    }

    /// The cells of the comment above the table, when they are as many as the columns.
    private static func commented(_ lead: CSVLead, _ dialect: CSVDialect, _ count: Int) -> [String]?
    {
        guard let comment = lead.comment, count > 1 else { return nil }
        var line = dialect
        line.hasComments = false
        let settings = CSVRecords.Settings(subject: "", dialect: line)
        guard let records = try? CSVRecords(comment, settings), records.count == 1,
            records.columnCount == count
        else { return nil }
        return (0..<count).map { records.text(row: 0, column: $0) }
    }

    /// Names as pandas makes them: a second `a` is `a.1`; a column without one is `column 3`.
    private static func unique(
        _ found: [String]
    ) -> (names: [String], renamed: [String: String]) {
        var names: [String] = []
        var renamed: [String: String] = [:]
        var taken = Set(found)
        var seen: Set<String> = []
        for (column, text) in found.enumerated() {
            var name = text.isEmpty ? "column \(column + 1)" : text
            if !seen.insert(name).inserted {
                var number = 1
                while taken.contains("\(name).\(number)") { number += 1 }
                renamed["\(name).\(number)"] = name
                name = "\(name).\(number)"
                taken.insert(name)
                seen.insert(name)
            }
            names.append(name)
        }
        return (names, renamed)
    }
}
