/// The numbers at arcs: those that go forward above the line, those that come back below it.
extension GraphPainter {
    /// Where on the first part of an arc its numbers may stand: nearer to where it comes from, since
    /// arcs meet where they end.
    private static let shares = [
        0.42, 0.36, 0.48, 0.3, 0.54, 0.25, 0.6, 0.2, 0.66, 0.16, 0.72, 0.12, 0.78, 0.84,
    ]
    /// The most arcs whose numbers look for a free place.
    private static let mostPlaced = 400

    /// The places of the nodes.
    var boxes: [Drawing.Rectangle] {
        diagram.nodes.indices.map { node in
            Drawing.Rectangle(
                x: centers[node].x - halves[node].x, y: centers[node].y - halves[node].y,
                width: 2 * halves[node].x, height: 2 * halves[node].y)
        }
    }

    /// Draws the numbers of an arc where they cover least of what was drawn before.
    func drawTexts(
        _ arc: Int, besides placed: inout [Drawing.Rectangle], in context: inout PanelContext
    ) {
        let points = points(arc)
        guard points.count > 1 else { return }
        let (from, to) = (points[0], points[1])
        let most = max(abs(to.x - from.x) * 0.95, size)
        func fitted(_ text: String) -> [String] {
            text.graphLines.map {
                metrics.fitted($0.label(most: 60), width: most, size: size * 0.85)
            }
        }
        let (above, below) = (
            fitted(diagram.arcs[arc].forward), fitted(diagram.arcs[arc].backward)
        )
        guard !above.isEmpty || !below.isEmpty else { return }
        let line = metrics.isCells ? 4 : metrics.lineHeight(size * 0.85)
        let offset = line * (metrics.isCells ? 1.6 : 1)
        let width = (above + below).map { metrics.width($0, size: size * 0.85) }.max() ?? 0
        func middle(_ share: Double) -> Drawing.Point {
            Drawing.Point(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share)
        }
        func box(_ share: Double) -> Drawing.Rectangle {
            let (at, top) = (
                middle(share), above.isEmpty ? 0 : 0.08 * line + offset * Double(above.count)
            )
            let bottom = below.isEmpty ? 0 : 0.08 * line + offset * Double(below.count)
            return Drawing.Rectangle(
                x: at.x - width / 2, y: at.y - top, width: width, height: top + bottom)
        }
        let tried = placed.count > Self.mostPlaced ? Self.shares.prefix(1) : Self.shares[...]
        var (share, least) = (Self.shares[0], Double.infinity)
        for tried in tried where least > 0 {
            let own = box(tried)
            let covered = placed.reduce(0) { $0 + $1.common(own) }
            if covered < least { (share, least) = (tried, covered) }
        }
        let at = middle(share)
        placed.append(box(share))
        for (number, text) in above.reversed().enumerated() {
            draw(text, at.x, at.y - offset * (0.62 + Double(number) * 0.96), line, 0, &context)
        }
        for (number, text) in below.enumerated() {
            draw(text, at.x, at.y + offset * (0.62 + Double(number) * 0.96), line, 1, &context)
        }
    }

    private func draw(
        _ text: String, _ x: Double, _ y: Double, _ line: Double, _ color: Int,
        _ context: inout PanelContext
    ) {
        if !metrics.isCells {
            let width = metrics.width(text, size: size * 0.85)
            let ground = Drawing.Rectangle(
                x: x - width / 2 - 1, y: y - line * 0.46, width: width + 2, height: line * 0.92)
            context.add(.rectangle(ground, fill: theme.panel.with(alpha: 210), stroke: nil))
        }
        context.addText(
            text, at: Drawing.Point(x, y), size: size * 0.85, color: theme.color(color),
            anchor: .middle)
    }
}

extension Drawing.Rectangle {
    /// The area that both have in common.
    fileprivate func common(_ other: Drawing.Rectangle) -> Double {
        max(0, min(maxX, other.maxX) - max(x, other.x))
            * max(0, min(maxY, other.maxY) - max(y, other.y))
    }
}
