extension String {
    /// The text on one line and safe for a terminal: control characters, line ends and the marks
    /// that reorder text are written as escapes (`\n`, `\0`, `\u{1b}`), everything else as it is.
    public var printable: String {
        guard unicodeScalars.contains(where: Self.isUnprintable) else { return self }
        var shown = ""
        for scalar in unicodeScalars {
            guard Self.isUnprintable(scalar) else {
                shown.unicodeScalars.append(scalar)
                continue
            }
            switch scalar {
            case "\0": shown += "\\0"
            case "\t": shown += "\\t"
            case "\n": shown += "\\n"
            case "\r": shown += "\\r"
            default: shown += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return shown
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0: true
        // Line and paragraph separators; embeddings, overrides and isolates of direction.
        case 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
