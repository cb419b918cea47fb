extension TerminalCanvas {
    /// The colors of a cell and what is written into it.
    private struct Glyph {
        var text: String
        var ink: Drawing.Color?
        var ground: Drawing.Color?
        var isBold = false
        var isFaint = false
    }

    /// All lines, with the sequences that color them.
    var text: String {
        var lines: [String] = []
        for row in 0..<height {
            var line = ""
            var style = ""
            // Blanks at the end are left out, unless they have a color.
            var pending = ""
            for column in 0..<width {
                let cell = cells[row * width + column]
                if cell.isContinued { continue }
                let glyph = glyph(column, row)
                let wanted = sequence(glyph)
                if glyph.text == " ", wanted.isEmpty, style.isEmpty {
                    pending += " "
                    continue
                }
                line += pending
                pending = ""
                if wanted != style {
                    if !style.isEmpty { line += "\u{1b}[0m" }
                    line += wanted
                    style = wanted
                }
                line += glyph.text
            }
            if !style.isEmpty { line += "\u{1b}[0m" }
            while line.last == " " { line.removeLast() }
            lines.append(line)
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    private func glyph(_ column: Int, _ row: Int) -> Glyph {
        let cell = cells[row * width + column]
        let parts = (0..<8).map { fills[(row * 4 + $0 / 2) * 2 * width + column * 2 + $0 % 2] }
        // What is most of the cell is behind words and dots.
        let ground = parts.compactMap { $0 }.count >= 4 ? mean(parts) : nil
        if let character = cell.character {
            let isPlain = cell.ink == theme.ink || cell.ink == theme.muted
            let ink = ground.map(\.readableInk) ?? (isPlain ? nil : cell.ink)
            return Glyph(
                text: String(character), ink: ink, ground: ground, isBold: cell.isBold,
                isFaint: cell.ink == theme.muted && ground == nil)
        }
        if cell.dots != 0 {
            let scalar = Unicode.Scalar(0x2800 + UInt32(cell.dots)) ?? " "
            return Glyph(text: String(Character(scalar)), ink: cell.dotColor, ground: ground)
        }
        if parts.contains(where: { $0 != nil }) {
            return color == .none ? hatched(parts) : block(parts)
        }
        if cell.box != 0 {
            let boxes = Array(" ╵╷│╴┘┐┤╶└┌├─┴┬┼")
            return Glyph(text: String(boxes[Int(cell.box)]), isFaint: true)
        }
        return Glyph(text: " ")
    }

    private func mean(_ parts: [Fill?]) -> Drawing.Color? {
        let colors = parts.compactMap { $0?.color }
        guard !colors.isEmpty else { return nil }
        func average(_ channel: (Drawing.Color) -> UInt8) -> UInt8 {
            UInt8(colors.reduce(0) { $0 + Int(channel($1)) } / colors.count)
        }
        return Drawing.Color(average(\.red), average(\.green), average(\.blue))
    }

    /// Which of the four quarters are set, as a block; the upper left one is bit 0.
    private static let quarters = Array(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")

    /// Two colors are all that a cell has: those that most of its parts have.
    private func block(_ parts: [Fill?]) -> Glyph {
        var counts: [(fill: Fill?, count: Int)] = []
        for part in parts {
            if let index = counts.firstIndex(where: { $0.fill == part }) {
                counts[index].count += 1
            } else {
                counts.append((part, 1))
            }
        }
        counts.sort { $0.count > $1.count }
        guard counts.count > 1 else { return Glyph(text: " ", ground: counts[0].fill?.color) }
        var (first, second) = (counts[0].fill, counts[1].fill)
        if counts.count > 4 {
            // As good as a picture gets: the means of the upper and the lower half.
            first = mean(Array(parts[..<4])).map { Fill(color: $0, shade: 0) }
            second = mean(Array(parts[4...])).map { Fill(color: $0, shade: 0) }
            return Glyph(text: "▀", ink: first?.color, ground: second?.color)
        }
        if first == nil { (first, second) = (second, first) }
        let isFirst = parts.map { part in
            part == first || part != second && distance(part, first) < distance(part, second)
        }
        return Glyph(text: Self.shape(isFirst), ink: first?.color, ground: second?.color)
    }

    private func distance(_ a: Fill?, _ b: Fill?) -> Int {
        guard let a, let b else { return a == b ? 0 : 1000 }
        return abs(Int(a.color.red) - Int(b.color.red))
            + abs(Int(a.color.green) - Int(b.color.green))
            + abs(Int(a.color.blue) - Int(b.color.blue))
    }

    /// The character that covers the parts that are set.
    private static func shape(_ isSet: [Bool]) -> String {
        let rows = stride(from: 0, to: 8, by: 2).map { (isSet[$0], isSet[$0 + 1]) }
        if rows.allSatisfy({ $0.0 == $0.1 }) {
            // Bars grow by quarters of a cell.
            let levels = rows.map(\.0)
            if levels == [false, false, false, true] { return "▂" }
            if levels == [false, true, true, true] { return "▆" }
        }
        var bits = 0
        for quarter in 0..<4 {
            let upper = quarter / 2 * 4 + quarter % 2
            // Of a quarter that is half set, the part nearer to the middle decides.
            if isSet[quarter < 2 ? upper + 2 : upper] { bits |= 1 << quarter }
        }
        return String(quarters[bits])
    }

    private func hatched(_ parts: [Fill?]) -> Glyph {
        let set = parts.compactMap { $0 }
        let shade = set.map(\.shade).reduce(0, +) / set.count
        let shades = [" ", "░", "▒", "▓", "█"]
        if set.count == 8 { return Glyph(text: shades[min(max(shade, 0), 4)]) }
        if shade < 4, set.count >= 4 { return Glyph(text: shades[max(shade, 0)]) }
        return Glyph(text: shade == 0 ? " " : Self.shape(parts.map { $0 != nil }))
    }

    /// The escape sequence of a style; empty for the terminal's own.
    private func sequence(_ glyph: Glyph) -> String {
        guard color != .none else { return "" }
        var codes: [String] = []
        if glyph.isBold { codes.append("1") }
        if glyph.isFaint { codes.append("2") }
        if let ink = glyph.ink { codes.append(code(ink, isGround: false)) }
        if let ground = glyph.ground { codes.append(code(ground, isGround: true)) }
        return codes.isEmpty ? "" : "\u{1b}[" + codes.joined(separator: ";") + "m"
    }

    private func code(_ value: Drawing.Color, isGround: Bool) -> String {
        let kind = isGround ? "48" : "38"
        if color == .full { return "\(kind);2;\(value.red);\(value.green);\(value.blue)" }
        // A cube of 6 x 6 x 6 colors, and 24 grays that are finer than its own.
        let parts = [value.red, value.green, value.blue].map(Int.init)
        if let low = parts.min(), let high = parts.max(), high - low < 12 {
            let gray = (parts.reduce(0, +) / 3 - 8 + 5) / 10
            return "\(kind);5;\(gray < 0 ? 16 : gray > 23 ? 231 : 232 + gray)"
        }
        let steps = parts.map { $0 < 48 ? 0 : $0 < 115 ? 1 : min(5, ($0 - 35) / 40) }
        return "\(kind);5;\(16 + 36 * steps[0] + 6 * steps[1] + steps[2])"
    }
}
