/// Removes operations that change nothing, and replaces some by cheaper ones.
///
/// One walk in node order; each rule looks at the operands as already rewritten.
enum Simplify {
    static func apply(_ graph: Graph) -> Graph {
        var simplifier = Simplifier(inputs: graph.inputs)
        var moved: [Int] = []
        moved.reserveCapacity(graph.nodes.count)
        simplifier.graph.nodes.reserveCapacity(graph.nodes.count)
        for node in graph.nodes {
            moved.append(simplifier.add(node.moved(to: moved)))
        }
        simplifier.graph.outputs = graph.outputs.map { moved[$0] }
        return simplifier.graph
    }
}

/// The rewritten graph as it grows.
struct Simplifier {
    var graph = Graph()

    init(inputs: [TensorType]) { graph.inputs = inputs }

    /// Adds a node, or finds the position of an equivalent one.
    mutating func add(_ node: Node) -> Int {
        switch node.primitive {
        case .unary(let operation): return unary(operation, node)
        case .binary(let operation): return binary(operation, node)
        case .cast(let dtype): return cast(dtype, node)
        case .reduce(let reduction, let axes): return reduce(reduction, axes, node)
        case .matrixProduct(let parameters): return matrixProduct(parameters, node)
        case .select: return select(node)
        case _ where [.view, .movement].contains(node.primitive.category): return movement(node)
        case _: return append(node)
        }
    }

    mutating func append(_ node: Node) -> Int {
        graph.nodes.append(node)
        return graph.nodes.count - 1
    }

    func primitive(_ position: Int) -> Primitive { graph.nodes[position].primitive }
    func operand(_ position: Int) -> Int { graph.nodes[position].operands[0] }

    /// The number that every element is, if that is known.
    func uniform(_ position: Int) -> Scalar? {
        var position = position
        while true {
            switch primitive(position) {
            case .constant(let scalar): return scalar
            case .broadcast, .reshape: position = operand(position)
            default: return nil
            }
        }
    }

    private mutating func reduce(_ reduction: Reduction, _ axes: [Int], _ node: Node) -> Int {
        let shape = graph.nodes[node.operands[0]].type.shape
        let moving = axes.filter { shape[$0] != 1 }
        if moving.isEmpty { return node.operands[0] }
        return append(Node(.reduce(reduction, axes: moving), node.operands, node.type))
    }

    private mutating func select(_ node: Node) -> Int {
        if node.operands[1] == node.operands[2] { return node.operands[1] }
        guard let condition = uniform(node.operands[0]) else { return append(node) }
        return condition.integer != 0 ? node.operands[1] : node.operands[2]
    }

    private mutating func cast(_ dtype: DType, _ node: Node) -> Int {
        let source = node.operands[0]
        if graph.nodes[source].type.dtype == dtype { return source }
        guard case .constant(let scalar) = primitive(source) else { return append(node) }
        let value =
            scalar.dtype.isFloat
            ? Scalar(scalar.double, dtype) : Scalar(integer: scalar.integer, dtype)
        // Integers wrap when they are cast, and a scalar saturates.
        guard scalar.dtype.isFloat || dtype.isFloat || value.integer == scalar.integer else {
            return append(node)
        }
        return append(Node(.constant(value), [], node.type))
    }
}
