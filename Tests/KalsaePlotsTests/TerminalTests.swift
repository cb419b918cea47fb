import KalsaePlots
import Testing

/// Figures in a terminal's cells.
@Suite struct TerminalTests {
    /// The lines without their escape sequences.
    private func lines(_ text: String) -> [String] {
        var plain = ""
        var isEscape = false
        for character in text {
            if character == "\u{1b}" { isEscape = true }
            if !isEscape { plain.append(character) }
            if isEscape, character == "m" { isEscape = false }
        }
        return plain.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
            String($0)
        }
    }

    @Test func linesFitTheTerminal() throws {
        for (name, figure) in try Gallery.figures() {
            for (width, height) in [(80, 20), (16, 5), (40, 12), (200, 60)] {
                for color in TerminalColor.allCases {
                    let text = try figure.terminal(width: width, height: height, color: color)
                    let lines = lines(text)
                    #expect(lines.count <= height && !lines.isEmpty, "\(name)")
                    let widest = lines.map { TextWidth.cells($0) }.max() ?? 0
                    #expect(widest <= width, "\(name) at \(width) x \(height)")
                    #expect(color != .none || !text.contains("\u{1b}"))
                }
            }
        }
    }

    @Test func withoutColorsThereAreNoEscapes() throws {
        for (_, figure) in try Gallery.figures() {
            let text = try figure.terminal(color: .none)
            #expect(!text.contains("\u{1b}"))
            #expect(!text.contains(" \n"))
        }
    }

    @Test func aRisingLineRises() throws {
        let figure = Figure(marks: [.line(Series(x: [0, 1], y: [0, 1]))])
        let lines = lines(try figure.terminal(width: 60, height: 20, color: .none))
        // The column of the first dot of braille in each line goes from the right to the left.
        let columns = lines.compactMap { line in
            Array(line).firstIndex {
                (0x2801...0x28ff).contains($0.unicodeScalars.first?.value ?? 0)
            }
        }
        #expect(columns.count >= 15)
        #expect(zip(columns, columns.dropFirst()).allSatisfy { $0 > $1 })
    }

    @Test func barsAreBlocksInProportion() throws {
        let figure = Figure(
            y: Axis(low: 0, high: 4), marks: [.bars(Bars(names: ["a", "b"], values: [4, 2]))])
        let lines = lines(try figure.terminal(width: 40, height: 18, color: .none))
        let full = lines.map { $0.count { $0 == "█" } }.filter { $0 > 0 }
        // Sixteen lines are left for four units; all have the first bar, half of them both.
        #expect(full.count == 16)
        #expect(full.count { $0 == full[15] } == 8)
        #expect(full[0] * 2 == full[15])
    }

    @Test func seriesAreToldApartWithoutColors() throws {
        let figure = Figure(
            y: Axis(low: 0, high: 3),
            marks: [
                .line(Series(x: [0, 1], y: [1, 1])), .line(Series(x: [0, 1], y: [2, 2])),
            ])
        let lines = lines(try figure.terminal(width: 60, height: 20, color: .none))
        let shapes = lines.map { line in
            line.filter { (0x2801...0x28ff).contains($0.unicodeScalars.first?.value ?? 0) }
        }
        .filter { $0.count > 20 }
        #expect(shapes.count == 2)
        #expect(Set(shapes).count == 2)
    }

    @Test func wideCharactersTakeTwoCells() {
        let cases: [(String, Int)] = [
            ("", 0), ("abc", 3), ("칼새", 4), ("e\u{301}", 1), ("한a글", 5), ("✓", 1), ("🙂", 2),
            ("ｶ", 1),
            ("Ａ", 2), ("⁻³", 2), ("ᄒ\u{1161}\u{11ab}", 2),
        ]
        for (text, width) in cases { #expect(TextWidth.cells(text) == width, "\(text)") }
    }

    @Test func imagesHaveTheirColors() throws {
        let figure = Figure(marks: [
            .images(
                ImageGrid(width: 2, height: 1, channels: 3, images: [[255, 0, 0, 0, 0, 255]]))
        ])
        let full = try figure.terminal(width: 40, height: 10, color: .full)
        #expect(full.contains("48;2;255;0;0") && full.contains("48;2;0;0;255"))
        let indexed = try figure.terminal(width: 40, height: 10, color: .indexed)
        // 16 + 36 · 5, and 16 + 5.
        #expect(indexed.contains("48;5;196") && indexed.contains("48;5;21"))
    }

    /// Names are cut only where whole ones would hide a line.
    @Test func namesStandWholeWhereThereIsRoom() throws {
        let names = ["base train/loss", "slower validation/loss"]
        let x = (0...100).map(Double.init)
        let marks = names.map { Mark.line(Series($0, x: x, y: x.map { 1 / (1 + $0) })) }
        let panel = Panel(x: Axis("step"), y: Axis("loss"), marks: marks)
        let text = try Figure(panels: [panel, panel], columns: 2).terminal(color: .none)
        for name in names { #expect(text.contains(name), "\(text)") }
    }
}
