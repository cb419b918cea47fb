import KalsaeSupport

/// A chart as plain data: a title, panels with axes and marks, and how they are to look.
///
/// The same figure gives SVG text, pixels, lines for a terminal and its numbers as CSV; the same
/// figure and size give the same bytes.
///
///     let figure = Figure(
///         title: "Loss", x: Axis("step"), y: Axis("loss", scale: .log),
///         marks: [.line(Series("train", x: steps, y: losses))])
///     let text = try figure.svg(width: 640, height: 400)
public struct Figure: Codable, Equatable, Sendable {
    /// What stands above the figure; empty for nothing.
    public var title: String
    /// What a screen reader says of the figure; empty for a sentence made of its marks.
    public var summary: String
    /// The panels, row by row.
    public var panels: [Panel]
    /// The number of panels side by side; `nil` for a grid that is about square.
    public var columns: Int?
    /// Where names of series stand.
    public var legend: Legend
    /// What stands above the names of series, as a setting whose values they are; `nil` for nothing.
    public var legendTitle: String?
    /// The colors.
    public var theme: Theme

    /// Makes a figure of one panel.
    public init(
        title: String = "", x: Axis = Axis(), y: Axis = Axis(), marks: [Mark],
        legend: Legend = .automatic, legendTitle: String? = nil, theme: Theme = .light,
        summary: String = ""
    ) {
        self.init(
            title: title, panels: [Panel(x: x, y: y, marks: marks)], legend: legend,
            legendTitle: legendTitle, theme: theme, summary: summary)
    }

    /// Makes a figure of several panels.
    public init(
        title: String = "", panels: [Panel], columns: Int? = nil, legend: Legend = .automatic,
        legendTitle: String? = nil, theme: Theme = .light, summary: String = ""
    ) {
        self.title = title
        self.summary = summary
        self.panels = panels
        self.columns = columns
        self.legend = legend
        self.legendTitle = legendTitle
        self.theme = theme
    }

    /// The same figure in other colors.
    public func themed(_ theme: Theme) -> Figure {
        var copy = self
        copy.theme = theme
        return copy
    }
}

/// Axes with the marks between them.
public struct Panel: Codable, Equatable, Sendable {
    /// What stands above the panel; empty for nothing.
    public var title: String
    /// The horizontal axis.
    public var x: Axis
    /// The vertical axis.
    public var y: Axis
    /// What is drawn, the first at the back.
    public var marks: [Mark]

    /// Makes a panel.
    public init(title: String = "", x: Axis = Axis(), y: Axis = Axis(), marks: [Mark]) {
        self.title = title
        self.x = x
        self.y = y
        self.marks = marks
    }
}

/// Where the names of series stand.
public enum Legend: String, Codable, CaseIterable, Sendable {
    /// In a corner without marks, else at the right.
    case automatic
    /// In the corner with the fewest marks.
    case inside
    /// At the right of the panel.
    case right
    /// Nowhere.
    case none
}
