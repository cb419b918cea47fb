import KalsaeSupport

/// How many values lie in each of some intervals.
public struct Histogram: Codable, Equatable, Sendable {
    /// The name in the legend; empty for none.
    public var name: String
    /// The borders of the intervals, rising; one more than there are counts.
    public var edges: [Double]
    /// The number of values in each interval.
    public var counts: [Double]

    /// Makes a histogram of known counts.
    public init(_ name: String = "", edges: [Double], counts: [Double]) {
        self.name = name
        self.edges = edges
        self.counts = counts
    }

    /// Counts values in equal intervals; those that are not finite are left out.
    ///
    /// - Parameter bins: how many; `nil` for as many as the rule of Freedman and Diaconis says, 2 IQR
    ///   / n^(1/3) wide, between 5 and 100.
    public init(_ name: String = "", values: [Double], bins: Int? = nil) {
        let extent = Extent(values)
        let map = extent.map(Axis(), margin: 0)
        let count = min(max(bins ?? Self.bins(values, extent), 1), 10_000)
        var counts = [Double](repeating: 0, count: count)
        for value in values where value.isFinite {
            let bin = Int((map.position(value) * Double(count)).rounded(.down))
            counts[min(max(bin, 0), count - 1)] += 1
        }
        let edges = (0...count).map { map.value(at: Double($0) / Double(count)) }
        self.init(name, edges: edges, counts: counts)
    }

    private static func bins(_ values: [Double], _ extent: Extent) -> Int {
        // A width needs no more digits than some ten thousand values give.
        let step = max(1, values.count / 50_000)
        let sample = stride(from: 0, to: values.count, by: step).map { values[$0] }
        let quartiles = BoxSummary("", values: sample)
        let width = 2 * (quartiles.upperQuartile - quartiles.lowerQuartile)
        let count = values.count(where: \.isFinite)
        guard count > 1, width > 0, width.isFinite else { return 10 }
        let bin = width / cubeRoot(Double(count))
        return Int(min(max(((extent.high / 2 - extent.low / 2) / bin * 2).rounded(.up), 5), 100))
    }
}

extension Histogram: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.x = Extent(edges)
        needs.y = Extent(counts)
        needs.standsOnZero = true
        return needs
    }

    var summary: String {
        let total = counts.lazy.filter(\.isFinite).reduce(0, +)
        let shown = name.isEmpty ? "" : " \(name.label(most: 60))"
        return "histogram\(shown) of \(NumberText.short(total)) values"
    }

    func legend(first: Int, theme: Theme) -> [LegendEntry] {
        name.isEmpty ? [] : [LegendEntry(name: name, sample: .swatch(theme.color(first)))]
    }

    var table: DataTable {
        DataTable(
            columns: ["series", "from", "to", "count"],
            rows: counts.indices.map {
                [
                    name, DataTable.text(edges[$0]), DataTable.text(edges[$0 + 1]),
                    DataTable.text(counts[$0]),
                ]
            })
    }

    func check() throws(KalsaeError) {
        if counts.isEmpty, edges.isEmpty { return }
        try checkCounts(name, ("counts and one more", counts.count + 1), ("edges", edges.count))
        for (low, high) in zip(edges, edges.dropFirst()) where !(low < high) {
            throw KalsaeError(
                name.isEmpty ? "histogram" : name.label(), expected: "edges that rise",
                got: "\(low) before \(high)")
        }
    }

    func draw(in context: inout PanelContext) {
        let color = context.color(0)
        let base = context.vertical(context.y.scale == .log ? context.y.low : 0)
        // The first one is an area; those in front are outlines, so that none hides another.
        let isOutline = context.firstColor > 0 && !context.metrics.isCells
        var outline: [Drawing.Point] = []
        for (index, count) in counts.enumerated() {
            let left = context.horizontal(edges[index])
            let right = context.horizontal(edges[index + 1])
            let top = count == 0 ? base : context.vertical(count)
            guard left.isFinite, right.isFinite, top.isFinite else { continue }
            outline += [Drawing.Point(left, top), Drawing.Point(right, top)]
            guard top != base else { continue }
            // A thin gap shows the intervals, unless there is hardly anything to see.
            let gap = !isOutline && !context.metrics.isCells && right - left > 4 ? 0.5 : 0
            let bar = Drawing.Rectangle(
                x: left + gap, y: min(top, base), width: right - left - 2 * gap,
                height: abs(base - top))
            context.add(
                .rectangle(bar, fill: color.with(alpha: isOutline ? 60 : 235), stroke: nil))
        }
        guard isOutline, let first = outline.first, let last = outline.last else { return }
        let ends = [Drawing.Point(first.x, base), Drawing.Point(last.x, base)]
        context.addLine(
            [ends[0]] + outline + [ends[1]],
            Drawing.Stroke(color, width: context.metrics.lineWidth))
    }
}
