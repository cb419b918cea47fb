/// A graph of many arcs: each arc ends in a level piece of its own at the left side of its node, and
/// its numbers stand on that piece, so that no text meets another, whatever arcs cross before.
///
/// Lengths are those of a page at full size; a smaller frame shrinks everything alike.
struct GraphPorts {
    /// Of the labels of nodes.
    static let size = 13.0
    /// Of details and of numbers at arcs.
    static let small = 11.0
    private static let line = small * 1.35
    private static let gap = 12.0
    /// Between the numbers of an arc and what stands beside.
    static let margin = 8.0

    let diagram: GraphDiagram
    let graph: LayeredGraph
    let labels: [String]
    let details: [[String]]
    /// The numbers of each arc.
    let texts: [(forward: [String], backward: [String])]
    /// Width and height of each node.
    let sizes: [Drawing.Point]
    /// The middle of each node and bend, from the upper left corner.
    private(set) var centers: [Drawing.Point] = []
    /// The line of each arc.
    private(set) var lines: [[Drawing.Point]] = []
    /// The width and height of all.
    private(set) var extent = Drawing.Point(0, 0)

    /// Arranges a diagram; nil for one with a cycle.
    init?(_ diagram: GraphDiagram) {
        self.diagram = diagram
        labels = diagram.nodes.map { $0.label.label(most: 60) }
        details = diagram.nodes.map { $0.detail.graphLines.map { $0.label(most: 60) } }
        texts = diagram.arcs.map { arc in
            (
                arc.forward.graphLines.map { $0.label(most: 60) },
                arc.backward.graphLines.map { $0.label(most: 60) }
            )
        }
        var ports = [Double](repeating: 0, count: diagram.nodes.count)
        for (arc, texts) in zip(diagram.arcs, texts) { ports[arc.to] += Self.height(texts) }
        sizes = zip(zip(labels, details), zip(diagram.nodes, ports)).map { texts, node in
            let width = texts.1.reduce(
                Self.width(texts.0, Self.size, isBold: node.0.isOperation)
            ) { max($0, Self.width($1, Self.small)) }
            let height = Self.size * 1.35 * (1 + 0.85 * Double(texts.1.count)) + 8
            return Drawing.Point(width + 18, max(height, node.1 + Self.margin))
        }
        let arcs = diagram.arcs.map { ($0.from, $0.to) }
        guard let layers = LayeredGraph.layers(count: diagram.nodes.count, arcs: arcs) else {
            return nil
        }
        // Layers of few nodes take more room, up to six tenths of the highest one.
        var totals = [Double](repeating: 0, count: (layers.max() ?? 0) + 1)
        var counts = totals
        for (layer, size) in zip(layers, sizes) {
            totals[layer] += size.y + Self.gap
            counts[layer] += 1
        }
        let highest = totals.max() ?? 0
        let heights = zip(layers, sizes).map { layer, size in
            let spare = (0.6 * highest - totals[layer]) / max(1, counts[layer])
            return size.y + Self.gap + min(max(0, spare), 60)
        }
        guard
            let graph = LayeredGraph(
                count: diagram.nodes.count, arcs: arcs, heights: heights, bendHeight: Self.gap)
        else { return nil }
        self.graph = graph
        place()
    }

    private static func width(_ text: String, _ size: Double, isBold: Bool = false) -> Double {
        Metrics.page.width(text, size: size, isBold: isBold)
    }

    /// Whether both sides stand in one line above the arc, as short ones do.
    static func isOneLine(_ texts: (forward: [String], backward: [String])) -> Bool {
        texts.forward.count <= 1 && texts.backward.count <= 1
            && (texts.forward + texts.backward).allSatisfy { width($0, small) < 90 }
    }

    /// What the numbers of an arc take of the side of a node.
    private static func height(_ texts: (forward: [String], backward: [String])) -> Double {
        if texts.forward.isEmpty, texts.backward.isEmpty { return 8 }
        return line * Double(isOneLine(texts) ? 1 : texts.forward.count + texts.backward.count) + 5
    }

    /// How far from the node the numbers of an arc reach.
    private static func width(_ texts: (forward: [String], backward: [String])) -> Double {
        let (forward, backward) = (
            texts.forward.map { width($0, small) }.max() ?? 0,
            texts.backward.map { width($0, small) }.max() ?? 0
        )
        guard max(forward, backward) > 0 else { return 0 }
        let both = forward > 0 && backward > 0 ? margin : 0
        return (isOneLine(texts) ? forward + backward + both : max(forward, backward)) + 2 * margin
    }

    private mutating func place() {
        let count = graph.layers.count
        // Room for numbers before a layer, its nodes, and the lines that come from the layer before.
        var zones = [Double](repeating: 0, count: count)
        var widths = [Double](repeating: 0, count: count)
        var steps = [Double](repeating: 0, count: count)
        for (arc, texts) in zip(diagram.arcs, texts) {
            let layer = graph.layerOf[arc.to]
            zones[layer] = max(zones[layer], Self.width(texts), 14)
        }
        for (node, size) in sizes.enumerated() {
            widths[graph.layerOf[node]] = max(widths[graph.layerOf[node]], size.x)
        }
        for path in graph.paths {
            for (from, to) in zip(path, path.dropFirst()) {
                let rise = abs(graph.offsets[from] - graph.offsets[to])
                steps[graph.layerOf[to]] = max(steps[graph.layerOf[to]], rise)
            }
        }
        var (left, middles) = (0.0, [Double]())
        for layer in 0..<count {
            left += (layer == 0 ? 0 : min(max(32, steps[layer] * 0.25), 110)) + zones[layer]
            middles.append(left + widths[layer] / 2)
            left += widths[layer]
        }
        extent = Drawing.Point(left, graph.span)
        centers = graph.layerOf.indices.map { node in
            Drawing.Point(middles[graph.layerOf[node]], graph.offsets[node] + graph.span / 2)
        }
        let ends = portHeights()
        lines = zip(diagram.arcs.indices, graph.paths).map { arc, path in
            var points: [Drawing.Point] = []
            for (index, node) in path.enumerated() {
                let (center, layer) = (centers[node], graph.layerOf[node])
                let start = middles[layer] - widths[layer] / 2 - zones[layer]
                if index == 0 {
                    points.append(Drawing.Point(center.x + sizes[node].x / 2, center.y))
                    points.append(Drawing.Point(center.x + widths[layer] / 2, center.y))
                } else if index == path.count - 1 {
                    points.append(Drawing.Point(start, ends[arc]))
                    points.append(Drawing.Point(center.x - sizes[node].x / 2, ends[arc]))
                } else {
                    // Past the nodes of the layer and their numbers.
                    points.append(Drawing.Point(start, center.y))
                    points.append(Drawing.Point(center.x + widths[layer] / 2, center.y))
                }
            }
            return points
        }
    }

    /// How high each arc ends: those of a node from the top, as they come.
    private func portHeights() -> [Double] {
        var ends = [Double](repeating: 0, count: diagram.arcs.count)
        let arriving = Dictionary(grouping: diagram.arcs.indices) { diagram.arcs[$0].to }
        for (node, arcs) in arriving {
            func start(_ arc: Int) -> Double { centers[graph.paths[arc].dropLast().last ?? 0].y }
            let sorted = arcs.sorted { (start($0), $0) < (start($1), $1) }
            let heights = sorted.map { Self.height(texts[$0]) }
            let spare = max(0, sizes[node].y - Self.margin - heights.reduce(0, +))
            let between = spare / Double(sorted.count)
            var top = centers[node].y - (sizes[node].y - Self.margin) / 2 + between / 2
            for (arc, height) in zip(sorted, heights) {
                let (above, below) = (texts[arc].forward.count, texts[arc].backward.count)
                if above + below == 0 {
                    ends[arc] = top + height / 2
                } else if Self.isOneLine(texts[arc]) {
                    ends[arc] = top + height - 2
                } else {
                    ends[arc] = top + 1.5 + Self.line * Double(above)
                }
                top += height + between
            }
        }
        return ends
    }
}
