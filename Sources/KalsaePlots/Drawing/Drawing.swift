/// What a figure looks like at one size: elements in the order in which they are drawn. The
/// renderers know nothing of charts.
///
/// The origin is the upper left corner, x goes right, y goes down. A unit is a pixel of a page, or
/// half the width and a quarter of the height of a terminal's cell.
public struct Drawing: Equatable, Sendable {
    /// In units.
    public var width: Double
    /// In units.
    public var height: Double
    /// What a screen reader calls the figure.
    public var title: String
    /// What a screen reader says of the figure.
    public var summary: String
    /// The colors.
    public var theme: Theme
    /// What is drawn, the first at the back.
    public var elements: [Element]

    /// Makes a drawing.
    public init(
        width: Double, height: Double, title: String = "", summary: String = "",
        theme: Theme = .light, elements: [Element]
    ) {
        self.width = width
        self.height = height
        self.title = title
        self.summary = summary
        self.theme = theme
        self.elements = elements
    }

    /// A position.
    public struct Point: Equatable, Sendable {
        /// To the right.
        public var x: Double
        /// Down.
        public var y: Double

        /// Makes a position.
        public init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
    }

    /// An upright rectangle.
    public struct Rectangle: Equatable, Sendable {
        /// The left edge.
        public var x: Double
        /// The upper edge.
        public var y: Double
        /// Not negative.
        public var width: Double
        /// Not negative.
        public var height: Double

        /// Makes a rectangle.
        public init(x: Double, y: Double, width: Double, height: Double) {
            (self.x, self.y) = (x, y)
            (self.width, self.height) = (max(0, width), max(0, height))
        }

        /// The right edge.
        public var maxX: Double { x + width }
        /// The lower edge.
        public var maxY: Double { y + height }
        package var middle: Point { Point(x + width / 2, y + height / 2) }
        package func contains(_ point: Point) -> Bool {
            point.x >= x && point.x <= maxX && point.y >= y && point.y <= maxY
        }
    }

    /// How a line is drawn.
    public struct Stroke: Equatable, Sendable {
        /// The color.
        public var color: Color
        /// In units.
        public var width: Double
        /// Lengths drawn and left out by turns; empty for a line without gaps.
        public var dash: [Double]

        /// Makes a stroke.
        public init(_ color: Color, width: Double = 1, dash: [Double] = []) {
            (self.color, self.width, self.dash) = (color, width, dash)
        }
    }

    /// One thing that is drawn.
    public enum Element: Equatable, Sendable {
        /// A line through points.
        case polyline([Point], Stroke)
        /// A line of axes, ticks and grids, upright or level; box characters in a terminal.
        case rule(Point, Point, Stroke)
        /// A closed area.
        case polygon([Point], Color)
        /// A filled rectangle, with an edge or without.
        case rectangle(Rectangle, fill: Color?, stroke: Stroke?)
        /// Disks of one look.
        case disks([Disk], fill: Color, stroke: Stroke?)
        /// Words.
        case text(Label)
        /// Pixels, each a rectangle of its own.
        case image(Rectangle, Pixels)
        /// From here on, nothing is drawn outside of the rectangle.
        case clip(Rectangle)
        /// Ends the last `clip`.
        case endClip
    }

    /// A filled circle.
    public struct Disk: Equatable, Sendable {
        /// The middle.
        public var center: Point
        /// In units.
        public var radius: Double

        /// Makes a disk.
        public init(_ center: Point, radius: Double) {
            (self.center, self.radius) = (center, radius)
        }
    }
}
