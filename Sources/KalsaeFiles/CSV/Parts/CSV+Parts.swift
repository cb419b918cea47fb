import KalsaeSupport

/// Large regular tables by several threads: numbers are kept as such, and of the text only that of
/// columns that hold some.
extension CSV {
    /// Shorter files are read as a whole.
    static let partsFrom = 4 << 20
    /// The most bytes that a table's first rows may take.
    private static let mostHead = 1 << 26

    /// Reads a file of UTF-8 in parts; nil where it is read as a whole.
    static func inParts(path: String, options: CSVOptions) throws(KalsaeError) -> CSV? {
        guard let (text, hasMark) = try CSVText.plain(path, options.encoding),
            (partsFrom...FileBytes.defaultLimit).contains(text.count)
        else { return nil }
        let source = CSVSource(
            subject: path, options: options, encoding: TextEncoding.utf8.name,
            hasEncodingMark: hasMark, isCompressed: false)
        return CSV(text, source, CSVParts())
    }

    /// The table in UTF-8 of any length by parts of about `size` bytes, the first of which is longer;
    /// nil where it must be read as a whole.
    package init?(
        inParts text: [UInt8], subject: String, options: CSVOptions = CSVOptions(), size: Int,
        threads: Int
    ) {
        let source = CSVSource(
            subject: subject, options: options, encoding: TextEncoding.utf8.name,
            hasEncodingMark: false, isCompressed: false)
        self.init(CSVText(text), source, CSVParts(size: size, threads: threads))
    }

    /// Nil where the text is too short or not regular: then it is read as a whole, which has the same
    /// cells, and tells faults.
    init?(_ text: CSVText, _ source: CSVSource, _ parts: CSVParts) {
        guard source.options.skippedFooterLines == nil,
            let (reader, first) = Self.first(text, source, parts)
        else { return nil }
        var (next, part) = (reader, first)
        while true {
            guard let assembly = parts.read(next, part) else { return nil }
            if assembly.lateTexts.isEmpty {
                self.init(next, source, assembly, threads: parts.threads)
                return
            }
            next.kept = (next.kept + assembly.lateTexts).sorted()
            guard let again = next.part(first.range) else { return nil }
            part = again
        }
    }

    /// How to read the parts, and the first, which holds all rows that guesses look at.
    private static func first(
        _ text: CSVText, _ source: CSVSource, _ parts: CSVParts
    ) -> (CSVPartReader, CSVPart)? {
        var size = max(parts.size, 2 * CSVSniffer.sampleBytes)
        while size < min(text.count, mostHead) {
            let head = text.bytes(0..<text.lineStart(from: size))
            let layout = CSVLayout(head, source.options)
            var settings = CSVRecords.Settings(subject: source.subject, dialect: layout.dialect)
            (settings.start, settings.line) = (layout.lead.offset, layout.lead.line)
            settings.isLast = false
            guard head.count - layout.lead.offset >= CSVSniffer.sampleBytes,
                let records = try? CSVRecords(head, settings),
                records.count > HeaderSniffer.sampleRows
            else {
                size *= 2
                continue
            }
            let names = CSVNames(records, layout, source.options)
            let reader = CSVPartReader(
                text: text, layout: layout, source: source, names: names,
                headerCells: names.lineCount > 0 ? records.bytes(ofRow: 0) : [],
                hasLoneTexts: CSVFooter.hasLoneTexts(records, after: names.lineCount), kept: [])
            guard head.count < text.count, var part = reader.part(0..<head.count) else {
                return nil
            }
            var keeping = reader
            keeping.kept = part.profiles.indices.filter { !part.profiles[$0].isNumbersAlone }
            if !keeping.kept.isEmpty {
                guard let again = keeping.part(0..<head.count) else { return nil }
                part = again
            }
            return (keeping, part)
        }
        return nil
    }

    private init(
        _ reader: CSVPartReader, _ source: CSVSource, _ assembly: CSVAssembly, threads: Int
    ) {
        var assembly = assembly
        let whole = assembly.whole
        let words = reader.layout.cells.words
        var columns: [CSVColumn] = []
        var numbers: [[Double]] = []
        for (column, profile) in whole.profiles.enumerated() {
            let kind = profile.kind(words)
            let mark = source.options.decimal ?? .point
            columns.append(
                CSVColumn(
                    reader.names.all[column], profile, kind, mark, words, whole.unreadable[column]))
            numbers.append(kind == .numbers ? assembly.takeNumbers(of: column) : [])
        }
        let guesses = CSVGuesses(
            source, reader.layout, reader.names,
            CSVGuesses.Counts(
                rows: assembly.rowCount, comments: whole.commentCount,
                blankLines: whole.blankCount, longRows: whole.longRowCount,
                repeatedHeaders: whole.repeatedHeaderCount, footer: whole.footer), columns)
        self.init(
            subject: source.subject, guesses: guesses, header: reader.names.header,
            records: whole.texts, firstRow: 0, cells: reader.layout.cells, numbers: numbers,
            dialect: reader.layout.dialect, headerCells: reader.headerCells,
            pages: CSVPages(reader, assembly.pages, rowCount: assembly.rowCount, threads: threads))
    }
}
