/// Computes equal nodes once: same primitive, same operands, same type.
enum CommonSubexpressionElimination {
    static func apply(_ graph: Graph) -> Graph {
        var result = Graph()
        result.inputs = graph.inputs
        result.nodes.reserveCapacity(graph.nodes.count)
        var known = NodeTable(capacity: graph.nodes.count)
        var moved: [Int] = []
        moved.reserveCapacity(graph.nodes.count)
        for node in graph.nodes {
            let rewritten = node.moved(to: moved)
            if let earlier = known.findOrInsert(rewritten, into: &result.nodes) {
                moved.append(earlier)
            } else {
                moved.append(result.nodes.count - 1)
            }
        }
        result.outputs = graph.outputs.map { moved[$0] }
        return result
    }
}

extension Node {
    /// The same node with its operands at new positions; shares them where none has moved.
    func moved(to positions: [Int]) -> Node {
        if operands.allSatisfy({ positions[$0] == $0 }) { return self }
        return Node(primitive, operands.map { positions[$0] }, type)
    }
}

/// Finds nodes by value, keeping only their positions: a dictionary would copy and hash millions.
private struct NodeTable {
    private var slots: [(hash: Int, position: Int)]

    init(capacity: Int) {
        var size = 16
        while size < 2 * capacity { size *= 2 }
        slots = Array(repeating: (0, -1), count: size)
    }

    /// The position of an equal node, or nil after the node was added to the others.
    mutating func findOrInsert(_ node: Node, into nodes: inout [Node]) -> Int? {
        let hash = node.hashValue
        var slot = hash & (slots.count - 1)
        while slots[slot].position >= 0 {
            let (found, position) = slots[slot]
            if found == hash, nodes[position] == node { return position }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = (hash, nodes.count)
        nodes.append(node)
        return nil
    }
}
