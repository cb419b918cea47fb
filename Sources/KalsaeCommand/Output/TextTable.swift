/// Columns of text: numbers to the right, the last column to the left and as long as it is.
struct TextTable {
    private var rows: [[String]]

    init(_ titles: String...) { rows = [titles] }

    init(_ titles: [String]) { rows = [titles] }

    mutating func add(_ cells: String...) { rows.append(cells) }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// One line a row, the titles first.
    var lines: [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.indices.contains(column) ? DisplayWidth.of($0[column]) : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                if column == count - 1 {
                    line += "  " + cell
                } else {
                    let missing = widths[column] - DisplayWidth.of(cell)
                    let padding = String(repeating: " ", count: missing)
                    line += (column == 0 ? "" : "  ") + padding + cell
                }
            }
            return line
        }
    }
}
