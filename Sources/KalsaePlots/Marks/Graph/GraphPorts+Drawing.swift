extension GraphDiagram {
    /// Whether numbers beside the middles of arcs would meet: those of several lines, many at one
    /// node, and many between two layers.
    func isCrowded(_ graph: LayeredGraph) -> Bool {
        var arriving = [Int](repeating: 0, count: nodes.count)
        var leaving = [Int](repeating: 0, count: graph.layers.count)
        for (arc, path) in zip(arcs, graph.paths) where !(arc.forward + arc.backward).isEmpty {
            if arc.forward.graphLines.count > 1 || arc.backward.graphLines.count > 1 { return true }
            arriving[arc.to] += 1
            leaving[graph.layerOf[path[0]]] += 1
        }
        return (arriving.max() ?? 0) > 3 || (leaving.max() ?? 0) > 4
    }

    /// The pixels at which a graph of many arcs is as large as its words want, with the margins of a
    /// figure; nil for a graph that fits any size.
    package var wantedSize: (width: Double, height: Double)? {
        let pairs = arcs.map { ($0.from, $0.to) }
        guard let graph = LayeredGraph(count: nodes.count, arcs: pairs), isCrowded(graph),
            let ports = GraphPorts(self)
        else { return nil }
        return (ports.extent.x + 32, ports.extent.y + 60)
    }
}

extension GraphPorts {
    /// How much smaller, or a bit larger, than wanted everything is in a frame.
    func scale(in frame: Drawing.Rectangle) -> Double {
        min(1.5, frame.width / max(extent.x, 1), frame.height / max(extent.y, 1))
    }

    /// Where a position lies in a frame, with the graph in its middle.
    func placed(_ point: Drawing.Point, in frame: Drawing.Rectangle) -> Drawing.Point {
        let scale = scale(in: frame)
        return Drawing.Point(
            frame.middle.x + (point.x - extent.x / 2) * scale,
            frame.middle.y + (point.y - extent.y / 2) * scale)
    }

    func draw(in context: inout PanelContext) {
        let (painter, scale) = (GraphPainter(self, in: context), scale(in: context.frame))
        let frame = context.frame
        for points in lines {
            context.addArrow(
                points.map { placed($0, in: frame) }, width: max(0.5, 1.1 * scale),
                tip: 7 * scale)
        }
        for index in diagram.nodes.indices { painter.drawNode(index, in: &context) }
        for (points, texts) in zip(lines, texts) {
            guard let end = points.last else { continue }
            draw(texts, before: end, scale, in: &context)
        }
    }

    /// Draws the numbers of an arc on its last piece.
    private func draw(
        _ texts: (forward: [String], backward: [String]), before end: Drawing.Point,
        _ scale: Double, in context: inout PanelContext
    ) {
        let (frame, size) = (context.frame, Self.small * scale)
        let (forward, backward) = (context.theme.color(0), context.theme.color(1))
        let line = Self.small * 1.35
        // The tip of the arrow stays free.
        let right = end.x - Self.margin - 2
        func add(_ text: String, _ x: Double, _ y: Double, _ color: Drawing.Color) {
            context.addText(
                text, at: placed(Drawing.Point(x, y), in: frame), size: size, color: color,
                anchor: .end)
        }
        if Self.isOneLine(texts) {
            let y = end.y - line * 0.5
            var x = right
            if let text = texts.backward.first {
                add(text, x, y, backward)
                x -= context.metrics.width(text, size: Self.small) + Self.margin
            }
            if let text = texts.forward.first { add(text, x, y, forward) }
            return
        }
        for (number, text) in texts.forward.reversed().enumerated() {
            add(text, right, end.y - line * (0.52 + Double(number)), forward)
        }
        for (number, text) in texts.backward.enumerated() {
            add(text, right, end.y + line * (0.52 + Double(number)), backward)
        }
    }
}
