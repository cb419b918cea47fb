import KalsaeSupport

extension Drawing {
    /// A line of words.
    public struct Label: Equatable, Sendable {
        /// The words, free of control characters.
        public var text: String
        /// The anchor, on the middle of the line's height.
        public var point: Point
        /// The height of the font, in units.
        public var size: Double
        /// The color.
        public var color: Color
        /// Which end of the words stands at `point`.
        public var anchor: Anchor
        /// Degrees, clockwise, around `point`.
        public var angle: Double
        /// Whether the words are heavier than others.
        public var isBold: Bool

        /// Which end of the words stands at the point.
        public enum Anchor: String, Sendable {
            /// The words begin there.
            case start
            /// The words have their middle there.
            case middle
            /// The words end there.
            case end
        }

        package init(
            _ text: String, at point: Point, size: Double, color: Color, anchor: Anchor = .start,
            angle: Double = 0, isBold: Bool = false
        ) {
            self.text = text
            self.point = point
            self.size = size
            self.color = color
            self.anchor = anchor
            self.angle = angle
            self.isBold = isBold
        }
    }
}

extension String {
    /// The text on one line, without control characters and marks that reorder, and at most `most`
    /// characters long.
    package func label(most: Int = 200) -> String {
        guard utf8.count > most else { return printable }
        // Before anything walks over all of a very long text.
        var shown = String(unicodeScalars.prefix(most + 1)).printable
        if shown.count > most { shown = String(shown.prefix(most - 1)) + "…" }
        return shown
    }
}
