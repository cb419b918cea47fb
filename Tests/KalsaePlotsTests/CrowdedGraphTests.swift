import KalsaePlots
import Testing

/// Graphs of many arcs: places that are computed here from what is drawn.
@Suite struct CrowdedGraphTests {
    /// Dense layers of such sizes, each arc with a weight and a gradient.
    private func network(_ sizes: [Int], forward: String, backward: String) -> GraphDiagram {
        var nodes: [GraphNode] = []
        var arcs: [GraphArc] = []
        var before: [Int] = []
        for (layer, size) in sizes.enumerated() {
            let own = (0..<size).map { nodes.count + $0 }
            nodes += own.map { GraphNode("unit \($0)", detail: "z −2.425\ntanh, ∂ 0.03082") }
            if layer > 0 {
                arcs += before.flatMap { from in
                    own.map {
                        GraphArc(from: from, to: $0, forward: forward, backward: backward)
                    }
                }
            }
            before = own
        }
        return GraphDiagram(nodes: nodes, arcs: arcs)
    }

    private func box(_ label: Drawing.Label) -> Drawing.Rectangle {
        let width = Metrics.page.width(label.text, size: label.size, isBold: label.isBold)
        let share = label.anchor == .start ? 0 : label.anchor == .end ? 1 : 0.5
        // Digits and capitals take less than .8 of the size.
        return Drawing.Rectangle(
            x: label.point.x - share * width, y: label.point.y - label.size * 0.4, width: width,
            height: label.size * 0.8)
    }

    private func meet(_ a: Drawing.Rectangle, _ b: Drawing.Rectangle) -> Bool {
        a.x < b.maxX && b.x < a.maxX && a.y < b.maxY && b.y < a.maxY
    }

    @Test(arguments: [
        ([4, 8, 3], "−0.4706", "−9.137×10⁻⁶"), ([10, 10, 10], "0.03878", "0.0001132"),
        ([2, 3, 2, 2], "0.1", ""), ([1, 6], "0.3", "1"),
        ([1, 1, 2], "0.498, 0.613,\n0.967, 0.382", "1.06×10⁻⁵, 0.00285,\n0.000448"),
    ])
    func noNumberMeetsAnotherOrAnArc(_ sizes: [Int], _ forward: String, _ backward: String) throws {
        let diagram = network(sizes, forward: forward, backward: backward)
        let size = try #require(diagram.wantedSize)
        let figure = Figure(title: "title", marks: [.graph(diagram)], legend: .none)
        // At the size that it wants, and shrunk.
        for share in [1, 0.5] {
            let drawing = try figure.drawing(
                width: size.width * share, height: max(80, size.height * share))
            var texts: [(text: String, box: Drawing.Rectangle)] = []
            var nodes: [Drawing.Rectangle] = []
            var arcs: [[Drawing.Point]] = []
            for element in drawing.elements {
                switch element {
                case .text(let label): texts.append((label.text, box(label)))
                case .rectangle(let area, _, .some): nodes.append(area)
                case .polyline(let points, _): arcs.append(points)
                default: break
                }
            }
            let pairs = zip(sizes, sizes.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(arcs.count == pairs && nodes.count == sizes.reduce(0, +))
            let lines = [forward, backward].joined(separator: "\n").split(separator: "\n")
            #expect(texts.count == 1 + 3 * nodes.count + lines.count * pairs)
            for (index, one) in texts.enumerated() {
                for other in texts[..<index] {
                    #expect(!meet(one.box, other.box), "\(one.text), \(other.text)")
                }
                // Points of all arcs, a pixel apart.
                for (a, b) in arcs.flatMap({ zip($0, $0.dropFirst()) }) {
                    let steps = max(1, Int(max(abs(b.x - a.x), abs(b.y - a.y))))
                    let isCrossed = (0...steps).contains { step in
                        let at = Double(step) / Double(steps)
                        return one.box.contains(
                            Drawing.Point(a.x + (b.x - a.x) * at, a.y + (b.y - a.y) * at))
                    }
                    #expect(!isCrossed, "\(one.text) at \(share)")
                }
            }
            for (index, node) in nodes.enumerated() {
                #expect(node.x >= 0 && node.maxX <= drawing.width)
                #expect(node.y >= 0 && node.maxY <= drawing.height)
                for other in nodes[..<index] { #expect(!meet(node, other)) }
            }
        }
    }

    @Test func fewArcsStandAsTheyDid() {
        #expect(network([2, 2], forward: "1", backward: "2").wantedSize == nil)
        #expect(network([2, 2, 1], forward: "1", backward: "2").wantedSize == nil)
    }

    /// Neighbors are half of both heights apart, and bends take their own.
    @Test func heightsKeepNodesApart() throws {
        let arcs = [(0, 3), (1, 3), (2, 3)]
        let graph = try #require(LayeredGraph(count: 4, arcs: arcs, heights: [10, 30, 20, 5]))
        let ordered = graph.layers[0].map { (graph.offsets[$0], graph.height($0)) }
        for (above, below) in zip(ordered, ordered.dropFirst()) {
            #expect(abs(below.0 - above.0 - (above.1 + below.1) / 2) < 1e-9)
        }
        // 10, 30 and 20 above each other.
        #expect(abs(graph.span - 60) < 1e-9)
    }
}
