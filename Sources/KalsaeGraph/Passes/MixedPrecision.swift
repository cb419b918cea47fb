/// Computes products in halves: their operands are rounded to halves, and so is what lies between two of
/// them, which then takes half the memory; sums, state and everything that no product follows stay
/// `float32`.
///
/// Rounded are the values that products read, and the results of products that other products follow
/// (activations and their gradients, not the gradients of weights), behind a bias where one is added.
/// Whoever computes with such a value element by element reads it as it was rounded, so that memory need
/// not hold it twice. Inputs, as weights, are rounded where products read them. (Micikevicius et al., "Mixed
/// Precision Training", 2018.)
enum MixedPrecision {
    /// The graph with operands of this type.
    static func apply(_ graph: Graph, _ half: DType) -> Graph {
        let rounded = RoundedValues(graph).values
        guard graph.nodes.contains(where: \.isFloatProduct) else { return graph }
        var rewriting = Rewriting(graph, half, rounded)
        return DeadCodeElimination.apply(rewriting.rewritten())
    }
}

extension Node {
    /// A product, convolution or attention of `float32`.
    fileprivate var isFloatProduct: Bool {
        primitive.category == .contraction && type.dtype == .float32
    }

    /// Whether it reads elements one by one, in a loop.
    fileprivate var isLoop: Bool {
        primitive.category == .elementwise || primitive.category == .reduction
    }
}

extension Graph {
    /// What a node shows the elements of: the node itself if it is no view.
    fileprivate func source(of position: Int) -> Int {
        var position = position
        while nodes[position].primitive.category == .view {
            position = nodes[position].operands[0]
        }
        return position
    }
}

/// Finds what is rounded.
private struct RoundedValues {
    private(set) var values: Set<Int> = []
    private let graph: Graph
    private var readers: [[Int]]

    init(_ graph: Graph) {
        self.graph = graph
        readers = graph.nodes.map { _ in [] }
        for (position, node) in graph.nodes.enumerated() {
            for operand in Set(node.operands) { readers[operand].append(position) }
        }
        // Whether a product follows.
        var isFollowed = graph.nodes.map { _ in false }
        for (position, node) in graph.nodes.enumerated().reversed()
        where isFollowed[position] || node.isFloatProduct {
            for operand in node.operands { isFollowed[operand] = true }
        }
        for (position, node) in graph.nodes.enumerated() where node.isFloatProduct {
            for operand in node.operands { add(graph.source(of: operand)) }
            if isFollowed[position] { add(behindBias(position)) }
        }
    }

    private mutating func add(_ position: Int) {
        let node = graph.nodes[position]
        guard node.type.dtype == .float32, node.primitive.category != .leaf else { return }
        values.insert(position)
    }

    /// The sum of a product, or of a view of it, and a bias, where nothing else reads the product.
    private func behindBias(_ product: Int) -> Int {
        var last = product
        while readers[last].count == 1, let reader = readers[last].first,
            graph.nodes[reader].primitive.category == .view
        {
            last = reader
        }
        guard readers[last].count == 1, let reader = readers[last].first,
            graph.nodes[reader].primitive == .binary(.add)
        else { return product }
        let others = graph.nodes[reader].operands.filter { $0 != last }
        guard let other = others.first,
            graph.nodes[graph.source(of: other)].type.shape.elementCount
                < graph.nodes[product].type.shape.elementCount
        else { return product }
        return reader
    }
}

/// The graph that grows.
private struct Rewriting {
    private let old: Graph
    private let half: DType
    private let rounded: Set<Int>
    private var new = Graph()
    /// The new position of each old node, and that of its halves where somebody reads them.
    private var floats: [Int] = []
    private var halves: [Int: Int] = [:]

    init(_ old: Graph, _ half: DType, _ rounded: Set<Int>) {
        (self.old, self.half, self.rounded) = (old, half, rounded)
        new.inputs = old.inputs
    }

    mutating func rewritten() -> Graph {
        for node in old.nodes {
            let operands = operands(of: node)
            floats.append(append(Node(node.primitive, operands, node.type)))
        }
        new.outputs = old.outputs.map { floats[$0] }
        return new
    }

    private mutating func append(_ node: Node) -> Int {
        new.nodes.append(node)
        return new.nodes.count - 1
    }

    private mutating func operands(of node: Node) -> [Int] {
        if node.isFloatProduct { return node.operands.map { rounded($0) } }
        guard node.isLoop else { return node.operands.map { floats[$0] } }
        // Each reader has a cast of its own, which becomes part of its loop.
        var casts: [Int: Int] = [:]
        return node.operands.map { operand in
            let type = old.nodes[operand].type
            guard type.dtype == .float32, rounded.contains(old.source(of: operand)) else {
                return floats[operand]
            }
            let cast = casts[operand] ?? append(Node(.cast(.float32), [rounded(operand)], type))
            casts[operand] = cast
            return cast
        }
    }

    /// The halves of an old node: a view of what it shows, or rounded there.
    private mutating func rounded(_ position: Int) -> Int {
        var views: [Int] = []
        var source = position
        while halves[source] == nil, old.nodes[source].primitive.category == .view {
            views.append(source)
            source = old.nodes[source].operands[0]
        }
        var result = halves[source] ?? append(cast(source))
        halves[source] = result
        for view in views.reversed() {
            let node = old.nodes[view]
            result = append(Node(node.primitive, [result], TensorType(half, node.type.shape)))
            halves[view] = result
        }
        return result
    }

    private func cast(_ position: Int) -> Node {
        Node(.cast(half), [floats[position]], TensorType(half, old.nodes[position].type.shape))
    }
}
