import KalsaeSupport

/// Points of a line; NaN and infinities are gaps.
public struct Series: Codable, Equatable, Sendable {
    /// The name in the legend; empty for none.
    public var name: String
    /// Where the points are along the horizontal axis.
    public var x: [Double]
    /// Where the points are along the vertical axis.
    public var y: [Double]
    /// The lower edge of a band; empty for no band.
    public var lower: [Double]
    /// The upper edge of a band; empty for no band.
    public var upper: [Double]
    /// Whether points are marked.
    public var hasMarkers: Bool
    /// The index of the color; `nil` for the next one.
    public var colorIndex: Int?

    /// Makes a series.
    public init(
        _ name: String = "", x: [Double], y: [Double], lower: [Double] = [],
        upper: [Double] = [], hasMarkers: Bool = false, colorIndex: Int? = nil
    ) {
        self.name = name
        self.x = x
        self.y = y
        self.lower = lower
        self.upper = upper
        self.hasMarkers = hasMarkers
        self.colorIndex = colorIndex
    }

    /// Makes a series of points at 0, 1, ….
    public init(_ name: String = "", y: [Double], hasMarkers: Bool = false) {
        self.init(name, x: y.indices.map(Double.init), y: y, hasMarkers: hasMarkers)
    }
}

struct LineContent: MarkContent {
    var series: Series
    var isTrail: Bool

    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.x = Extent(series.x)
        needs.y = Extent(series.y)
        needs.y.include(Extent(series.lower))
        needs.y.include(Extent(series.upper))
        return needs
    }

    var colorCount: Int { series.colorIndex == nil ? 1 : 0 }

    func legend(first: Int, theme: Theme) -> [LegendEntry] {
        guard !series.name.isEmpty else { return [] }
        let index = series.colorIndex ?? first
        let stroke = Drawing.Stroke(theme.color(index), width: 2, dash: theme.dash(index))
        return [LegendEntry(name: series.name, sample: .line(stroke))]
    }

    var table: DataTable {
        let hasBand = !series.lower.isEmpty
        var table = DataTable(columns: ["series", "x", "y"] + (hasBand ? ["lower", "upper"] : []))
        for index in series.x.indices {
            var row = [
                series.name, DataTable.text(series.x[index]), DataTable.text(series.y[index]),
            ]
            if hasBand {
                row += [DataTable.text(series.lower[index]), DataTable.text(series.upper[index])]
            }
            table.rows.append(row)
        }
        return table
    }

    var summary: String {
        let name = series.name.isEmpty ? "" : " \(series.name.label(most: 60))"
        return "\(isTrail ? "path" : "line")\(name) of \(NumberText.count(series.x.count)) points"
    }

    func check() throws(KalsaeError) {
        try checkCounts(series.name, ("x", series.x.count), ("y", series.y.count))
        if !series.lower.isEmpty || !series.upper.isEmpty {
            try checkCounts(
                series.name, ("x", series.x.count), ("lower", series.lower.count),
                ("upper", series.upper.count))
        }
    }

    func draw(in context: inout PanelContext) {
        let index = series.colorIndex ?? context.firstColor
        let color = context.theme.color(index)
        if !series.lower.isEmpty { drawBand(color.with(alpha: 56), in: &context) }

        let kept = Decimation.indices(x: series.x, y: series.y)
        let points = kept.map { index in index.map { context.point(series.x[$0], series.y[$0]) } }
        context.addLine(
            points,
            Drawing.Stroke(
                color, width: context.metrics.lineWidth, dash: context.theme.dash(index)))
        let finite = points.compactMap { $0 }.filter { $0.x.isFinite && $0.y.isFinite }
        if series.hasMarkers, series.x.count <= 200 {
            let disks = finite.map { Drawing.Disk($0, radius: context.metrics.radius) }
            context.add(.disks(disks, fill: color, stroke: nil))
        }
        if isTrail, let start = finite.first, let end = finite.last {
            let radius = context.metrics.radius * 1.5
            let edge = Drawing.Stroke(color, width: 1.5)
            context.add(
                .disks(
                    [Drawing.Disk(start, radius: radius)], fill: context.theme.panel, stroke: edge))
            context.add(.disks([Drawing.Disk(end, radius: radius)], fill: color, stroke: nil))
        }
    }

    /// The area between two edges, in pieces where one of them is not finite.
    private func drawBand(_ color: Drawing.Color, in context: inout PanelContext) {
        let middle = zip(series.lower, series.upper).map { $0 / 2 + $1 / 2 }
        var above: [Drawing.Point] = []
        var below: [Drawing.Point] = []
        for index in Decimation.indices(x: series.x, y: middle) + [nil] {
            if let index {
                let top = context.point(series.x[index], series.upper[index])
                let bottom = context.point(series.x[index], series.lower[index])
                if top.x.isFinite, top.y.isFinite {
                    above.append(top)
                    // Below what a logarithmic axis shows, the band goes down to its end.
                    below.append(
                        bottom.y.isFinite ? bottom : Drawing.Point(top.x, context.frame.maxY))
                    continue
                }
            }
            if above.count > 1 { context.add(.polygon(above + below.reversed(), color)) }
            (above, below) = ([], [])
        }
    }
}
