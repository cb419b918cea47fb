import KalsaeSupport

/// Rows of a table as lines across one axis a column, as the trials of a study.
public struct ParallelCoordinates: Codable, Equatable, Sendable {
    /// The axes, from the left.
    public var axes: [ParallelAxis]
    /// A number for each axis; on an axis of names, the index of one. NaN is a gap.
    public var rows: [[Double]]
    /// Numbers that are shown by color, one a row; empty for one color.
    public var values: [Double]
    /// What `values` are.
    public var valueLabel: String

    /// Makes parallel coordinates.
    public init(
        axes: [ParallelAxis], rows: [[Double]], values: [Double] = [], valueLabel: String = ""
    ) {
        self.axes = axes
        self.rows = rows
        self.values = values
        self.valueLabel = valueLabel
    }
}

/// One axis of parallel coordinates.
public struct ParallelAxis: Codable, Equatable, Sendable {
    /// What the axis shows.
    public var label: String
    /// How numbers lie on it.
    public var scale: AxisScale
    /// The names of 0, 1, …; empty for numbers.
    public var names: [String]

    /// Makes an axis.
    public init(_ label: String, scale: AxisScale = .linear, names: [String] = []) {
        self.label = label
        self.scale = scale
        self.names = names
    }
}

extension ParallelCoordinates: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.isBare = true
        return needs
    }

    var summary: String {
        "parallel coordinates of \(NumberText.count(rows.count)) rows and \(axes.count) axes"
    }

    func colorBar(theme: Theme) -> ColorBar? {
        guard !values.isEmpty else { return nil }
        return ColorBar(
            colors: theme.lineColors(.sequential),
            range: Extent(values).map(Axis(), margin: 0), label: valueLabel,
            isWhole: Extent(values).isWhole)
    }

    var table: DataTable {
        let hasValue = !values.isEmpty
        var columns = ["row"]
        for axis in axes {
            // Two axes of one name have a column each.
            let isTaken = columns.contains(axis.label)
            columns.append(isTaken ? "\(axis.label) \(columns.count)" : axis.label)
        }
        if hasValue { columns.append(columns.contains(valueLabel) ? "value" : valueLabel) }
        var table = DataTable(columns: columns)
        for (index, row) in rows.enumerated() {
            var texts = [String(index)]
            for (axis, value) in zip(axes, row) {
                texts.append(axis.name(value) ?? DataTable.text(value))
            }
            if hasValue { texts.append(DataTable.text(values[index])) }
            table.rows.append(texts)
        }
        return table
    }

    func check() throws(KalsaeError) {
        guard axes.count >= 2 else {
            throw KalsaeError(
                "parallel coordinates", expected: "at least 2 axes", got: "\(axes.count)")
        }
        for row in rows {
            try checkCounts("parallel coordinates", ("axes", axes.count), ("numbers", row.count))
        }
        if !values.isEmpty {
            try checkCounts("parallel coordinates", ("rows", rows.count), ("values", values.count))
        }
    }

    func draw(in context: inout PanelContext) {
        let (frame, metrics, theme) = (context.frame, context.metrics, context.theme)
        let line = metrics.lineHeight(metrics.labelSize)
        let top = frame.y + line * 1.5
        let height = max(1, frame.maxY - top - line * 0.5)
        let slot = frame.width / Double(axes.count)
        let maps = axes.enumerated().map { index, axis in axis.map(rows.map { $0[index] }) }
        func position(_ axis: Int, _ value: Double) -> Drawing.Point {
            let share = maps[axis].position(value)
            return Drawing.Point(
                frame.x + slot * (Double(axis) + 0.3),
                min(max(top + (1 - share) * height, -30_000), 30_000))
        }
        let stride = max(1, (rows.count + Decimation.mostPoints - 1) / Decimation.mostPoints)
        if stride > 1 {
            context.notes.append("1 of \(stride) rows drawn")
        }
        let bar = colorBar(theme: theme)
        let alpha: UInt8 = rows.count > 200 ? 90 : 170
        for index in Swift.stride(from: 0, to: rows.count, by: stride) {
            let color = bar.map { $0.color(values[index]) } ?? context.color(0)
            guard color.alpha > 0 else { continue }
            let points = rows[index].enumerated().map { position($0.offset, $0.element) }
            context.addLine(points, Drawing.Stroke(color.with(alpha: alpha), width: 1.2))
        }
        for (index, axis) in axes.enumerated() {
            let x = frame.x + slot * (Double(index) + 0.3)
            context.add(
                .rule(
                    Drawing.Point(x, top), Drawing.Point(x, top + height),
                    Drawing.Stroke(theme.ink, width: 1)))
            let name = metrics.fitted(
                axis.label.label(most: 80), width: slot * 0.96, size: metrics.labelSize)
            context.addText(
                name, at: Drawing.Point(x - slot * 0.28, frame.y + line * 0.5),
                size: metrics.labelSize, isBold: true)
            drawTicks(
                of: axis, maps[index], isWhole: Extent(rows.map { $0[index] }).isWhole, at: x,
                top: top, height: height, slot: slot, in: &context)
        }
    }

    private func drawTicks(
        of axis: ParallelAxis, _ map: AxisMap, isWhole: Bool, at x: Double, top: Double,
        height: Double, slot: Double, in context: inout PanelContext
    ) {
        let metrics = context.metrics
        let line = metrics.lineHeight(metrics.tickSize)
        let most = max(1, Int(height / line))
        var ticks = Ticks.along(map, count: max(2, min(5, most / 2)), wholeOnly: isWhole)
            .filter(\.isMajor)
        if !axis.names.isEmpty {
            let stride = (axis.names.count + most - 1) / most
            ticks = axis.names.enumerated().filter { $0.offset % max(1, stride) == 0 }.map {
                Tick(value: Double($0.offset), label: $0.element.label(most: 80))
            }
        }
        for tick in ticks {
            let y = top + (1 - map.position(tick.value)) * height
            guard y.isFinite else { continue }
            let text = metrics.fitted(tick.label, width: slot * 0.6, size: metrics.tickSize)
            let width = metrics.width(text, size: metrics.tickSize)
            let start = x + metrics.gap
            if !metrics.isCells {
                // Lines cross the words.
                context.add(
                    .rectangle(
                        Drawing.Rectangle(
                            x: start - 2, y: y - line / 2, width: width + 4, height: line),
                        fill: context.theme.panel.with(alpha: 200), stroke: nil))
            }
            context.add(
                .rule(
                    Drawing.Point(x, y), Drawing.Point(x + metrics.tickLength, y),
                    Drawing.Stroke(context.theme.ink, width: 1)))
            context.addText(text, at: Drawing.Point(start, y), color: context.theme.ink)
        }
    }
}

extension ParallelAxis {
    fileprivate func name(_ value: Double) -> String? {
        guard let index = Int(exactly: value), names.indices.contains(index) else { return nil }
        return names[index]
    }

    fileprivate func map(_ values: [Double]) -> AxisMap {
        guard names.isEmpty else {
            let last = Double(names.count - 1)
            let edge = names.count == 1 ? 0.5 : 0
            return AxisMap(scale: .linear, low: -edge, high: last + edge)
        }
        return Extent(values).map(Axis(scale: scale), margin: 0.02)
    }
}
