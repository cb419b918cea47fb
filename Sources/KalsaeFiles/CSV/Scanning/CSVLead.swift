/// What stands before a table: comments, and the line by which Excel tells the separator.
struct CSVLead: Sendable, Equatable {
    /// Where the table begins.
    var offset = 0
    /// The line where it begins.
    var line = 1
    /// The separator in a line `sep=;`.
    var separator: CSVSeparator?
    /// Lines that begin with `#`.
    var commentCount = 0
    /// The last comment before the table, which may name the columns.
    var comment: [UInt8]?

    /// Passes over the first lines of a file.
    init(_ bytes: UnsafeBufferPointer<UInt8>, skipping skipped: Int?) {
        if let skipped {
            for _ in 0..<skipped { pass(Self.line(bytes, from: offset), bytes.count) }
            return
        }
        while offset < bytes.count {
            let span = Self.line(bytes, from: offset)
            let text = Self.trimmed(bytes, span.text)
            if text.isEmpty, offset > 0 || span.next < bytes.count {
                pass(span, bytes.count)
            } else if let found = Self.separator(bytes[text]) {
                separator = found
                pass(span, bytes.count)
            } else if text.count > 0, bytes[text.lowerBound] == 0x23,
                !Self.isNameOfNumber(bytes, text)
            {
                commentCount += 1
                comment = Array(bytes[text].drop { $0 == 0x23 || $0 == 0x20 })
                pass(span, bytes.count)
            } else {
                return
            }
        }
    }

    private mutating func pass(_ span: (text: Range<Int>, next: Int), _ count: Int) {
        guard offset < count else { return }
        offset = span.next
        line += 1
    }

    /// Passes over lines of a title, and blank ones behind them.
    mutating func passTitles(_ bytes: UnsafeBufferPointer<UInt8>, _ count: Int) {
        var passed = 0
        while offset < bytes.count {
            let span = Self.line(bytes, from: offset)
            let isBlank = Self.trimmed(bytes, span.text).isEmpty
            if !isBlank, passed == count { return }
            if !isBlank { passed += 1 }
            pass(span, bytes.count)
        }
    }

    private static func line(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> (text: Range<Int>, next: Int) {
        var end = start
        while end < bytes.count, bytes[end] != 0x0a, bytes[end] != 0x0d { end += 1 }
        var next = min(bytes.count, end + 1)
        if end < bytes.count, bytes[end] == 0x0d, next < bytes.count, bytes[next] == 0x0a {
            next += 1
        }
        return (start..<end, next)
    }

    private static func trimmed(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
    ) -> Range<Int> {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high, bytes[low] == 0x20 || bytes[low] == 0x09 { low += 1 }
        while low < high, bytes[high - 1] == 0x20 || bytes[high - 1] == 0x09 { high -= 1 }
        return low..<high
    }

    /// `#` alone in a cell is a column's name.
    private static func isNameOfNumber(
        _ bytes: UnsafeBufferPointer<UInt8>, _ text: Range<Int>
    ) -> Bool {
        guard text.count > 1 else { return false }
        return [0x2c, 0x3b, 0x09, 0x7c].contains(bytes[text.lowerBound + 1])
    }

    private static func separator(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> CSVSeparator? {
        let plain = line.filter { $0 != 0x22 }
        guard (5...5).contains(plain.count) || (plain.count == 4 && line.count == 4),
            plain.prefix(4).map({ $0 | 0x20 }) == Array("sep=".utf8).map({ $0 | 0x20 })
        else { return nil }
        return plain.count == 5 ? .byte(plain[4]) : .tab
    }
}
