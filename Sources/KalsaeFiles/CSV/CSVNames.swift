/// The columns' names, and where they stand.
struct CSVNames: Sendable {
    var header: [String]?
    var all: [String] = []
    var reason = ""
    /// Rows of the records that name.
    var lineCount = 0
    var renamed: [String: String] = [:]

    /// Names that are known.
    init(_ all: [String]) { self.all = all }

    init(_ records: CSVRecords, _ layout: CSVLayout, _ options: CSVOptions) {
        let sniffer = HeaderSniffer(records: records, cells: layout.cells)
        var found: [String]?
        switch options.header {
        case .present: lineCount = 1
        case .absent: break
        case .sniffed:
            let guess = sniffer.hasHeader()
            reason = guess.reason
            lineCount = guess.isHeader ? 1 : 0
            if !guess.isHeader, let comment = Self.commented(layout, records.columnCount) {
                found = comment
                reason = "the comment above the table names the columns"
            }
        }
        if lineCount == 1 {
            lineCount += sniffer.furtherHeaderRows()
            found = records.withCells { view in
                (0..<records.columnCount).map { column in
                    let name = Blank.trimmed(view.cell(row: 0, column: column).bytes)
                    return String(decoding: name, as: UTF8.self)
                }
            }
        }
        if let found {
            let unique = Self.unique(found)
            header = unique.names
            renamed = unique.renamed
        }
        all = header ?? (0..<records.columnCount).map { "column \($0 + 1)" }
    }

    /// The cells of the comment above the table, when they are as many as the columns.
    private static func commented(_ layout: CSVLayout, _ count: Int) -> [String]? {
        guard let comment = layout.lead.comment, count > 1 else { return nil }
        var line = layout.dialect
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
