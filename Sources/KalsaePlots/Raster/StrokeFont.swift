/// Letters as lines. Kalsae's own; the widths are those that labels are laid out with, so that
/// words end where the layout expects it.
enum StrokeFont {
    /// A glyph: its lines on a grid 14 high from the top of capitals to the base line, and its width
    /// there.
    struct Glyph {
        var lines: [[Drawing.Point]]
        var width: Double
    }

    /// The lines of a label, in the units of the drawing.
    static func lines(of label: Drawing.Label) -> [[Drawing.Point]] {
        let stretch = TextWidth.sans("n", isBold: label.isBold) / TextWidth.sans("n")
        var total = 0.0
        for scalar in label.text.unicodeScalars { total += Double(TextWidth.advance(scalar)) }
        total *= label.size * stretch / 1000
        var at =
            switch label.anchor {
            case .start: 0.0
            case .middle: -total / 2
            case .end: -total
            }
        let (sin, cos) = (sine(degrees: label.angle), cosine(degrees: label.angle))
        // Capitals are .72 of the font high, their middle a bit over that of small letters.
        let unit = label.size * 0.72 / 14
        let base = label.size * 0.35
        var lines: [[Drawing.Point]] = []
        for scalar in label.text.unicodeScalars {
            let advance = Double(TextWidth.advance(scalar)) * label.size * stretch / 1000
            defer { at += advance }
            guard advance > 0, let glyph = glyph(scalar) else { continue }
            let bearing = min(advance * 0.16, label.size * 0.085)
            let across = glyph.width > 0 ? (advance - 2 * bearing) / glyph.width : 0
            let start = glyph.width > 0 ? at + bearing : at + advance / 2
            for line in glyph.lines {
                lines.append(
                    line.map { point in
                        let (x, y) = (start + point.x * across, base + (point.y - 14) * unit)
                        return Drawing.Point(
                            label.point.x + x * cos - y * sin, label.point.y + x * sin + y * cos)
                    })
            }
        }
        return lines
    }

    /// The glyph of a character; `nil` for blanks, a box for unknown ones.
    static func glyph(_ scalar: Unicode.Scalar) -> Glyph? {
        if scalar.properties.isWhitespace { return nil }
        if let lines = table[scalar] { return lines }
        if let syllable = HangulStrokes.glyph(scalar) { return syllable }
        if let (base, mark) = accented[scalar], let letter = table[base] {
            let shift = base.properties.isUppercase ? -4.0 : 0
            let accent = parse(mark).map { line in
                line.map { Drawing.Point($0.x + letter.width / 2 - 2, $0.y + shift) }
            }
            return Glyph(lines: letter.lines + accent, width: letter.width)
        }
        if let (digit, isHigh) = raised[scalar], let letter = table[digit] {
            let lines = letter.lines.map { line in
                line.map { Drawing.Point($0.x, $0.y * 0.6 + (isHigh ? -1.5 : 7)) }
            }
            return Glyph(lines: lines, width: letter.width)
        }
        return Glyph(lines: parse("00808e0e00"), width: 8)
    }

    private static let table: [Unicode.Scalar: Glyph] = {
        var table: [Unicode.Scalar: Glyph] = [:]
        for (scalar, width, drawing) in StrokeFontTable.glyphs {
            table[scalar] = Glyph(lines: parse(drawing), width: Double(width))
        }
        return table
    }()

    private static let raised: [Unicode.Scalar: (Unicode.Scalar, Bool)] = [
        "⁽": ("(", true), "⁾": (")", true),
        "⁰": ("0", true), "¹": ("1", true), "²": ("2", true), "³": ("3", true), "⁴": ("4", true),
        "⁵": ("5", true), "⁶": ("6", true), "⁷": ("7", true), "⁸": ("8", true), "⁹": ("9", true),
        "⁻": ("−", true), "₀": ("0", false), "₁": ("1", false), "₂": ("2", false),
        "₃": ("3", false), "₄": ("4", false), "₅": ("5", false), "₆": ("6", false),
        "₇": ("7", false), "₈": ("8", false), "₉": ("9", false),
    ]

    private static let accented: [Unicode.Scalar: (Unicode.Scalar, String)] = {
        let marks = [
            ("áéíóúÁÉÍÓÚ", "aeıouAEIOU", "3112"), ("àèìòùÀÈÌÒÙ", "aeıouAEIOU", "1132"),
            ("âêîôûÂÊÎÔÛ", "aeıouAEIOU", "022042"), ("äëïöüÄËÏÖÜ", "aeıouAEIOU", "0102 4142"),
            ("ñãõÑÃÕ", "naoNAO", "~0210213140"), ("åÅ", "aA", "@20312211"),
        ]
        var table: [Unicode.Scalar: (Unicode.Scalar, String)] = [:]
        for (letters, bases, mark) in marks {
            for (letter, base) in zip(letters.unicodeScalars, bases.unicodeScalars) {
                table[letter] = (base, mark)
            }
        }
        return table
    }()

    /// The lines of a glyph's text: two digits of base 36 a point, blanks between lines; those that
    /// begin with `~` are smooth, with `@` smooth and closed.
    static func parse(_ text: String) -> [[Drawing.Point]] {
        text.split(separator: " ").map { part in
            let isClosed = part.first == "@"
            let isSmooth = isClosed || part.first == "~"
            let values = part.compactMap { Int(String($0), radix: 36) }.map(Double.init)
            let points = stride(from: 0, to: values.count - 1, by: 2).map {
                Drawing.Point(values[$0], values[$0 + 1])
            }
            return isSmooth ? smooth(points, isClosed: isClosed) : points
        }
    }

    /// A smooth line through points (Catmull and Rom, 1974).
    private static func smooth(_ points: [Drawing.Point], isClosed: Bool) -> [Drawing.Point] {
        guard points.count > 2 else { return points }
        let count = points.count
        func point(_ index: Int) -> Drawing.Point {
            points[isClosed ? (index + count) % count : min(max(index, 0), count - 1)]
        }
        var line: [Drawing.Point] = []
        for index in 0..<(isClosed ? count : count - 1) {
            let (a, b, c, d) = (point(index - 1), point(index), point(index + 1), point(index + 2))
            for step in 0..<5 {
                let t = Double(step) / 5
                func blend(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> Double {
                    let cubic = (3 * b - 3 * c + d - a) * t + (2 * a - 5 * b + 4 * c - d)
                    return b + 0.5 * t * ((c - a) + t * cubic)
                }
                line.append(Drawing.Point(blend(a.x, b.x, c.x, d.x), blend(a.y, b.y, c.y, d.y)))
            }
        }
        line.append(point(isClosed ? 0 : count - 1))
        return line
    }
}
