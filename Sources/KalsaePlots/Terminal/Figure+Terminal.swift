import KalsaeSupport

/// How a terminal shows colors.
public enum TerminalColor: String, Codable, CaseIterable, Sendable {
    /// Not at all, as `NO_COLOR` asks for: lines are dashed, areas are hatched.
    case none
    /// By the palette of 256.
    case indexed
    /// By red, green and blue.
    case full
}

extension Figure {
    /// The figure as lines of text: dots of braille for lines and points, blocks for bars and
    /// images; at most `width` cells wide and `height` lines high.
    ///
    /// - Throws: a `KalsaeError` for figures that cannot be drawn, and for sizes below 16 x 5 or
    ///   over 1000.
    public func terminal(
        width: Int = 80, height: Int = 20, color: TerminalColor = .full
    ) throws(KalsaeError) -> String {
        guard (16...1000).contains(width), (5...1000).contains(height) else {
            throw KalsaeError(
                "figure", expected: "16 x 5 to 1000 x 1000 cells", got: "\(width) x \(height)")
        }
        let drawing = try drawing(
            width: Double(2 * width), height: Double(4 * height), metrics: .cells)
        var canvas = TerminalCanvas(width: width, height: height, color: color, theme: theme)
        for element in drawing.elements { canvas.add(element) }
        return canvas.text
    }
}
