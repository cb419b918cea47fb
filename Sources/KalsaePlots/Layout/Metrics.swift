/// Sizes of words, gaps and lines: those of a page, or those of a terminal, where a cell is two
/// units wide and four high.
package struct Metrics: Equatable, Sendable {
    package var isCells: Bool
    /// Of the figure's title.
    package var titleSize: Double
    /// Of the labels of axes, legends and panels.
    package var labelSize: Double
    /// Of the labels of ticks, and notes.
    package var tickSize: Double
    /// Between things that do not touch.
    package var gap: Double
    package var tickLength: Double
    /// Of the lines of series.
    package var lineWidth: Double
    /// Of points.
    package var radius: Double
    /// How far outside of the frame the lines of its axes are.
    package var axisOffset: Drawing.Point

    package static let page = Metrics(
        isCells: false, titleSize: 15, labelSize: 12, tickSize: 11, gap: 6, tickLength: 4,
        lineWidth: 1.6, radius: 2.6, axisOffset: Drawing.Point(0, 0))

    package static let cells = Metrics(
        isCells: true, titleSize: 4, labelSize: 4, tickSize: 4, gap: 2, tickLength: 0.5,
        lineWidth: 1, radius: 0.5, axisOffset: Drawing.Point(1, 2))

    package func width(_ text: String, size: Double, isBold: Bool = false) -> Double {
        isCells ? Double(2 * TextWidth.cells(text)) : size * TextWidth.sans(text, isBold: isBold)
    }

    /// From one line of words to the next.
    package func lineHeight(_ size: Double) -> Double { isCells ? 4 : (size * 1.35).rounded() }

    /// Words cut to a width.
    package func fitted(
        _ text: String, width: Double, size: Double, isBold: Bool = false
    ) -> String {
        TextWidth.fitted(text, width: width) { self.width($0, size: size, isBold: isBold) }
    }
}
