import KalsaeSupport

extension CSV {
    /// A table without rows, whose columns tell how those of further rows are read.
    func template(with columns: [CSVColumn]) -> CSV {
        CSV(
            subject: subject,
            guesses: guesses.following(CSVGuesses.Counts(rows: 0), columns), header: header,
            records: CSVRecords(), firstRow: 0, cells: cells,
            numbers: [[Double]](repeating: [], count: columns.count), dialect: dialect,
            headerCells: headerCells)
    }

    /// The same rows with columns that are read as others.
    func read(like fixed: [CSVColumn]) -> CSV {
        let reader = ColumnReader(
            records: records, firstRow: firstRow, names: columns.map(\.name), cells: cells,
            decimal: guesses.options.decimal, isSemicolonSeparated: separator == .semicolon)
        let (columns, numbers) = reader.read(like: fixed)
        return CSV(
            subject: subject,
            guesses: guesses.following(CSVGuesses.Counts(rows: rowCount), columns),
            header: header, records: records, firstRow: firstRow, cells: cells, numbers: numbers,
            dialect: dialect, headerCells: headerCells)
    }

    fileprivate func append(row: Int, to text: inout [UInt8]) {
        let cells = (0..<columnCount).map { column in
            (Array(self.text(row: row, column: column).utf8), isQuoted(row: row, column: column))
        }
        append(cells: cells, to: &text)
    }

    /// Appends cells as a line, in quotes where they are, or must be.
    fileprivate func append(cells: [(bytes: [UInt8], isQuoted: Bool)], to text: inout [UInt8]) {
        let byte: UInt8 = if case .byte(let byte) = dialect.separator { byte } else { 0x20 }
        // A lone empty cell would be a blank line, and one between spaces no cell.
        let mayBeEmpty = if case .byte = dialect.separator { cells.count > 1 } else { false }
        let special: [UInt8] = [byte, dialect.quote ?? byte, 0x0a, 0x0d, 0x20, 0x09]
        for (column, cell) in cells.enumerated() {
            if column > 0 { text.append(byte) }
            let isPlain =
                !cell.isQuoted && (mayBeEmpty || !cell.bytes.isEmpty)
                && !cell.bytes.contains(where: special.contains)
            guard let quote = dialect.quote, !isPlain else {
                text += cell.bytes
                continue
            }
            text.append(quote)
            for byte in cell.bytes {
                if byte == quote { text.append(quote) }
                text.append(byte)
            }
            text.append(quote)
        }
        text.append(0x0a)
    }
}

extension CSVPasses.Piece {
    /// Appends rows, given in ascending order, as text that ends with a line feed, with the cells that
    /// they have; gives where each ends.
    package func append(rows: [Int], to text: inout [UInt8]) -> [Int] {
        var ends: [Int] = []
        guard let lines else {
            for row in rows {
                table.append(row: row, to: &text)
                ends.append(text.count)
            }
            return ends
        }
        lines.withUnsafeBufferPointer { bytes in
            var (line, start) = (0, 0)
            func end(of start: Int) -> Int {
                var end = start
                while end < bytes.count, bytes[end] != 0x0a { end += 1 }
                return end
            }
            for row in rows {
                while line < row { (line, start) = (line + 1, end(of: start) + 1) }
                text += bytes[start..<end(of: start)]
                text.append(0x0a)
                ends.append(text.count)
            }
        }
        return ends
    }
}

extension CSVPasses {
    /// The table that rows of this file make, given as text, with the lines where they stand there.
    package func table(rows: [UInt8], lines: [Int]) throws(KalsaeError) -> CSV {
        var own = options
        (own.separator, own.encoding) = (first.separator, .utf8)
        (own.skippedLines, own.skippedFooterLines) = (0, 0)
        own.header = first.header == nil ? .absent : .present
        var text = rows
        if let header = first.header {
            var line: [UInt8] = []
            first.append(cells: header.map { (Array($0.utf8), true) }, to: &line)
            text.insert(contentsOf: line, at: 0)
        }
        let table = try CSV(text, subject: subject, options: own)
        return table.at(lines: lines)
    }

    /// The first guesses with what is known of all rows.
    package func guesses(rows: Int, _ columns: [CSVColumn]) -> CSVGuesses {
        first.guesses.following(CSVGuesses.Counts(rows: rows), columns)
    }
}
