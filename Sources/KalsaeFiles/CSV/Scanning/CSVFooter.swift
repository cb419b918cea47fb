/// What stands behind a table: notes, sources, blank lines.
enum CSVFooter {
    /// More lines than these are no footer.
    private static let mostLines = 40

    /// Words that footnotes begin with, in lower case.
    private static let words = [
        "source", "note", "quelle", "anmerkung", "hinweis", "stand", "fuente", "nota", "출처", "주:",
        "주)", "※", "注", "資料", "*", "(", "[", "©", "copyright", "last updated", "data from",
        "datenquelle", "end of", "rows", "generated", "erstellt", "legende", "légende",
    ]

    /// Whether the rest of a file is notes, from a line that has another number of cells than the
    /// table: a text behind a blank line, or one with a word that notes begin with.
    ///
    /// - Parameters:
    ///   - first: the first cell of the line.
    ///   - rest: what follows the line.
    static func begins(
        _ first: UnsafeBufferPointer<UInt8>, isBehindBlank: Bool,
        rest: UnsafeBufferPointer<UInt8>, separator: UInt8, columnCount: Int
    ) -> Bool {
        guard columnCount > 1, let byte = first.first, byte &- 0x30 >= 10 else { return false }
        guard isBehindBlank || begins(note: first) else { return false }
        var lines = 1
        for line in rest.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
            guard line.contains(where: { $0 > 0x20 && $0 != separator }) else { continue }
            lines += 1
            let count = line.count { $0 == separator } + 1
            guard lines <= mostLines, count != columnCount else { return false }
        }
        return true
    }

    /// Whether a text begins with a word of notes.
    static func begins(note text: UnsafeBufferPointer<UInt8>) -> Bool {
        let text = String(decoding: text.prefix(24), as: UTF8.self).lowercased()
        return words.contains { text.hasPrefix($0) }
    }

    /// Where the last `count` lines that are not blank begin.
    static func offset(ofLast count: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var (position, left) = (bytes.count, count)
        while left > 0, position > 0 {
            while position > 0, bytes[position - 1] <= 0x20 { position -= 1 }
            while position > 0, bytes[position - 1] != 0x0a, bytes[position - 1] != 0x0d {
                position -= 1
            }
            left -= 1
        }
        return position
    }

    private static let totals: Set<String> = [
        "total", "totals", "grand total", "sum", "subtotal", "all", "summe", "gesamt", "insgesamt",
        "gesamtsumme", "gesamtergebnis", "somme", "total général", "totale", "suma", "totaal",
        "합계", "총계", "총합계", "전체", "계", "合計", "総計", "总计", "合计", "итого", "всего",
    ]

    /// How many of the last rows are none of data: without any cell, with a lone text where others
    /// have more, or the sums.
    ///
    /// - Parameters:
    ///   - isPart: whether other rows of the table came before these.
    ///   - hasLoneTexts: whether the table's first rows have a text alone; nil to look.
    static func trailingRows(
        _ records: CSVRecords, after first: Int, isPart: Bool = false, hasLoneTexts: Bool? = nil
    ) -> Int {
        let columns = records.columnCount
        let fewest = isPart ? 0 : 3
        guard columns > 1, records.count - first > fewest else { return 0 }
        return records.withCells { view in
            var row = records.count
            while row > first + fewest, records.count - row < mostLines {
                let filled = (0..<columns).filter {
                    !view.cell(row: row - 1, column: $0).bytes.isEmpty
                }
                if let column = filled.first {
                    let cell = view.cell(row: row - 1, column: column).bytes
                    let isLone =
                        filled == [0] && columns > 2 && cell[0] &- 0x30 >= 10 && row - first > 3
                        && !(hasLoneTexts ?? Self.hasLoneTexts(view, first..<(row - 1), columns))
                    let word = String(decoding: cell.prefix(24), as: UTF8.self).lowercased()
                    let isTotal =
                        filled.count > 1 && columns > 1
                        && totals.contains(word.hasSuffix(":") ? String(word.dropLast()) : word)
                    guard isLone || isTotal else { break }
                }
                row -= 1
            }
            return records.count - row
        }
    }

    /// Whether the first of the table's rows have a text alone.
    static func hasLoneTexts(_ records: CSVRecords, after first: Int) -> Bool {
        records.withCells { hasLoneTexts($0, first..<records.count, records.columnCount) }
    }

    private static func hasLoneTexts(
        _ view: CSVRecords.View, _ rows: Range<Int>, _ columns: Int
    ) -> Bool {
        rows.prefix(200).contains { row in
            !view.cell(row: row, column: 0).bytes.isEmpty
                && (1..<columns).allSatisfy { view.cell(row: row, column: $0).bytes.isEmpty }
        }
    }
}
