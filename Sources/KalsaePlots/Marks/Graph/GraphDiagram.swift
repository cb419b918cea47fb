import KalsaeSupport

/// A computational graph: nodes in layers from the left, arcs with the value that goes forward
/// above and the gradient that comes back below.
public struct GraphDiagram: Codable, Equatable, Sendable {
    /// The nodes; arcs name them by index.
    public var nodes: [GraphNode]
    /// The arcs; they form no cycle.
    public var arcs: [GraphArc]
    /// What the legend calls that which goes forward.
    public var forwardName: String
    /// What the legend calls that which comes back.
    public var backwardName: String

    /// Makes a diagram.
    public init(
        nodes: [GraphNode], arcs: [GraphArc], forwardName: String = "forward",
        backwardName: String = "backward"
    ) {
        self.nodes = nodes
        self.arcs = arcs
        self.forwardName = forwardName
        self.backwardName = backwardName
    }
}

/// A node of a graph diagram.
public struct GraphNode: Codable, Equatable, Sendable {
    /// What it is: an operation or a variable.
    public var label: String
    /// Further lines, as a value or a local derivative, with line ends in between; empty for none.
    public var detail: String
    /// Whether it computes something: operations are round, inputs are not.
    public var isOperation: Bool

    /// Makes a node.
    public init(_ label: String, detail: String = "", isOperation: Bool = true) {
        self.label = label
        self.detail = detail
        self.isOperation = isOperation
    }
}

/// An arc of a graph diagram.
public struct GraphArc: Codable, Equatable, Sendable {
    /// The index of the node whose value it carries.
    public var from: Int
    /// The index of the node that reads it.
    public var to: Int
    /// What goes forward, in one line or more; empty for none.
    public var forward: String
    /// What comes back, in one line or more; empty for none.
    public var backward: String

    /// Makes an arc.
    public init(from: Int, to: Int, forward: String = "", backward: String = "") {
        self.from = from
        self.to = to
        self.forward = forward
        self.backward = backward
    }

    /// Makes an arc with numbers.
    public init(from: Int, to: Int, forward: Double, backward: Double? = nil) {
        self.init(
            from: from, to: to, forward: NumberText.short(forward, digits: 4),
            backward: backward.map { NumberText.short($0, digits: 4) } ?? "")
    }
}

extension GraphDiagram: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.isBare = true
        return needs
    }

    var colorCount: Int { 0 }
    var summary: String { "graph of \(nodes.count) nodes and \(arcs.count) arcs" }

    func legend(first: Int, theme: Theme) -> [LegendEntry] {
        guard arcs.contains(where: { !$0.backward.isEmpty }) else { return [] }
        return [
            LegendEntry(name: forwardName, sample: .line(Drawing.Stroke(theme.color(0), width: 2))),
            LegendEntry(
                name: backwardName, sample: .line(Drawing.Stroke(theme.color(1), width: 2))),
        ]
    }

    var table: DataTable {
        var table = DataTable(columns: ["from", "to", "forward", "backward"])
        for arc in arcs {
            table.rows.append([
                nodes[arc.from].label, nodes[arc.to].label, arc.forward.onOneLine,
                arc.backward.onOneLine,
            ])
        }
        return table
    }

    func check() throws(KalsaeError) {
        for arc in arcs {
            for index in [arc.from, arc.to] where !nodes.indices.contains(index) {
                throw KalsaeError(
                    "graph", expected: "arcs between nodes 0 to \(nodes.count - 1)",
                    got: "\(index)")
            }
        }
        guard nodes.count <= 2000, arcs.count <= 8000 else {
            throw KalsaeError(
                "graph", expected: "at most 2000 nodes and 8000 arcs",
                got: "\(nodes.count) and \(arcs.count)")
        }
        let pairs = arcs.map { ($0.from, $0.to) }
        guard let layers = LayeredGraph.layers(count: nodes.count, arcs: pairs) else {
            throw KalsaeError("graph", expected: "no cycle", got: "one")
        }
        // Each layer that an arc passes is a bend, which is ordered like a node.
        let bends = arcs.reduce(0) { $0 + layers[$1.to] - layers[$1.from] - 1 }
        guard bends <= 20_000 else {
            throw KalsaeError(
                "graph", expected: "arcs that pass at most 20,000 layers together",
                got: "\(bends)", advice: "draw a part of the graph")
        }
    }
}

extension String {
    /// The lines of a text; none of an empty one.
    var graphLines: [String] { split(separator: "\n").map(String.init) }

    /// The lines of a text behind each other.
    fileprivate var onOneLine: String { graphLines.joined(separator: " ") }
}
