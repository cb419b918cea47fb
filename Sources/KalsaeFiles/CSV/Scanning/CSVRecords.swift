import KalsaeSupport

/// The cells of a CSV file in one buffer: a cell is what lies between two ends.
struct CSVRecords: Sendable {
    private(set) var columnCount = 0
    /// The line where each row begins, from 1.
    private(set) var lines: [Int] = []
    private var content: [UInt8] = []
    private var ends: [Int] = [0]

    var count: Int { lines.count }

    /// Splits UTF-8 text; stops after `most` rows, so that a sample costs little.
    init(
        _ bytes: [UInt8], separator: UInt8, subject: String, most: Int = .max
    ) throws(KalsaeError) {
        content.reserveCapacity(min(bytes.count, most == .max ? bytes.count : 0))
        var scanner = CSVScanner(separator: separator)
        var fault: KalsaeError?
        bytes.withUnsafeBufferPointer { input in
            while scanner.position < input.count, lines.count < most {
                let line = scanner.line
                let before = ends.count
                guard scanner.record(input, &content, &ends) else {
                    fault = KalsaeError(
                        subject, expected: scanner.expected,
                        got: "none for the one that opens on line \(scanner.quoteLine)")
                    return
                }
                let cells = ends.count - before
                if scanner.isBlank {
                    ends.removeLast(cells)
                    continue
                }
                if lines.isEmpty { columnCount = cells }
                guard cells == columnCount else {
                    fault = KalsaeError(
                        subject,
                        expected: "\(columnCount) cells, as on line \(lines.first ?? 1)",
                        got: "\(cells) on line \(line)")
                    return
                }
                lines.append(line)
            }
        }
        if let fault { throw fault }
    }

    func text(row: Int, column: Int) -> String {
        withCell(row: row, column: column) { String(decoding: $0, as: UTF8.self) }
    }

    func cell(row: Int, column: Int) -> CSV.Cell {
        withCell(row: row, column: column) { Self.classify($0) }
    }

    private func withCell<Result>(
        row: Int, column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        let index = row * columnCount + column
        let range = ends[index]..<ends[index + 1]
        return content.withUnsafeBufferPointer { buffer in
            body(UnsafeBufferPointer(rebasing: buffer[range]))
        }
    }

    private static func classify(_ bytes: UnsafeBufferPointer<UInt8>) -> CSV.Cell {
        if bytes.isEmpty { return .missing }
        if let value = NumberText.parse(bytes) {
            return value.isFinite ? .number(value) : .infinite
        }
        guard bytes.count <= 9 else { return .text }
        let word = String(decoding: bytes, as: UTF8.self)
        switch word {
        case "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "?": return .missing
        default: break
        }
        let unsigned = word.hasPrefix("-") || word.hasPrefix("+") ? word.dropFirst() : word[...]
        let lower = unsigned.lowercased()
        return lower == "inf" || lower == "infinity" ? .infinite : .text
    }
}

/// Walks over records, undoing quotes.
struct CSVScanner {
    let separator: UInt8
    private(set) var position = 0
    private(set) var line = 1
    /// The line where the last quoted cell opened.
    private(set) var quoteLine = 1
    /// Whether the last record was an empty line.
    private(set) var isBlank = false
    /// What was missing when `record` failed.
    private(set) var expected = ""

    init(separator: UInt8) { self.separator = separator }

    /// Appends the cells of the next record; false when a quote is not closed as it should be.
    mutating func record(
        _ input: UnsafeBufferPointer<UInt8>, _ content: inout [UInt8], _ ends: inout [Int]
    ) -> Bool {
        let start = position
        while true {
            if position < input.count, input[position] == 0x22 {
                guard quoted(input, &content) else { return false }
            } else {
                var first = position
                while position < input.count, !isEnd(input[position]) { position += 1 }
                var last = position
                while first < last, Self.isSpace(input[first]) { first += 1 }
                while first < last, Self.isSpace(input[last - 1]) { last -= 1 }
                content += UnsafeBufferPointer(rebasing: input[first..<last])
            }
            ends.append(content.count)
            isBlank = position == start
            guard position < input.count else { return true }
            let byte = input[position]
            position += 1
            if byte == separator { continue }
            if byte == 0x0d, position < input.count, input[position] == 0x0a { position += 1 }
            line += 1
            return true
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private func isEnd(_ byte: UInt8) -> Bool {
        byte == separator || byte == 0x0a || byte == 0x0d
    }

    private mutating func quoted(
        _ input: UnsafeBufferPointer<UInt8>, _ content: inout [UInt8]
    ) -> Bool {
        quoteLine = line
        position += 1
        while true {
            let first = position
            while position < input.count, input[position] != 0x22 {
                let byte = input[position]
                let endsPair = byte == 0x0a && position > first && input[position - 1] == 0x0d
                if (byte == 0x0a && !endsPair) || byte == 0x0d { line += 1 }
                position += 1
            }
            content += UnsafeBufferPointer(rebasing: input[first..<position])
            guard position < input.count else {
                expected = "a closing quote"
                return false
            }
            position += 1
            guard position < input.count, !isEnd(input[position]) else { return true }
            guard input[position] == 0x22 else {
                expected = "a separator or the line's end after the closing quote"
                return false
            }
            content.append(0x22)
            position += 1
        }
    }
}
