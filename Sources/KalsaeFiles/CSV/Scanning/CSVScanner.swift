/// What a scanner must know to tell cells apart.
struct CSVDialect: Sendable, Equatable {
    var separator = CSVSeparator.comma
    var quote: UInt8? = 0x22
    /// Whether lines that begin with `#` are comments.
    var hasComments = false
    /// Whether the first row lacks the first cell, as R writes the names of columns.
    var isFirstRowShort = false
}

/// Walks over records in a buffer and writes their cells, quotes undone and blanks at the ends
/// dropped, over what was read. NUL bytes, with which programs fill fields, are blanks.
struct CSVScanner {
    enum Outcome {
        case record
        /// An empty line, or one of blanks.
        case blank
        /// A comment.
        case comment
        /// The input ends within the record, which is not the file's last.
        case cut
        /// A quote that is not closed as it should be.
        case fault(expected: String)
    }

    /// The bit of a cell's end that says that the cell was quoted.
    static let quotedBit: UInt32 = 1 << 31

    private let bytes: UnsafeMutablePointer<UInt8>
    private let count: Int
    private let quote: UInt8
    private let hasQuote: Bool
    private let separator: UInt8
    private let isBlanks: Bool
    private let hasComments: Bool
    /// Whether nothing comes behind the buffer.
    private let isLast: Bool

    private(set) var position: Int
    private(set) var line: Int
    /// Where the next cell's text goes; never beyond `position`.
    private(set) var output = 0
    /// The line where the last quoted cell opened.
    private(set) var quoteLine = 1

    init(
        _ buffer: UnsafeMutableBufferPointer<UInt8>, from start: Int, line: Int,
        dialect: CSVDialect, isLast: Bool
    ) {
        // An empty buffer has no address, and is never read.
        bytes = buffer.baseAddress ?? UnsafeMutablePointer(bitPattern: 1).unsafelyUnwrapped
        count = buffer.count
        hasQuote = dialect.quote != nil
        quote = dialect.quote ?? 0
        if case .byte(let byte) = dialect.separator {
            separator = byte
            isBlanks = false
        } else {
            separator = 0x20
            isBlanks = true
        }
        hasComments = dialect.hasComments
        self.isLast = isLast
        position = start
        self.line = line
    }

    var isAtEnd: Bool { position >= count }

    /// Takes the next line or record; ends of cells are counted from the record's first byte.
    mutating func next(_ ends: inout [UInt32]) -> Outcome {
        let start = output
        skipBlanks()
        guard position < count else { return isLast ? .blank : .cut }
        let first = bytes[position]
        if first == 0x0a || first == 0x0d { return endLine() ? .blank : .cut }
        if hasComments, first == 0x23 {
            while position < count, bytes[position] != 0x0a, bytes[position] != 0x0d {
                position += 1
            }
            return endLine() ? .comment : .cut
        }
        while true {
            var isQuoted = false
            if hasQuote, position < count, bytes[position] == quote {
                isQuoted = true
                if let outcome = quoted() { return outcome }
            } else {
                plain()
            }
            let end = UInt32(truncatingIfNeeded: output - start) & ~Self.quotedBit
            ends.append(isQuoted ? end | Self.quotedBit : end)
            if isBlanks { skipBlanks() }
            guard position < count else { return isLast ? .record : .cut }
            let byte = bytes[position]
            if byte == 0x0a || byte == 0x0d { return endLine() ? .record : .cut }
            if !isBlanks {
                position += 1
                skipBlanks()
            }
        }
    }

    /// Passes LF, CRLF or CR; false when a CR is all there is so far.
    private mutating func endLine() -> Bool {
        guard position < count else { return isLast }
        let byte = bytes[position]
        position += 1
        if byte == 0x0d {
            if position == count, !isLast { return false }
            if position < count, bytes[position] == 0x0a { position += 1 }
        }
        line += 1
        return true
    }

    private mutating func skipBlanks() {
        while position < count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x09 || byte == 0, isBlanks || byte != separator else {
                return
            }
            position += 1
        }
    }

    private mutating func plain() {
        let first = output
        var from = position
        var to = output
        while from < count {
            let byte = bytes[from]
            if byte == separator || byte == 0x0a || byte == 0x0d || (isBlanks && byte == 0x09) {
                break
            }
            bytes[to] = byte
            from += 1
            to += 1
        }
        while to > first, bytes[to - 1] == 0x20 || bytes[to - 1] == 0x09 || bytes[to - 1] == 0 {
            to -= 1
        }
        position = from
        output = to
    }

    /// Nil when the cell is closed and a separator or the line's end follows.
    private mutating func quoted() -> Outcome? {
        quoteLine = line
        position += 1
        while true {
            while position < count, bytes[position] != quote {
                let byte = bytes[position]
                if byte == 0x0a || byte == 0x0d {
                    let endsPair =
                        byte == 0x0a && bytes[position - 1] == 0x0d && position > 1
                    if !endsPair { line += 1 }
                }
                bytes[output] = byte
                output += 1
                position += 1
            }
            guard position < count else {
                return isLast ? .fault(expected: "a closing quote") : .cut
            }
            position += 1
            if position < count, bytes[position] == quote {
                bytes[output] = quote
                output += 1
                position += 1
                continue
            }
            if !isBlanks { skipBlanks() }
            guard position < count else { return isLast ? nil : .cut }
            let byte = bytes[position]
            if byte == separator || byte == 0x0a || byte == 0x0d || (isBlanks && byte == 0x09) {
                return nil
            }
            return .fault(expected: "a separator or the line's end after the closing quote")
        }
    }
}
