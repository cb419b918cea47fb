/// How many columns of a terminal text takes.
enum DisplayWidth {
    /// The columns of a text: wide characters take two, combining ones none.
    static func of(_ text: String) -> Int { text.reduce(0) { $0 + columns(of: $1) } }

    /// The beginning of a text that fits in a number of columns, ended by `…` where something is cut.
    static func cut(_ text: String, to width: Int) -> String {
        guard of(text) > width else { return text }
        var (kept, used) = ("", 0)
        for character in text {
            let columns = columns(of: character)
            // The mark of the cut takes one column.
            if used + columns > width - 1 { break }
            kept.append(character)
            used += columns
        }
        return width > 0 ? kept + "…" : ""
    }

    /// The columns of one character, by its first scalar; a presentation as an emoji takes two.
    private static func columns(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if character.unicodeScalars.contains(where: { $0.value == 0xfe0f }) { return 2 }
        if isWide(first.value) { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control, .format: return 0
        default: return 1
        }
    }

    /// The ranges that Unicode calls wide or full-width (UAX 11), in blocks.
    private static func isWide(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x4dbf, 0x4e00...0xa4cf,
            0xa960...0xa97c, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6b,
            0xff01...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff,
            0x1f900...0x1faff, 0x20000...0x3fffd:
            true
        default: false
        }
    }
}
