import KalsaeSupport

/// Moments of the horizontal axis, as a change of the learning rate.
public struct Events: Codable, Equatable, Sendable {
    /// Where they are.
    public var x: [Double]
    /// What they are, one for each.
    public var names: [String]

    /// Makes events.
    public init(x: [Double], names: [String]) {
        self.x = x
        self.names = names
    }
}

extension Events: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.x = Extent(x)
        return needs
    }

    var colorCount: Int { 0 }
    var summary: String { x.count == 1 ? "1 event" : "\(NumberText.count(x.count)) events" }

    var table: DataTable {
        DataTable(
            columns: ["series", "x"], rows: zip(x, names).map { [$1, DataTable.text($0)] })
    }

    func check() throws(KalsaeError) {
        try checkCounts("events", ("x", x.count), ("names", names.count))
    }

    func draw(in context: inout PanelContext) {
        let (frame, metrics) = (context.frame, context.metrics)
        let stroke = Drawing.Stroke(context.theme.axis, width: 1, dash: [3, 3])
        let line = metrics.lineHeight(metrics.tickSize)
        let events = zip(x, names).filter { $0.0.isFinite }.sorted { $0.0 < $1.0 }.compactMap {
            let at = context.horizontal($0.0)
            return at >= frame.x - 0.5 && at <= frame.maxX + 0.5 ? (at: at, name: $0.1) : nil
        }
        var previous = -Double.infinity
        for event in events where event.at - previous >= 0.5 {
            let ends = [Drawing.Point(event.at, frame.y), Drawing.Point(event.at, frame.maxY)]
            context.add(.polyline(ends, stroke))
            previous = event.at
        }
        // The right ends of the words in each of some rows under the upper edge.
        var ends = [Double](repeating: -.infinity, count: 3)
        var unnamed = 0
        for event in events {
            let text = metrics.fitted(
                event.name.label(most: 60), width: frame.width * 0.5, size: metrics.tickSize)
            guard !text.isEmpty else { continue }
            let width = metrics.width(text, size: metrics.tickSize)
            let gap = metrics.gap / 2
            var start = event.at + gap
            if start + width > frame.maxX { start = event.at - gap - width }
            guard let row = ends.firstIndex(where: { $0 + metrics.gap <= start }) else {
                unnamed += 1
                continue
            }
            ends[row] = start + width
            let at = Drawing.Point(start, frame.y + line * (Double(row) + 0.6))
            if !metrics.isCells {
                // Lines of other events cross the words.
                let ground = Drawing.Rectangle(
                    x: start - 1, y: at.y - line / 2, width: width + 2, height: line)
                context.add(
                    .rectangle(ground, fill: context.theme.panel.with(alpha: 210), stroke: nil))
            }
            context.addText(text, at: at, color: context.theme.muted)
        }
        if unnamed > 0 {
            context.notes.append(
                "\(NumberText.count(unnamed)) of \(NumberText.count(x.count)) events without a name"
            )
        }
    }
}

/// A dashed line between two positions, as the diagonal of a ROC curve.
public struct Reference: Codable, Equatable, Sendable {
    /// The name in the legend; empty for none.
    public var name: String
    /// Where it begins and ends along the horizontal axis.
    public var x: [Double]
    /// Where it begins and ends along the vertical axis.
    public var y: [Double]

    /// Makes a line through the positions.
    public init(_ name: String = "", x: [Double], y: [Double]) {
        self.name = name
        self.x = x
        self.y = y
    }
}

extension Reference: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.x = Extent(x)
        needs.y = Extent(y)
        return needs
    }

    var colorCount: Int { 0 }
    var summary: String { "reference line" }
    var table: DataTable {
        DataTable(
            columns: ["series", "x", "y"],
            rows: zip(x, y).map { [name, DataTable.text($0), DataTable.text($1)] })
    }

    func legend(first: Int, theme: Theme) -> [LegendEntry] {
        name.isEmpty ? [] : [LegendEntry(name: name, sample: .line(stroke(theme)))]
    }

    func check() throws(KalsaeError) {
        try checkCounts(name, ("x", x.count), ("y", y.count))
    }

    func draw(in context: inout PanelContext) {
        context.addLine(zip(x, y).map { context.point($0, $1) }, stroke(context.theme))
    }

    private func stroke(_ theme: Theme) -> Drawing.Stroke {
        Drawing.Stroke(theme.muted, width: 1.2, dash: [5, 4])
    }
}
