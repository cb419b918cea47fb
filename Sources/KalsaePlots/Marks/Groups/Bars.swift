import KalsaeSupport

/// Bars of named groups, one for each series in each group.
public struct Bars: Codable, Equatable, Sendable {
    /// The names of the groups.
    public var names: [String]
    /// The series, each with a value for each group; NaN draws nothing.
    public var series: [BarSeries]

    /// Makes grouped bars.
    public init(names: [String], series: [BarSeries]) {
        self.names = names
        self.series = series
    }

    /// Makes one bar for each name.
    public init(names: [String], values: [Double]) {
        self.init(names: names, series: [BarSeries("", values: values)])
    }
}

/// The bars of one color.
public struct BarSeries: Codable, Equatable, Sendable {
    /// The name in the legend; empty for none.
    public var name: String
    /// A value for each group.
    public var values: [Double]
    /// How far a value may be off, up and down; empty for no whiskers.
    public var errors: [Double]

    /// Makes a series.
    public init(_ name: String, values: [Double], errors: [Double] = []) {
        self.name = name
        self.values = values
        self.errors = errors
    }
}

extension Bars: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.xNames = names
        needs.standsOnZero = true
        for one in series {
            needs.y.include(Extent(one.values))
            for (value, error) in zip(one.values, one.errors) {
                needs.y.include(value - error)
                needs.y.include(value + error)
            }
        }
        return needs
    }

    var colorCount: Int { series.count }
    var summary: String {
        let bars = names.count == 1 ? "1 bar" : "bars of \(NumberText.count(names.count)) groups"
        return series.count == 1 ? bars : "\(bars) in \(series.count) series"
    }

    func legend(first: Int, theme: Theme) -> [LegendEntry] {
        series.enumerated().filter { !$0.element.name.isEmpty }.map {
            LegendEntry(name: $0.element.name, sample: .swatch(theme.color(first + $0.offset)))
        }
    }

    var table: DataTable {
        var table = DataTable(columns: ["name", "series", "value", "error"])
        for one in series {
            for index in names.indices {
                let error = index < one.errors.count ? DataTable.text(one.errors[index]) : ""
                table.rows.append(
                    [names[index], one.name, DataTable.text(one.values[index]), error])
            }
        }
        return table
    }

    func check() throws(KalsaeError) {
        for one in series {
            try checkCounts(one.name, ("names", names.count), ("values", one.values.count))
            if !one.errors.isEmpty {
                try checkCounts(one.name, ("names", names.count), ("errors", one.errors.count))
            }
        }
    }

    func draw(in context: inout PanelContext) {
        guard !series.isEmpty else { return }
        let metrics = context.metrics
        let share = names.count == 1 ? 0.4 : 0.78
        let each = share / Double(series.count)
        // Where several bars share a pixel, the highest and the lowest of them stand for all.
        let slot = context.frame.width / Double(max(1, names.count))
        let stride = max(1, Int((0.5 / max(slot, 1e-9)).rounded(.up)))
        let base = context.vertical(context.y.scale == .log ? context.y.low : 0)
        for (column, one) in series.enumerated() {
            let color = context.color(column)
            for index in Swift.stride(from: 0, to: names.count, by: stride) {
                let range = index..<min(names.count, index + stride)
                let finite = range.filter { one.values[$0].isFinite }
                guard let best = finite.max(by: { abs(one.values[$0]) < abs(one.values[$1]) })
                else {
                    continue
                }
                let from = Double(index) - share / 2 + each * Double(column)
                var left = context.horizontal(from)
                var right = context.horizontal(from + each)
                if metrics.isCells {
                    // Whole cells, where there are enough of them, with a gap between groups.
                    (left, right) = (Self.snapped(left), Self.snapped(right))
                }
                if right - left < 0.6 { right = left + 0.6 }
                let top = context.vertical(one.values[best])
                guard top.isFinite else { continue }
                context.add(
                    .rectangle(
                        Drawing.Rectangle(
                            x: left, y: min(top, base), width: right - left,
                            height: abs(base - top)),
                        fill: color, stroke: nil))
                if best < one.errors.count, one.errors[best].isFinite {
                    let middle = (left + right) / 2
                    let low = context.vertical(one.values[best] - one.errors[best])
                    let high = context.vertical(one.values[best] + one.errors[best])
                    context.addLine(
                        [Drawing.Point(middle, low), Drawing.Point(middle, high)],
                        Drawing.Stroke(context.theme.ink, width: 1))
                }
            }
        }
    }

    private static func snapped(_ coordinate: Double) -> Double {
        (coordinate / 2).rounded() * 2
    }
}
