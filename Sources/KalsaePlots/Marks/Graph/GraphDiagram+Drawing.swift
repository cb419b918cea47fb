extension GraphDiagram {
    func draw(in context: inout PanelContext) {
        let pairs = arcs.map { ($0.from, $0.to) }
        guard !nodes.isEmpty, let graph = LayeredGraph(count: nodes.count, arcs: pairs) else {
            return
        }
        if !context.metrics.isCells, isCrowded(graph), let ports = GraphPorts(self) {
            return ports.draw(in: &context)
        }
        let painter = GraphPainter(diagram: self, graph: graph, context: context)
        for index in arcs.indices { painter.drawLine(index, in: &context) }
        for index in nodes.indices { painter.drawNode(index, in: &context) }
        var placed = painter.boxes
        for index in arcs.indices { painter.drawTexts(index, besides: &placed, in: &context) }
    }
}

/// The positions and sizes of a diagram's nodes.
struct GraphPainter {
    let diagram: GraphDiagram
    let graph: LayeredGraph
    let metrics: Metrics
    let theme: Theme
    /// The middle of each node and bend.
    var centers: [Drawing.Point] = []
    /// Half of a node's width and height.
    var halves: [Drawing.Point] = []
    private var labels: [String] = []
    private var details: [[String]] = []
    /// Of labels; details are a bit smaller.
    let size: Double

    /// Nodes that stand where `ports` has them.
    init(_ ports: GraphPorts, in context: PanelContext) {
        (diagram, graph) = (ports.diagram, ports.graph)
        (metrics, theme) = (context.metrics, context.theme)
        let scale = ports.scale(in: context.frame)
        size = GraphPorts.size * scale
        (labels, details) = (ports.labels, ports.details)
        centers = ports.centers.map { ports.placed($0, in: context.frame) }
        halves = ports.sizes.map { Drawing.Point($0.x / 2 * scale, $0.y / 2 * scale) }
    }

    init(diagram: GraphDiagram, graph: LayeredGraph, context: PanelContext) {
        self.diagram = diagram
        self.graph = graph
        (metrics, theme) = (context.metrics, context.theme)
        let frame = context.frame
        let layers = max(1, graph.layers.count)
        let slot = frame.width / Double(layers)
        let span = (graph.offsets.max() ?? 0) - (graph.offsets.min() ?? 0)
        let step = min(frame.height / (span + 1), metrics.isCells ? 24 : 96)
        size = metrics.isCells ? metrics.labelSize : min(metrics.labelSize + 1, max(7, step * 0.34))
        let line = metrics.lineHeight(size)
        let margin = metrics.gap * 1.5
        for what in diagram.nodes {
            // The rest of the slot is for arcs and their numbers.
            let most = max(slot * 0.72 - (metrics.isCells ? 4 : 2 * margin), size)
            var label = metrics.fitted(what.label.label(most: 80), width: most, size: size)
            if metrics.isCells { label = what.isOperation ? "(\(label))" : "[\(label)]" }
            let lines = what.detail.graphLines.map {
                metrics.fitted($0.label(most: 80), width: most, size: size * 0.85)
            }
            labels.append(label)
            details.append(lines)
            let width = lines.reduce(metrics.width(label, size: size)) {
                max($0, metrics.width($1, size: size * 0.85))
            }
            let height = line * (1 + 0.85 * Double(lines.count))
            var half = Drawing.Point(
                width / 2 + (metrics.isCells ? 0 : margin),
                min(metrics.isCells ? height / 2 : height / 2 + 4, step * 0.48))
            if what.isOperation, lines.isEmpty, !metrics.isCells, half.x < half.y * 1.3 {
                // Short names of operations stand in circles.
                half.x = min(max(half.x, half.y), step * 0.48)
                half.y = half.x
            }
            halves.append(half)
        }
        for node in graph.layerOf.indices {
            centers.append(
                Drawing.Point(
                    frame.x + slot * (Double(graph.layerOf[node]) + 0.5),
                    frame.middle.y + graph.offsets[node] * step))
        }
        halves += graph.layerOf.dropFirst(halves.count).map { _ in Drawing.Point(0, 0) }
    }

    /// The line of an arc, from the right side of its first node to the left one of its last.
    func points(_ arc: Int) -> [Drawing.Point] {
        graph.paths[arc].enumerated().map { at, node in
            let isFirst = at == 0
            let isLast = at == graph.paths[arc].count - 1
            let shift = isFirst ? halves[node].x : isLast ? -halves[node].x : 0
            return Drawing.Point(centers[node].x + shift, centers[node].y)
        }
    }

    func drawLine(_ arc: Int, in context: inout PanelContext) {
        context.addArrow(points(arc), width: 1.3, tip: 8)
    }

    func drawNode(_ index: Int, in context: inout PanelContext) {
        let (center, half) = (centers[index], halves[index])
        let isOperation = diagram.nodes[index].isOperation
        let color = theme.color(isOperation ? 0 : 2)
        let fill = theme.panel.mixed(with: color, share: 0.16)
        let edge = Drawing.Stroke(color, width: 1.4)
        let area = Drawing.Rectangle(
            x: center.x - half.x, y: center.y - half.y, width: 2 * half.x, height: 2 * half.y)
        if !metrics.isCells, isOperation, half.x == half.y {
            context.add(.disks([Drawing.Disk(center, radius: half.x)], fill: fill, stroke: edge))
        } else if !metrics.isCells {
            context.add(.rectangle(area, fill: fill, stroke: edge))
        }
        let line = metrics.lineHeight(size)
        // Lines stand around the middle; in a terminal each in a row of its own.
        let count = Double(details[index].count)
        let rise = count == 0 ? 0 : metrics.isCells ? 0.5 * count : 0.425 * count - 0.005
        context.addText(
            labels[index], at: Drawing.Point(center.x, center.y - line * rise),
            size: size, color: metrics.isCells ? color : theme.ink, anchor: .middle,
            isBold: isOperation)
        for (number, detail) in details[index].enumerated() {
            let below =
                metrics.isCells ? Double(number + 1) - rise : 0.9 + 0.85 * Double(number) - rise
            context.addText(
                detail, at: Drawing.Point(center.x, center.y + line * below), size: size * 0.85,
                color: theme.muted, anchor: .middle)
        }
    }
}

extension PanelContext {
    /// Adds a line with a tip at its end; in a terminal without one.
    mutating func addArrow(_ points: [Drawing.Point], width: Double, tip: Double) {
        guard let end = points.last, points.count > 1 else { return }
        add(.polyline(points, Drawing.Stroke(theme.axis, width: width)))
        guard !metrics.isCells else { return }
        let from = points[points.count - 2]
        let length = max(
            ((end.x - from.x) * (end.x - from.x) + (end.y - from.y) * (end.y - from.y))
                .squareRoot(), 1e-9)
        let along = Drawing.Point((end.x - from.x) / length, (end.y - from.y) / length)
        let base = Drawing.Point(end.x - along.x * tip, end.y - along.y * tip)
        let side = tip * 0.4375
        add(
            .polygon(
                [
                    end, Drawing.Point(base.x - along.y * side, base.y + along.x * side),
                    Drawing.Point(base.x + along.y * side, base.y - along.x * side),
                ], theme.axis))
    }
}
