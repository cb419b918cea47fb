import KalsaeLessons

/// Columns under each other, by how wide their words are in a terminal; numbers at the right.
struct LessonColumns {
    let lines: [String]

    init(_ table: LessonTable) {
        let isNamed = table.rows.contains { !$0.name.isEmpty }
        let cells = table.columns.isEmpty ? table.cells : [table.columns] + table.cells
        let width = cells.map(\.count).max() ?? 0
        lines = Self.lines(cells, isText: (0..<width).map { $0 == 0 && isNamed })
    }

    static func lines(_ cells: [[String]], isText: [Bool]) -> [String] {
        let widths = isText.indices.map { column in
            cells.map { $0.indices.contains(column) ? DisplayWidth.of($0[column]) : 0 }.max() ?? 0
        }
        return cells.map { row in
            var line = "  "
            for (column, cell) in row.enumerated() where isText.indices.contains(column) {
                let space = String(
                    repeating: " ", count: widths[column] - DisplayWidth.of(cell))
                line += (column == 0 ? "" : "  ") + (isText[column] ? cell + space : space + cell)
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }
}
