/// Guesses whether the first row of a table names the columns, and whether further rows do.
struct HeaderSniffer {
    /// Rows looked at.
    static let sampleRows = 1_000
    private static let mostHeaderRows = 4

    let records: CSVRecords
    let cells: CellReader

    private enum Shape { case missing, number, digits, text }

    /// Whether the first row names the columns, and why.
    ///
    /// Each column whose cells below are all numbers (or all dates and the like) votes: for a header
    /// when the first cell is text, against when it is as the others; the majority wins, a tie is a
    /// header. Without such a column, the row is a header unless one of its cells comes again below.
    func hasHeader() -> (isHeader: Bool, reason: String) {
        let sample = min(records.count, Self.sampleRows)
        var votesFor = 0
        var votesAgainst = 0
        var repeated: String?
        for column in 0..<records.columnCount {
            let below = (1..<max(1, sample)).lazy.map { shape($0, column, isName: false) }
            let kinds = below.reduce(into: [Shape: Int]()) { $0[$1, default: 0] += 1 }
            let (texts, numbers) = (kinds[.text] ?? 0, kinds[.number] ?? 0)
            let digits = kinds[.digits] ?? 0
            switch shape(0, column, isName: true) {
            case .number: if (texts + digits) * 4 <= numbers { votesAgainst += 1 }
            case .digits: if (texts + numbers) * 4 < digits { votesAgainst += 1 }
            case .text:
                if texts * 4 <= numbers + digits, numbers + digits > 0 {
                    votesFor += 1
                } else if repeated == nil {
                    let name = records.text(row: 0, column: column)
                    let again = (1..<max(1, sample)).contains {
                        records.text(row: $0, column: column) == name
                    }
                    if again { repeated = name }
                }
            case .missing: break
            }
        }
        if votesFor + votesAgainst > 0 {
            let isHeader = votesFor >= votesAgainst && votesFor > 0
            return (
                isHeader,
                isHeader ? "text above numbers or dates" : "the first row is as the others"
            )
        }
        if let repeated { return (false, "\"\(repeated)\" comes again below") }
        return (true, "no cell of it comes again below")
    }

    /// How many rows after the first go on naming: questions, units, codes of a survey.
    ///
    /// Such a row has text in at least two columns and in no column a number, where all cells below
    /// are numbers.
    func furtherHeaderRows() -> Int {
        let sample = min(records.count, Self.sampleRows)
        var rows = 0
        while rows < Self.mostHeaderRows - 1, rows + 4 < sample, isHeaderAgain(rows + 1, sample) {
            rows += 1
        }
        // Behind several lines of names pandas writes that of the index alone.
        if rows > 0, rows + 4 < sample, isLoneName(rows + 1) { rows += 1 }
        return rows
    }

    private func isLoneName(_ row: Int) -> Bool {
        records.columnCount > 2 && shape(row, 0, isName: true) == .text
            && (1..<records.columnCount).allSatisfy { shape(row, $0, isName: true) == .missing }
    }

    private func isHeaderAgain(_ row: Int, _ sample: Int) -> Bool {
        var texts = 0
        for column in 0..<records.columnCount {
            let here = shape(row, column, isName: true)
            guard here == .text || here == .number else { continue }
            // The rows right behind may be of the same kind.
            let below = ((row + 1)..<sample).map { shape($0, column, isName: false) }
            let tail = below.dropFirst(min(Self.mostHeaderRows - row, below.count - 2))
            let isNumeric =
                tail.contains(.number) && !tail.contains(.text) && !tail.contains(.digits)
            guard isNumeric else { continue }
            if here == .number { return false }
            texts += 1
        }
        return texts > 1
    }

    /// What a cell looks like; a name may be a word that is missing among numbers, as `nd`.
    private func shape(_ row: Int, _ column: Int, isName: Bool) -> Shape {
        records.withCells { view in
            let (cell, _) = view.cell(row: row, column: column)
            switch cells.read(cell, preferring: .point) {
            case .empty: return .missing
            case .word(let word):
                return isName && cells.words.reach(of: word) == .amongNumbers ? .text : .missing
            case .number, .zeroLed: return .number
            case .text: return Self.isDigits(cell) ? .digits : .text
            }
        }
    }

    /// A date, a time, a range, a version: a digit first, and few letters.
    private static func isDigits(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = cell.first, first &- 0x30 < 10, cell.count <= 40 else { return false }
        let digits = cell.count { $0 &- 0x30 < 10 }
        let letters = cell.count { 0x61...0x7a ~= $0 | 0x20 || $0 >= 0x80 }
        return digits > 1 && letters * 2 <= digits
    }
}
