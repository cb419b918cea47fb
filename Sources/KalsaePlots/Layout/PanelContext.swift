/// What a mark draws into: the panel's axes and what was drawn so far.
package struct PanelContext {
    /// Between the axes.
    package let frame: Drawing.Rectangle
    package let x: AxisMap
    package let y: AxisMap
    /// Whether y grows downwards, as the rows of a table do.
    package let isDown: Bool
    package let theme: Theme
    package let metrics: Metrics
    package var elements: [Drawing.Element] = []
    /// The index of the color of the mark's first series.
    package var firstColor = 0
    /// What a reader has to be told, as that points were left out.
    package var notes: [String] = []

    /// Where a value lies; not finite where it has no position.
    package func point(_ x: Double, _ y: Double) -> Drawing.Point {
        Drawing.Point(horizontal(x), vertical(y))
    }

    package func horizontal(_ value: Double) -> Double {
        bounded(frame.x + self.x.position(value) * frame.width)
    }

    package func vertical(_ value: Double) -> Double {
        let position = y.position(value)
        return bounded(frame.y + (isDown ? position : 1 - position) * frame.height)
    }

    /// Renderers take coordinates a bit outside of the drawing; far ones would only cost digits.
    private func bounded(_ coordinate: Double) -> Double {
        coordinate.isNaN ? coordinate : min(max(coordinate, -30_000), 30_000)
    }

    package func color(_ series: Int) -> Drawing.Color { theme.color(firstColor + series) }

    package mutating func add(_ element: Drawing.Element) { elements.append(element) }

    /// Adds a line that has gaps where points are not finite, and dots where one stands alone.
    package mutating func addLine(_ points: [Drawing.Point?], _ stroke: Drawing.Stroke) {
        var piece: [Drawing.Point] = []
        var alone: [Drawing.Disk] = []
        func isFinite(_ point: Drawing.Point) -> Bool { point.x.isFinite && point.y.isFinite }
        for point in points + [nil] {
            if let point, isFinite(point) {
                piece.append(point)
                continue
            }
            if piece.count == 1 { alone.append(Drawing.Disk(piece[0], radius: metrics.radius)) }
            if piece.count > 1 { add(.polyline(piece, stroke)) }
            piece = []
        }
        if !alone.isEmpty { add(.disks(alone, fill: stroke.color, stroke: nil)) }
    }

    package mutating func addText(
        _ text: String, at point: Drawing.Point, size: Double? = nil, color: Drawing.Color? = nil,
        anchor: Drawing.Label.Anchor = .start, angle: Double = 0, isBold: Bool = false
    ) {
        guard !text.isEmpty, point.x.isFinite, point.y.isFinite else { return }
        add(
            .text(
                Drawing.Label(
                    text, at: point, size: size ?? metrics.tickSize, color: color ?? theme.ink,
                    anchor: anchor, angle: angle, isBold: isBold)))
    }
}
