import KalsaeSupport

/// Boxes of named groups: quartiles, whiskers and outliers.
public struct Boxes: Codable, Equatable, Sendable {
    /// One box each.
    public var boxes: [BoxSummary]

    /// Makes boxes.
    public init(_ boxes: [BoxSummary]) { self.boxes = boxes }
}

/// Five numbers of a group of values, and its outliers.
public struct BoxSummary: Codable, Equatable, Sendable {
    /// The name of the group.
    public var name: String
    /// The end of the lower whisker.
    public var low: Double
    /// A quarter of the values is less.
    public var lowerQuartile: Double
    /// Half of the values are less.
    public var median: Double
    /// A quarter of the values is greater.
    public var upperQuartile: Double
    /// The end of the upper whisker.
    public var high: Double
    /// Values outside of the whiskers.
    public var outliers: [Double]

    /// Makes a box of known numbers.
    public init(
        _ name: String, low: Double, lowerQuartile: Double, median: Double, upperQuartile: Double,
        high: Double, outliers: [Double] = []
    ) {
        self.name = name
        self.low = low
        self.lowerQuartile = lowerQuartile
        self.median = median
        self.upperQuartile = upperQuartile
        self.high = high
        self.outliers = outliers
    }

    /// Makes the box of values: quartiles are interpolated linearly, as NumPy does; whiskers reach
    /// the last value within 1.5 interquartile ranges (Tukey). Values that are not finite are left
    /// out; NaN for all where there are no others.
    public init(_ name: String, values: [Double]) {
        let sorted = values.filter(\.isFinite).sorted()
        guard let first = sorted.first, let last = sorted.last else {
            self.init(
                name, low: .nan, lowerQuartile: .nan, median: .nan, upperQuartile: .nan, high: .nan)
            return
        }
        func quantile(_ share: Double) -> Double {
            let at = share * Double(sorted.count - 1)
            let below = sorted[Int(at)]
            let above = sorted[min(Int(at) + 1, sorted.count - 1)]
            let rest = at - at.rounded(.down)
            return below * (1 - rest) + above * rest
        }
        let (lower, upper) = (quantile(0.25), quantile(0.75))
        let reach = 1.5 * (upper - lower)
        self.init(
            // Between a value and an outlier a quartile may lie outside of what is no outlier.
            name, low: min(sorted.first { $0 >= lower - reach } ?? first, lower),
            lowerQuartile: lower, median: quantile(0.5), upperQuartile: upper,
            high: max(sorted.last { $0 <= upper + reach } ?? last, upper),
            outliers: sorted.filter { $0 < lower - reach || $0 > upper + reach })
    }

    fileprivate var numbers: [Double] { [low, lowerQuartile, median, upperQuartile, high] }
}

extension Boxes: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.xNames = boxes.map(\.name)
        for box in boxes {
            needs.y.include(Extent(box.numbers))
            needs.y.include(Extent(box.outliers))
        }
        return needs
    }

    var summary: String { boxes.count == 1 ? "1 box" : "\(NumberText.count(boxes.count)) boxes" }

    var table: DataTable {
        var table = DataTable(
            columns: [
                "name", "low", "lowerQuartile", "median", "upperQuartile", "high", "outlier",
            ])
        for box in boxes {
            table.rows.append([box.name] + box.numbers.map(DataTable.text) + [""])
            for outlier in box.outliers {
                table.rows.append(
                    [box.name] + box.numbers.map { _ in "" } + [DataTable.text(outlier)])
            }
        }
        return table
    }

    func check() throws(KalsaeError) {
        for box in boxes where box.numbers.allSatisfy(\.isFinite) {
            for (low, high) in zip(box.numbers, box.numbers.dropFirst()) where low > high {
                throw KalsaeError(
                    box.name.label(), expected: "low, quartiles and high that do not fall",
                    got: "\(low) before \(high)")
            }
        }
    }

    func draw(in context: inout PanelContext) {
        let color = context.color(0)
        let edge = Drawing.Stroke(color, width: 1.2)
        for (index, box) in boxes.enumerated() {
            let middle = context.horizontal(Double(index))
            let slot = context.frame.width / Double(boxes.count)
            let half = min(slot * 0.3, context.metrics.isCells ? 12 : 34)
            func line(
                _ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ stroke: Drawing.Stroke
            ) {
                context.addLine([Drawing.Point(x0, y0), Drawing.Point(x1, y1)], stroke)
            }
            if box.numbers.allSatisfy(\.isFinite) {
                let y = box.numbers.map(context.vertical)
                line(middle, y[0], middle, y[1], edge)
                line(middle, y[3], middle, y[4], edge)
                for end in [y[0], y[4]] {
                    line(middle - half / 2, end, middle + half / 2, end, edge)
                }
                if y[1].isFinite, y[3].isFinite {
                    let shape = Drawing.Rectangle(
                        x: middle - half, y: y[3], width: 2 * half, height: y[1] - y[3])
                    let fill = context.theme.panel.mixed(with: color, share: 0.25)
                    context.add(
                        .rectangle(
                            shape, fill: context.metrics.isCells ? nil : fill, stroke: edge))
                }
                line(
                    middle - half, y[2], middle + half, y[2],
                    Drawing.Stroke(context.theme.ink, width: 1.8))
            }
            let view = context
            func point(_ outlier: Int) -> Drawing.Point {
                view.point(Double(index), box.outliers[outlier])
            }
            let kept = Decimation.indices(
                count: box.outliers.count, in: context.frame, cell: 1, most: 200, point: point)
            if !kept.isEmpty {
                context.add(
                    .disks(
                        kept.map { Drawing.Disk(point($0), radius: context.metrics.radius * 0.8) },
                        fill: context.theme.panel, stroke: Drawing.Stroke(color, width: 1)))
            }
        }
    }
}
