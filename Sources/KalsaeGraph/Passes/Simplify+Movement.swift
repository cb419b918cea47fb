extension Simplifier {
    /// Movements that move nothing disappear, and two of a kind become one.
    mutating func movement(_ node: Node) -> Int {
        var node = node
        let source = node.operands[0]
        switch node.primitive {
        case .identity: return source
        case .concatenate:
            return node.operands.count == 1 ? source : append(node)
        case .pad(let pad):
            let nothing = (pad.low + pad.high + pad.interior).allSatisfy { $0 == 0 }
            return nothing ? source : append(node)
        case .slice(let slice):
            let whole =
                slice.counts == graph.nodes[source].type.shape.sizes
                && zip(slice.strides, slice.counts).allSatisfy { $0 == 1 || $1 <= 1 }
            return whole ? source : append(node)
        case .broadcast:
            if graph.nodes[source].type == node.type { return source }
            if case .broadcast = primitive(source) { node.operands = [operand(source)] }
            return append(node)
        case .reshape:
            if graph.nodes[source].type == node.type { return source }
            if case .reshape = primitive(source) {
                node.operands = [operand(source)]
                return movement(node)
            }
            return append(node)
        case .transpose(let permutation):
            return transpose(permutation, node)
        default:
            return append(node)
        }
    }

    private mutating func transpose(_ permutation: [Int], _ node: Node) -> Int {
        let source = node.operands[0]
        if permutation == Array(permutation.indices) { return source }
        if case .transpose(let inner) = primitive(source) {
            let both = permutation.map { inner[$0] }
            return transpose(both, Node(.transpose(both), [operand(source)], node.type))
        }
        // Axes of size 1 are permuted without a single element moving.
        let shape = graph.nodes[source].type.shape
        let moving = permutation.filter { shape[$0] != 1 }
        if moving == moving.sorted() {
            return movement(Node(.reshape(node.type.shape), node.operands, node.type))
        }
        return append(node)
    }
}
