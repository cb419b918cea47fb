extension String {
    /// The text on one line and safe for a terminal: control characters, line ends and marks of
    /// format, as those that reorder text, are written as escapes (`\n`, `\0`, `\u{1B}`).
    public var printable: String {
        if utf8.allSatisfy({ (0x20...0x7e).contains($0) }) { return self }
        var shown = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format:
                shown += scalar.escaped(asASCII: true)
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
