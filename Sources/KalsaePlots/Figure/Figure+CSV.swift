extension Figure {
    /// The numbers of all marks as one table in CSV: a row a number or point, with the panel, the
    /// kind of mark, and the columns that any of the marks has; NaN is `nan`, what a mark does not
    /// have is empty. A mark that cannot be drawn, as its lists differ in length, has no rows.
    public var csv: String {
        var columns: [String] = []
        var index: [String: Int] = [:]
        var tables: [(panel: String, kind: String, table: DataTable)] = []
        for (number, panel) in panels.enumerated() {
            for mark in panel.marks {
                let content = mark.content
                guard (try? content.check()) != nil else { continue }
                let table = content.table
                let name = panel.title.isEmpty ? String(number + 1) : panel.title
                tables.append((name, mark.kind, table))
                for column in table.columns where index[column] == nil {
                    index[column] = columns.count
                    columns.append(column)
                }
            }
        }
        let hasPanels = panels.count > 1
        var text = Self.line((hasPanels ? ["panel", "mark"] : ["mark"]) + columns)
        for (panel, kind, table) in tables {
            let positions = table.columns.map { index[$0] ?? 0 }
            for row in table.rows {
                var fields = [String](repeating: "", count: columns.count)
                for (position, field) in zip(positions, row) { fields[position] = field }
                text += Self.line((hasPanels ? [panel, kind] : [kind]) + fields)
            }
        }
        return text
    }

    private static func line(_ fields: [String]) -> String {
        fields.map { field in
            let isPlain = field.utf8.allSatisfy {
                $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") && $0 != 10 && $0 != 13
            }
            return isPlain
                ? field
                : "\""
                    + field.split(separator: "\"", omittingEmptySubsequences: false).joined(
                        separator: "\"\"") + "\""
        }.joined(separator: ",") + "\n"
    }
}
