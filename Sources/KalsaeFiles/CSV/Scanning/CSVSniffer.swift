/// Guesses at the separator of a CSV file, and at lines before its table, from its first rows.
struct CSVSniffer {
    /// Rows and bytes looked at.
    static let sampleRows = 50
    static let sampleBytes = 1 << 16

    private static let candidates: [CSVSeparator] =
        [.comma, .semicolon, .tab, .pipe, .blanks] + rare
    /// Of Hive, old databases and people; taken where three columns at least show.
    private static let rare: [CSVSeparator] = [
        .byte(0x5e), .byte(0x7e), .byte(0x01), .byte(0x1f), .byte(0x3a),
    ]

    let bytes: [UInt8]
    let quote: UInt8?
    let cells: CellReader

    /// A separator with what the sample looks like through it.
    struct Look {
        var separator = CSVSeparator.comma
        /// Rows before the table, with less cells.
        var titles = 0
        /// Whether the first row has a cell less than the others.
        var isFirstShort = false
        /// Whether all rows of the table have the same number of cells, more than one.
        var isEven = false
        var width = 0
        /// Cells that hold no other separator.
        var clean = 0.0
        var numbers = 0.0
    }

    /// The best look at the sample: even rows before ragged ones, then cells without other
    /// separators in them, then more cells.
    func look(separator: CSVSeparator?) -> Look {
        let looks = (separator.map { [$0] } ?? Self.candidates).map(look(through:))
        if separator != nil { return looks[0] }
        var best = looks[0]
        for look in looks.dropFirst() where isBetter(look, than: best) { best = look }
        // A ragged file still has a separator: it must be seen, to be told about the line.
        return best
    }

    private func isBetter(_ look: Look, than other: Look) -> Bool {
        if look.separator == .blanks {
            let isTable =
                look.isEven && (look.width > 2 ? look.numbers > 0.15 : look.numbers >= 0.5)
            guard isTable, !areNumbers else { return false }
            // Words have blanks between them: another separator must leave rows of numbers.
            if other.isEven { return look.clean > other.clean + 0.02 }
        }
        if Self.rare.contains(look.separator), look.width < 3 || !look.isEven || other.isEven {
            return false
        }
        // Times of day have colons too.
        if look.separator == .byte(0x3a), look.numbers > 0.9 { return false }
        if look.isEven != other.isEven { return look.isEven }
        guard look.isEven else { return look.width > other.width }
        let steps = (look.titles, other.titles)
        if abs(look.clean - other.clean) > 0.02 { return look.clean > other.clean }
        if steps.0 != steps.1 { return steps.0 < steps.1 }
        return look.width > other.width
    }

    /// Whether every line is one number, perhaps with blanks between thousands.
    private var areNumbers: Bool {
        bytes.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }).dropFirst().allSatisfy { line in
            line.withContiguousStorageIfAvailable {
                WrittenNumber.parse($0, preferring: .point) != nil
            } ?? false
        }
    }

    private struct Row { var cells: [[UInt8]]; var isBehindBlank: Bool }

    private func rows(_ separator: CSVSeparator) -> [Row] {
        var copy = bytes
        var rows: [Row] = []
        let dialect = CSVDialect(separator: separator, quote: quote)
        copy.withUnsafeMutableBufferPointer { buffer in
            var scanner = CSVScanner(buffer, from: 0, line: 1, dialect: dialect, isLast: true)
            var ends: [UInt32] = []
            var isBehindBlank = false
            while !scanner.isAtEnd, rows.count < Self.sampleRows {
                ends.removeAll(keepingCapacity: true)
                let start = scanner.output
                let outcome = scanner.next(&ends)
                if case .fault = outcome { return }
                guard case .record = outcome else {
                    isBehindBlank = true
                    continue
                }
                var low = start
                let cells = ends.map { end in
                    let high = start + Int(end & ~CSVScanner.quotedBit)
                    defer { low = high }
                    // What is quoted holds separators by right.
                    return end & CSVScanner.quotedBit == 0 ? Array(buffer[low..<high]) : [0x22]
                }
                rows.append(Row(cells: cells, isBehindBlank: isBehindBlank))
                isBehindBlank = false
            }
        }
        return rows
    }

    private func look(through separator: CSVSeparator) -> Look {
        var look = Look(separator: separator)
        var rows = rows(separator)
        guard let first = rows.first else { return look }
        look.width = first.cells.count
        // A row may end with a separator too many.
        for index in rows.indices.dropFirst()
        where rows[index].cells.count == look.width + 1 && rows[index].cells.last == [] {
            rows[index].cells.removeLast()
        }
        dropNotes(&rows)
        guard let width = rows.last?.cells.count, width > 1 else { return look }
        let begin = rows.firstIndex { $0.cells.count == width } ?? 0
        let hasRest = rows[begin...].allSatisfy { $0.cells.count == width }
        let lead = rows[..<begin]
        guard hasRest, lead.isEmpty || rows.count - begin > 2,
            lead.allSatisfy({ $0.cells.count < width && !isNumber($0.cells[0]) })
        else { return look }
        look.isEven = true
        look.width = width
        if lead.count == 1, first.cells.count == width - 1, width > 2,
            first.cells.allSatisfy({ !isNumber($0) })
        {
            look.isFirstShort = true
        } else {
            look.titles = begin + fullTitles(rows[begin...])
        }
        measure(&look, rows[begin...])
        return look
    }

    /// Takes off notes behind the table, which have other numbers of cells than it.
    private func dropNotes(_ rows: inout [Row]) {
        let counts = rows.reduce(into: [Int: Int]()) { $0[$1.cells.count, default: 0] += 1 }
        guard let width = counts.max(by: { $0.value < $1.value })?.key, width > 1,
            let last = rows.lastIndex(where: { $0.cells.count == width }), last + 1 < rows.count,
            last > 1
        else { return }
        let note = rows[last + 1]
        let isKnown = note.cells[0].withUnsafeBufferPointer { CSVFooter.begins(note: $0) }
        if note.isBehindBlank || isKnown || note.cells[0] == [0x22] {
            rows.removeLast(rows.count - last - 1)
        }
    }

    /// Rows whose only cell is the first, before rows that have more: titles in spreadsheets.
    private func fullTitles(_ rows: ArraySlice<Row>) -> Int {
        let titles = rows.prefix { row in
            row.cells.count > 2 && row.cells[0] != []
                && row.cells.dropFirst().allSatisfy { $0 == [] }
                && !isNumber(row.cells[0])
        }
        let rest = rows.dropFirst(titles.count)
        guard let next = rest.first, rest.count > 1 else { return 0 }
        return next.cells.contains([]) ? 0 : titles.count
    }

    private func measure(_ look: inout Look, _ rows: ArraySlice<Row>) {
        var (all, clean, numbers) = (0, 0, 0)
        for row in rows {
            for cell in row.cells {
                all += 1
                if isNumber(cell) {
                    numbers += 1
                    clean += 1
                } else if !holdsSeparator(cell) {
                    clean += 1
                }
            }
        }
        look.clean = Double(clean) / Double(max(1, all))
        look.numbers = Double(numbers) / Double(max(1, all))
    }

    private func holdsSeparator(_ cell: [UInt8]) -> Bool {
        if cell.contains(where: { [0x2c, 0x3b, 0x09, 0x7c].contains($0) }) { return true }
        let tokens = cell.split(separator: 0x20)
        return tokens.count > 2 && tokens.allSatisfy { isNumber(Array($0)) }
    }

    private func isNumber(_ cell: [UInt8]) -> Bool {
        cell.withUnsafeBufferPointer { cell in
            switch cells.read(cell, preferring: .point) {
            case .number, .zeroLed: true
            default: false
            }
        }
    }
}
