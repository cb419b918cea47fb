/// Drops nodes that no output needs. Unused inputs keep their positions, but lose their nodes.
enum DeadCodeElimination {
    static func apply(_ graph: Graph) -> Graph {
        var needed = [Bool](repeating: false, count: graph.nodes.count)
        for output in graph.outputs { needed[output] = true }
        for position in graph.nodes.indices.reversed() where needed[position] {
            for operand in graph.nodes[position].operands { needed[operand] = true }
        }
        guard needed.contains(false) else { return graph }
        var result = Graph()
        result.inputs = graph.inputs
        var moved = [Int](repeating: -1, count: graph.nodes.count)
        for (position, node) in graph.nodes.enumerated() where needed[position] {
            moved[position] = result.nodes.count
            let operands = node.operands.map { moved[$0] }
            result.nodes.append(Node(node.primitive, operands, node.type))
        }
        result.outputs = graph.outputs.map { moved[$0] }
        return result
    }
}
