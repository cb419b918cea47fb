import KalsaeSupport

/// Lines of equal height of a surface that is known on a grid.
public struct Contour: Codable, Equatable, Sendable {
    /// The positions of the columns, rising.
    public var x: [Double]
    /// The positions of the rows, rising.
    public var y: [Double]
    /// The heights, row by row; no line crosses a cell with one that is not finite.
    public var values: [Double]
    /// The heights of the lines; empty for about ten round ones.
    public var levels: [Double]
    /// What the heights are.
    public var label: String

    /// Makes a contour.
    public init(
        x: [Double], y: [Double], values: [Double], levels: [Double] = [], label: String = ""
    ) {
        self.x = x
        self.y = y
        self.values = values
        self.levels = levels
        self.label = label
    }

    /// Makes a contour of a function on a grid of `count` x `count` points.
    public init(
        x: ClosedRange<Double>, y: ClosedRange<Double>, count: Int = 101, levels: [Double] = [],
        label: String = "", of function: (Double, Double) -> Double
    ) {
        func steps(_ range: ClosedRange<Double>) -> [Double] {
            let count = min(max(count, 2), 2000)
            return (0..<count).map {
                let share = Double($0) / Double(count - 1)
                return range.lowerBound * (1 - share) + range.upperBound * share
            }
        }
        let (columns, rows) = (steps(x), steps(y))
        self.init(
            x: columns, y: rows, values: rows.flatMap { y in columns.map { function($0, y) } },
            levels: levels, label: label)
    }
}

extension Contour: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.fillsFrame = true
        (needs.x, needs.y) = (Extent(x), Extent(y))
        (needs.x.isWhole, needs.y.isWhole) = (false, false)
        return needs
    }

    var colorCount: Int { 0 }
    var summary: String { "contour of \(y.count) x \(x.count) heights" }

    /// The heights of the lines that are drawn.
    var shownLevels: [Double] {
        if !levels.isEmpty { return levels.filter(\.isFinite).sorted() }
        let extent = Extent(values)
        guard !extent.isEmpty, extent.low < extent.high else { return [] }
        return Ticks.along(extent.map(Axis(), margin: 0), count: 10).map(\.value)
    }

    func colorBar(theme: Theme) -> ColorBar? {
        let levels = shownLevels
        guard levels.count > 1 else { return nil }
        // Levels that grow by a factor are colored by their logarithm.
        let isSteep = levels[0] > 0 && levels[levels.count - 1] / levels[0] >= 100
        let axis = Axis(scale: isSteep ? .log : .linear)
        return ColorBar(
            colors: theme.lineColors(.sequential), range: Extent(levels).map(axis, margin: 0),
            label: label)
    }

    var table: DataTable {
        var table = DataTable(columns: ["x", "y", "value"])
        for row in y.indices {
            for column in x.indices {
                table.rows.append([
                    DataTable.text(x[column]), DataTable.text(y[row]),
                    DataTable.text(values[row * x.count + column]),
                ])
            }
        }
        return table
    }

    func check() throws(KalsaeError) {
        try CellGrid.check("contour", rows: y.count, columns: x.count, count: values.count)
        guard values.count <= 4_000_000 else {
            throw KalsaeError(
                "contour", expected: "at most 4,000,000 heights", got: "\(values.count)")
        }
        guard levels.count <= 200 else {
            throw KalsaeError("contour", expected: "at most 200 levels", got: "\(levels.count)")
        }
        for (name, list) in [("x", x), ("y", y)] {
            for (low, high) in zip(list, list.dropFirst()) where !(low < high) {
                throw KalsaeError(
                    "contour", expected: "\(name) that rises", got: "\(low) before \(high)")
            }
        }
    }

    func draw(in context: inout PanelContext) {
        let bar = colorBar(theme: context.theme)
        let columns = x.map(context.horizontal)
        let rows = y.map(context.vertical)
        for level in shownLevels {
            let color = bar?.color(level) ?? context.theme.muted
            let stroke = Drawing.Stroke(color, width: 1.1)
            for line in MarchingSquares.lines(x: columns, y: rows, values: values, level: level) {
                context.addLine(line, stroke)
            }
        }
    }
}
