import Synchronization

/// The cells of a table that are not kept: their rows are read again where they are asked for.
final class CSVPages: Sendable {
    /// Rows that are read at once.
    struct Page: Sendable {
        var range: Range<Int>
        /// The row and the line where it begins.
        var row: Int
        var line: Int
        var rowCount: Int
        /// Whether each of its lines is a row.
        var hasRowPerLine = false
    }

    private struct Latest { var index = -1; var records: CSVRecords? }

    let rowCount: Int
    /// The position among the columns whose text is kept, nil for others.
    let positions: [Int?]
    private let reader: CSVPartReader
    private let pages: [Page]
    private let threads: Int
    private let latest = Mutex(Latest())

    init(_ reader: CSVPartReader, _ pages: [Page], rowCount: Int, threads: Int) {
        (self.reader, self.pages, self.rowCount) = (reader, pages, rowCount)
        self.threads = threads
        positions = reader.names.all.indices.map { reader.kept.firstIndex(of: $0) }
    }

    /// A cell, empty where the file is no longer as it was.
    func withCell<Result>(
        row: Int, column: Int, _ body: (UnsafeBufferPointer<UInt8>, Bool) -> Result
    ) -> Result {
        let (records, row) = records(ofRow: row)
        guard let records, row < records.count else {
            return body(UnsafeBufferPointer(start: nil, count: 0), false)
        }
        return records.withCells { view in
            let (cell, isQuoted) = view.cell(row: row, column: column)
            return body(cell, isQuoted)
        }
    }

    /// The line of the file where a row begins.
    func line(ofRow row: Int) -> Int {
        let page = pages[position(ofRow: row)]
        if page.hasRowPerLine { return page.line + row - page.row }
        let (records, index) = records(ofRow: row)
        guard let records, index < records.count else { return 0 }
        return records.line(ofRow: index)
    }

    /// Numbers for different texts, in order of appearance, from those of the rows of each page.
    func codes(
        _ pageCodes: @Sendable (CSVRecords) -> (codes: [Int32], names: [String], alike: [String])
    ) -> (codes: [Int32], names: [String], alike: [String]) {
        var all: (codes: [Int32], names: [String], alike: [String]) = ([], [], [])
        all.codes.reserveCapacity(rowCount)
        var known: [String: Int32] = [:]
        let parts = Parallel.map(pages, threads: threads) {
            page -> (codes: [Int32], names: [String], alike: [String]) in
            guard var records = reader.records(page.range)?.records else { return ([], [], []) }
            // The last page's text goes on with what stands behind the table.
            records.remove(Array(min(page.rowCount, records.count)..<records.count))
            return pageCodes(records)
        }
        for (page, part) in zip(pages, parts) {
            all.alike += part.alike
            let own = part.names.map { name in
                if let code = known[name] {
                    let first = all.names[Int(code)]
                    if !first.utf8.elementsEqual(name.utf8) { all.alike.append(name) }
                    return code
                }
                let code = Int32(all.names.count)
                known[name] = code
                all.names.append(name)
                return code
            }
            // A file that has changed may have less rows.
            for row in 0..<page.rowCount {
                let code = row < part.codes.count ? part.codes[row] : -1
                all.codes.append(code < 0 ? -1 : own[Int(code)])
            }
        }
        return all
    }

    /// The last page that begins at or before a row.
    private func position(ofRow row: Int) -> Int {
        var (low, high) = (0, pages.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if pages[middle].row <= row { low = middle } else { high = middle }
        }
        return low
    }

    private func records(ofRow row: Int) -> (CSVRecords?, row: Int) {
        let index = position(ofRow: row)
        let page = pages[index]
        let records = latest.withLock { latest in
            if latest.index != index {
                latest = Latest(
                    index: index, records: reader.records(page.range, line: page.line)?.records)
            }
            return latest.records
        }
        return (records, row - page.row)
    }
}
