/// How wide words are.
package enum TextWidth {
    /// The width of words in a common sans serif, for fonts that are 1 high.
    ///
    /// A twelfth is added, since a reader's fallback font may be wider than Helvetica.
    package static func sans(_ text: String, isBold: Bool = false) -> Double {
        var thousandths = 0
        for scalar in text.unicodeScalars { thousandths += advance(scalar) }
        return Double(thousandths) / 1000 * (isBold ? 1.16 : 1.09)
    }

    /// The advance of a character in thousandths of the font's height.
    package static func advance(_ scalar: Unicode.Scalar) -> Int {
        let value = Int(scalar.value)
        if value >= 0x20, value < 0x7f { return latin[value - 0x20] }
        switch cells(scalar) {
        case 0: return 0
        case 2: return 1000
        default: break
        }
        switch value {
        case 0x2070...0x208e, 0xb0...0xb3, 0xb9: return 360
        case 0xd7, 0x2212, 0xb1: return 584
        case 0xb7: return 278
        case 0x2026, 0x2013...0x2015: return 1000
        case 0x221e: return 713
        default: return 620
        }
    }

    /// The number of a terminal's cells that words take.
    package static func cells(_ text: String) -> Int {
        text.reduce(0) { $0 + cells($1) }
    }

    /// The number of a terminal's cells that a character takes.
    package static func cells(_ character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars {
            width = max(width, cells(scalar))
            // This asks for the colored form of the one before.
            if scalar.value == 0xfe0f { width = 2 }
        }
        return width
    }

    /// 0 for what is drawn onto the character before, 2 for East Asian wide and full-width ones.
    package static func cells(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return 1 }
        switch value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff,
            0xa000...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
            0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff,
            0x1f900...0x1faff, 0x20000...0x3fffd:
            return 2
        // Vowels and finals of Hangul join the syllable before.
        case 0x1160...0x11ff, 0xd7b0...0xd7ff: return 0
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }

    /// Words cut to a width, with an ellipsis where something is missing.
    package static func fitted(
        _ text: String, width: Double, measure: (String) -> Double
    ) -> String {
        guard measure(text) > width else { return text }
        var shown = text
        while !shown.isEmpty {
            // In larger steps where much is too wide.
            let share = width / max(measure(shown + "…"), 1e-9)
            if share >= 1 { return shown + "…" }
            let drop = max(1, Int(Double(shown.count) * (1 - share) * 0.7))
            shown.removeLast(min(drop, shown.count))
        }
        return measure("…") <= width ? "…" : ""
    }

    /// The advances of Helvetica for the printable characters of ASCII.
    private static let latin: [Int] = [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
        556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
        1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
        667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
        333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
        556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
    ]
}
