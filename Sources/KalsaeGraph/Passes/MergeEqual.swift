/// Computes equal nodes once: same primitive, same operands, same type.
enum MergeEqual {
    static func apply(_ graph: Graph) -> Graph {
        var result = Graph()
        result.inputs = graph.inputs
        var known: [Node: Int] = [:]
        var moved: [Int] = []
        moved.reserveCapacity(graph.nodes.count)
        for node in graph.nodes {
            let rewritten = Node(node.primitive, node.operands.map { moved[$0] }, node.type)
            if let earlier = known[rewritten] {
                moved.append(earlier)
                continue
            }
            known[rewritten] = result.nodes.count
            moved.append(result.nodes.count)
            result.nodes.append(rewritten)
        }
        result.outputs = graph.outputs.map { moved[$0] }
        return result
    }
}
