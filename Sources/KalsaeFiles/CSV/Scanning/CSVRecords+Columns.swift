/// Some columns of a table that is read in parts.
extension CSVRecords {
    /// The cells of some columns, in ascending order, with their text alone.
    func columns(_ columns: [Int]) -> CSVRecords {
        var own = CSVRecords()
        own.columnCount = columns.count
        guard !columns.isEmpty else { return own }
        own.rows.reserveCapacity(count)
        own.ends.reserveCapacity(count * columns.count)
        withCells { view in
            for row in 0..<count {
                let start = own.content.count
                own.rows.append(Row(start: start, line: rows[row].line))
                for column in columns {
                    let (cell, isQuoted) = view.cell(row: row, column: column)
                    own.content.append(contentsOf: cell)
                    let end = UInt32(truncatingIfNeeded: own.content.count - start)
                    own.ends.append(isQuoted ? end | CSVScanner.quotedBit : end)
                }
            }
        }
        return own
    }

    /// The same columns without rows, with memory for `ratio` times those of these.
    func emptied(reserving ratio: Double) -> CSVRecords {
        var own = CSVRecords()
        own.columnCount = columnCount
        own.content.reserveCapacity(Int(Double(content.count) * ratio))
        own.rows.reserveCapacity(Int(Double(rows.count) * ratio))
        own.ends.reserveCapacity(Int(Double(ends.count) * ratio))
        return own
    }

    /// Adds the rows of the same columns that follow.
    mutating func append(_ other: CSVRecords, linesBefore: Int) {
        let start = content.count
        content += other.content
        ends += other.ends
        for row in other.rows {
            rows.append(Row(start: row.start + start, line: row.line + linesBefore))
        }
    }
}
