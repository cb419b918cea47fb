import KalsaeSupport

/// Points, with a size and a color each where wanted.
public struct Scatter: Codable, Equatable, Sendable {
    /// The name in the legend; empty for none.
    public var name: String
    /// Where the points are along the horizontal axis.
    public var x: [Double]
    /// Where the points are along the vertical axis.
    public var y: [Double]
    /// Numbers that are shown by the area of points; empty for points of one size.
    public var sizes: [Double]
    /// Numbers that are shown by color, with a scale beside the panel; empty for one color.
    public var values: [Double]
    /// The numbers at the ends of the colors; `nil` for those of `values`.
    public var valueRange: ClosedRange<Double>?
    /// What `values` are.
    public var valueLabel: String
    /// The colors of `values`.
    public var colors: ColorMap
    /// The index of the color; `nil` for the next one.
    public var colorIndex: Int?

    /// Makes points.
    public init(
        _ name: String = "", x: [Double], y: [Double], sizes: [Double] = [],
        values: [Double] = [], valueRange: ClosedRange<Double>? = nil, valueLabel: String = "",
        colors: ColorMap = .sequential,
        colorIndex: Int? = nil
    ) {
        self.name = name
        self.x = x
        self.y = y
        self.sizes = sizes
        self.values = values
        self.valueRange = valueRange
        self.valueLabel = valueLabel
        self.colors = colors
        self.colorIndex = colorIndex
    }
}

extension Scatter: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.x = Extent(x)
        needs.y = Extent(y)
        return needs
    }

    var colorCount: Int { colorIndex == nil && values.isEmpty ? 1 : 0 }

    func legend(first: Int, theme: Theme) -> [LegendEntry] {
        guard !name.isEmpty, values.isEmpty else { return [] }
        return [LegendEntry(name: name, sample: .disk(theme.color(colorIndex ?? first)))]
    }

    func colorBar(theme: Theme) -> ColorBar? {
        guard !values.isEmpty else { return nil }
        let extent = valueRange.map { Extent([$0.lowerBound, $0.upperBound]) } ?? Extent(values)
        return ColorBar(
            colors: theme.lineColors(colors), range: extent.map(Axis(), margin: 0),
            label: valueLabel, isWhole: Extent(values).isWhole)
    }

    var table: DataTable {
        var table = DataTable(
            columns: ["series", "x", "y"] + (sizes.isEmpty ? [] : ["size"])
                + (values.isEmpty ? [] : ["value"]))
        for index in x.indices {
            var row = [name, DataTable.text(x[index]), DataTable.text(y[index])]
            if !sizes.isEmpty { row.append(DataTable.text(sizes[index])) }
            if !values.isEmpty { row.append(DataTable.text(values[index])) }
            table.rows.append(row)
        }
        return table
    }

    var summary: String {
        let shown = name.isEmpty ? "" : " \(name.label(most: 60))"
        return "\(NumberText.count(x.count)) points\(shown)"
    }

    func check() throws(KalsaeError) {
        try checkCounts(name, ("x", x.count), ("y", y.count))
        if !sizes.isEmpty { try checkCounts(name, ("x", x.count), ("sizes", sizes.count)) }
        if !values.isEmpty { try checkCounts(name, ("x", x.count), ("values", values.count)) }
    }

    func draw(in context: inout PanelContext) {
        let (count, isCells) = (x.count, context.metrics.isCells)
        let view = context
        func point(_ index: Int) -> Drawing.Point { view.point(x[index], y[index]) }
        let kept = Decimation.indices(
            count: count, in: context.frame, cell: isCells ? 1 : 2, point: point)
        if count > Decimation.mostPoints, kept.count < count {
            context.notes.append(
                "\(NumberText.count(kept.count)) of \(NumberText.count(count)) points drawn")
        }
        let base = context.metrics.radius * (kept.count > 300 ? 0.8 : 1.15)
        let largest = sizes.lazy.filter(\.isFinite).max() ?? 0
        func radius(_ index: Int) -> Double {
            guard !sizes.isEmpty, largest > 0 else { return base }
            let size = sizes[index].isFinite ? max(0, sizes[index]) : 0
            return max(base * 0.5, base * 3.2 * (size / largest).squareRoot())
        }
        let isDense = kept.count > 300
        guard let bar = colorBar(theme: context.theme) else {
            let color = context.theme.color(colorIndex ?? context.firstColor)
            let disks = kept.map { Drawing.Disk(point($0), radius: radius($0)) }
            let edge = isDense ? nil : Drawing.Stroke(context.theme.panel, width: 0.6)
            if !disks.isEmpty {
                context.add(
                    .disks(disks, fill: color.with(alpha: isDense ? 150 : 225), stroke: edge))
            }
            return
        }
        // Points of one color together, so that the drawing stays short.
        var buckets: [Int: [Drawing.Disk]] = [:]
        for index in kept where values[index].isFinite {
            let share = min(max(bar.range.position(values[index]), 0), 1)
            buckets[Int((share * 63).rounded()), default: []].append(
                Drawing.Disk(point(index), radius: radius(index)))
        }
        for bucket in buckets.keys.sorted() {
            context.add(
                .disks(
                    buckets[bucket] ?? [], fill: bar.colors[bucket * (bar.colors.count - 1) / 63],
                    stroke: isDense ? nil : Drawing.Stroke(context.theme.axis, width: 0.5)))
        }
    }
}
