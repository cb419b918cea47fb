import KalsaeSupport

/// What every kind of mark can say and do.
protocol MarkContent {
    /// What it asks of the panel's axes.
    var needs: MarkNeeds { get }
    /// The number of colors of series that it takes.
    var colorCount: Int { get }
    /// The lines of the legend; `first` is the index of its first color.
    func legend(first: Int, theme: Theme) -> [LegendEntry]
    /// The scale of its colors, if numbers are shown by color.
    func colorBar(theme: Theme) -> ColorBar?
    /// Its numbers, for CSV.
    var table: DataTable { get }
    /// What it is in a few words, for screen readers.
    var summary: String { get }
    /// Refuses what cannot be drawn, as lists of different lengths.
    func check() throws(KalsaeError)
    /// Draws it.
    func draw(in context: inout PanelContext)
}

extension MarkContent {
    var colorCount: Int { 1 }
    func colorBar(theme: Theme) -> ColorBar? { nil }
    func legend(first: Int, theme: Theme) -> [LegendEntry] { [] }
}

/// What a mark asks of the axes.
struct MarkNeeds {
    var x = Extent()
    var y = Extent()
    /// Names of the positions 0, 1, … of an axis that shows names.
    var xNames: [String]?
    var yNames: [String]?
    /// Whether the vertical axis begins at 0, as lengths of bars do.
    var standsOnZero = false
    /// Whether it reaches to the edges of the frame, without a margin.
    var fillsFrame = false
    /// Whether the first row is the upper one.
    var isDown = false
    /// Whether x and y are of one scale, so that the frame is square.
    var isSquare = false
    /// Whether it is drawn without axes.
    var isBare = false
}

/// A line of a legend.
struct LegendEntry {
    enum Sample {
        case line(Drawing.Stroke)
        case disk(Drawing.Color)
        case swatch(Drawing.Color)
    }

    var name: String
    var sample: Sample
}

/// The scale of colors beside a panel.
struct ColorBar {
    /// From the low to the high end.
    var colors: [Drawing.Color]
    var range: AxisMap
    var label: String
    /// Whether all values are whole numbers, as those of trials.
    var isWhole = false

    /// The color of a value; transparent for NaN.
    func color(_ value: Double) -> Drawing.Color {
        let share = range.position(value)
        guard !share.isNaN, !colors.isEmpty else { return .clear }
        return colors[Int((min(max(share, 0), 1) * Double(colors.count - 1)).rounded())]
    }
}

extension Theme {
    /// The colors of a map that are seen as thin lines on the ground: without the end that is as
    /// light or as dark as the ground itself.
    func lineColors(_ map: ColorMap) -> [Drawing.Color] {
        guard map == .sequential else { return map.colors }
        return self == .light ? Array(map.colors.prefix(220)) : Array(map.colors.suffix(200))
    }
}

/// Columns of numbers and texts.
struct DataTable {
    var columns: [String]
    var rows: [[String]] = []

    /// A number with all its digits; empty for one that is missing.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
        return value.description
    }
}

/// Refuses lists that ought to be of one length.
func checkCounts(
    _ mark: String, _ first: (String, Int), _ others: (String, Int)...
) throws(KalsaeError) {
    for other in others where other.1 != first.1 {
        throw KalsaeError(
            mark.label(), expected: "as many \(other.0) as \(first.0), \(first.1)",
            got: "\(other.1)")
    }
}
