/// How a table lies in its text, as its first rows tell.
struct CSVLayout: Sendable {
    /// What stands before it.
    let lead: CSVLead
    let dialect: CSVDialect
    let cells: CellReader
    /// Whether the separator was told.
    let isSeparatorGiven: Bool

    var separator: CSVSeparator { dialect.separator }

    /// Looks at the beginning of a text.
    init(_ text: borrowing [UInt8], _ options: CSVOptions) {
        cells = CellReader(words: MissingWords(options.missing))
        var lead = text.withUnsafeBufferPointer { CSVLead($0, skipping: options.skippedLines) }
        let given = options.separator ?? lead.separator
        let sniffer = CSVSniffer(
            bytes: Self.sample(text, from: lead.offset), quote: options.quote.byte, cells: cells)
        let look = sniffer.look(separator: given)
        if options.skippedLines == nil, look.titles > 0 {
            text.withUnsafeBufferPointer { lead.passTitles($0, look.titles) }
        }
        self.lead = lead
        isSeparatorGiven = given != nil
        dialect = CSVDialect(
            separator: look.separator, quote: options.quote.byte,
            hasComments: lead.commentCount > 0, isFirstRowShort: look.isFirstShort)
    }

    /// The first lines from `offset` on, of which the last may be cut only when it is the only one.
    private static func sample(_ text: [UInt8], from offset: Int) -> [UInt8] {
        let sample = text[min(offset, text.count)...].prefix(CSVSniffer.sampleBytes)
        guard sample.count == CSVSniffer.sampleBytes, let end = sample.lastIndex(of: 0x0a) else {
            return Array(sample)
        }
        return Array(sample[...end])
    }
}
