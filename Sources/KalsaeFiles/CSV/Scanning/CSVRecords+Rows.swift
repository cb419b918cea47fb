/// Rows that turn out as no part of the table.
extension CSVRecords {
    /// Leaves the last records, which may turn out as no part of the table when more is read.
    mutating func holdBack(_ count: Int) {
        guard (1...Self.mostRecent).contains(count), count <= recent.count else { return }
        (consumed, nextLine) = recent[recent.count - count]
        recent.removeLast(count)
        remove(Array((rows.count - count)..<rows.count))
    }

    /// Takes rows out, given in ascending order.
    mutating func remove(_ gone: [Int]) {
        guard var next = gone.first else { return }
        var (kept, index) = (next, 0)
        for row in next..<rows.count {
            if row == next {
                index += 1
                next = index < gone.count ? gone[index] : rows.count
                continue
            }
            rows[kept] = rows[row]
            for column in 0..<columnCount {
                ends[kept * columnCount + column] = ends[row * columnCount + column]
            }
            kept += 1
        }
        rows.removeLast(rows.count - kept)
        ends.removeLast(ends.count - kept * columnCount)
    }

    /// The rows from `first` on whose cells are `cells`, one by one.
    func rows(from first: Int, equal cells: [[UInt8]]) -> [Int] {
        guard columnCount > 1, cells.count == columnCount else { return [] }
        return withCells { view in
            (min(first, rows.count)..<rows.count).filter { row in
                cells.indices.allSatisfy { column in
                    let own = view.cell(row: row, column: column).bytes
                    // Files that were put together have a mark before each.
                    let start = column == 0 && own.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
                    return own.count - start == cells[column].count
                        && own[start...].elementsEqual(cells[column])
                }
            }
        }
    }

    /// The cells of a row.
    func bytes(ofRow row: Int) -> [[UInt8]] {
        withCells { view in
            (0..<columnCount).map { Array(view.cell(row: row, column: $0).bytes) }
        }
    }

    /// The line and text of the first of the last `count` rows.
    func note(ofLast count: Int) -> (line: Int, text: String) {
        let row = rows.count - count
        let text = (0..<columnCount).lazy.map { self.text(row: row, column: $0) }
            .first { !$0.isEmpty }
        return (line(ofRow: row), text ?? "")
    }
}
