/// Takes maxima over windows before biases and ReLUs, which then work on fewer elements.
///
/// Both keep the order of numbers: `max relu(x + b) = relu(max x + b)` where b is the same in all of
/// a channel's pixels. In the gradient `relu'` is taken at the maxima, and what is summed over all
/// pixels is summed before it is spread over them. Only where rounding makes neighbors equal may a
/// gradient go to another of them.
enum SinkMaxPool {
    static func apply(_ graph: Graph) -> Graph {
        guard graph.nodes.contains(where: { $0.primitive.isPooling }) else { return graph }
        let rectifiers = RectifierBehindPool(graph)
        // What a moved ReLU leaves behind would look like a reader of the sum in front of it.
        let first = rectifiers.isEmpty ? graph : DeadCodeElimination.apply(rectifiers.rewritten())
        return BiasBehindPool(first).rewritten()
    }
}

/// A graph with what its rewriting needs to know.
private struct Uses {
    let graph: Graph
    /// For each node, the nodes that read it.
    private(set) var readers: [[Int]]
    private let outputs: Set<Int>

    init(_ graph: Graph) {
        self.graph = graph
        outputs = Set(graph.outputs)
        readers = graph.nodes.map { _ in [] }
        for (position, node) in graph.nodes.enumerated() {
            for operand in node.operands where readers[operand].last != position {
                readers[operand].append(position)
            }
        }
    }

    func isOutput(_ position: Int) -> Bool { outputs.contains(position) }

    /// Whether every element is the number zero.
    func isZero(_ position: Int) -> Bool {
        var position = position
        while true {
            switch graph.nodes[position].primitive {
            case .constant(let scalar): return scalar.double == 0
            case .broadcast, .reshape: position = graph.nodes[position].operands[0]
            default: return false
            }
        }
    }

    /// The largest-element pooling of a node or its gradient; nil for other nodes.
    func pooling(_ position: Int, of source: Int) -> PoolParameters? {
        let node = graph.nodes[position]
        switch node.primitive {
        case .pool(let pool) where pool.kind == .max && node.operands[0] == source: return pool
        case .poolGradient(let pool)
        where pool.kind == .max && node.operands[0] == source && node.operands[1] != source:
            return pool
        default: return nil
        }
    }

    /// Whether a node is read by poolings only.
    func isOnlyPooled(_ position: Int) -> Bool {
        !isOutput(position) && !readers[position].isEmpty
            && readers[position].allSatisfy { pooling($0, of: position) != nil }
    }
}

/// The graph that grows, with the new position of each old node.
private struct Rewriting {
    var graph = Graph()
    var moved: [Int] = []

    init(_ old: Graph) { graph.inputs = old.inputs }

    mutating func add(_ primitive: Primitive, _ operands: [Int], _ type: TensorType) -> Int {
        graph.nodes.append(Node(primitive, operands, type))
        return graph.nodes.count - 1
    }

    /// The largest elements of a node's windows, by its new position.
    mutating func pool(_ pool: PoolParameters, _ source: Int, like type: TensorType) -> Int {
        add(.pool(pool), [source], type)
    }

    mutating func finish(_ old: Graph) -> Graph {
        graph.outputs = old.outputs.map { moved[$0] }
        return graph
    }
}

/// `max relu(x) = relu(max x)`.
private struct RectifierBehindPool {
    private let uses: Uses
    /// For each ReLU that is only pooled, its condition and its operand.
    private var rectifiers: [Int: (condition: Int, operand: Int)] = [:]

    init(_ graph: Graph) {
        uses = Uses(graph)
        for (position, node) in graph.nodes.enumerated() {
            guard case .select = node.primitive, uses.isZero(node.operands[1]),
                uses.isOnlyPooled(position), isNegative(node.operands[0], node.operands[2]),
                gradientsAreRectified(position, node.operands[0])
            else { continue }
            rectifiers[position] = (node.operands[0], node.operands[2])
        }
    }

    private func isNegative(_ condition: Int, _ operand: Int) -> Bool {
        let node = uses.graph.nodes[condition]
        return node.primitive == .compare(.lessOrEqual) && node.operands[0] == operand
            && uses.isZero(node.operands[1])
    }

    /// Whether the gradient of each pooling goes nowhere but through the ReLU's own.
    private func gradientsAreRectified(_ rectifier: Int, _ condition: Int) -> Bool {
        uses.readers[rectifier].allSatisfy { reader in
            guard case .poolGradient = uses.graph.nodes[reader].primitive else { return true }
            return !uses.isOutput(reader)
                && uses.readers[reader].allSatisfy {
                    let node = uses.graph.nodes[$0]
                    return node.primitive == .select && node.operands[0] == condition
                        && uses.isZero(node.operands[1]) && node.operands[2] == reader
                }
        }
    }

    var isEmpty: Bool { rectifiers.isEmpty }

    func rewritten() -> Graph {
        let old = uses.graph
        var new = Rewriting(old)
        for node in old.nodes {
            if case .pool(let pool) = node.primitive, let found = rectifiers[node.operands[0]] {
                let largest = new.pool(pool, new.moved[found.operand], like: node.type)
                new.moved.append(rectified(largest, by: largest, node.type, &new))
                continue
            }
            if case .select = node.primitive,
                case .poolGradient(let pool) = old.nodes[node.operands[2]].primitive,
                let found = rectifiers[old.nodes[node.operands[2]].operands[0]],
                found.condition == node.operands[0]
            {
                let upstream = old.nodes[node.operands[2]].operands[1]
                let type = old.nodes[upstream].type
                let source = new.moved[found.operand]
                let largest = new.pool(pool, source, like: type)
                let gradient = rectified(new.moved[upstream], by: largest, type, &new)
                new.moved.append(new.add(.poolGradient(pool), [source, gradient], node.type))
                continue
            }
            new.moved.append(
                new.add(node.primitive, node.operands.map { new.moved[$0] }, node.type))
        }
        return new.finish(old)
    }

    /// Values, or 0 where others are not above it.
    private func rectified(
        _ values: Int, by others: Int, _ type: TensorType, _ new: inout Rewriting
    ) -> Int {
        let number = new.add(.constant(Scalar(0, type.dtype)), [], TensorType(type.dtype, []))
        let ones = Shape(type.shape.map { _ in 1 })
        let lifted = new.add(.reshape(ones), [number], TensorType(type.dtype, ones))
        let zeros = new.add(.broadcast(type.shape), [lifted], type)
        let condition = new.add(
            .compare(.lessOrEqual), [others, zeros], TensorType(.bool, type.shape))
        return new.add(.select, [condition, zeros, values], type)
    }
}

/// `max (x + b) = max x + b`, and the sum of a gradient over all pixels.
private struct BiasBehindPool {
    private let uses: Uses
    /// For each sum that is only pooled, its varying and its constant part before the broadcast.
    private var sums: [Int: (varying: Int, bias: Int)] = [:]

    init(_ graph: Graph) {
        uses = Uses(graph)
        for (position, node) in graph.nodes.enumerated() {
            guard node.primitive == .binary(.add), uses.isOnlyPooled(position) else { continue }
            for (side, other) in [(1, 0), (0, 1)] {
                guard let bias = perChannel(node.operands[side]) else { continue }
                sums[position] = (node.operands[other], bias)
                break
            }
        }
    }

    /// What a broadcast repeats over all pixels of `[batch, height, width, channels]`.
    private func perChannel(_ position: Int) -> Int? {
        let node = uses.graph.nodes[position]
        guard case .broadcast = node.primitive, node.type.shape.rank == 4 else { return nil }
        let source = uses.graph.nodes[node.operands[0]].type.shape
        return source.sizes == [1, 1, 1, node.type.shape[3]] ? node.operands[0] : nil
    }

    func rewritten() -> Graph {
        let old = uses.graph
        var new = Rewriting(old)
        for (position, node) in old.nodes.enumerated() {
            let operands = node.operands.map { new.moved[$0] }
            if let source = node.operands.first, let found = sums[source],
                let pool = uses.pooling(position, of: source)
            {
                let varying = new.moved[found.varying]
                if case .poolGradient = node.primitive {
                    new.moved.append(
                        new.add(node.primitive, [varying, operands[1]], node.type))
                    continue
                }
                let largest = new.pool(pool, varying, like: node.type)
                let bias = new.add(
                    .broadcast(node.type.shape), [new.moved[found.bias]], node.type)
                new.moved.append(new.add(.binary(.add), [largest, bias], node.type))
                continue
            }
            if case .reduce(.sum, let axes) = node.primitive, axes.contains(1), axes.contains(2),
                case .poolGradient(let pool) = old.nodes[node.operands[0]].primitive,
                pool.kind == .max
            {
                let upstream = old.nodes[node.operands[0]].operands[1]
                new.moved.append(new.add(node.primitive, [new.moved[upstream]], node.type))
                continue
            }
            new.moved.append(new.add(node.primitive, operands, node.type))
        }
        return new.finish(old)
    }
}

extension Primitive {
    fileprivate var isPooling: Bool {
        switch self {
        case .pool, .poolGradient: true
        default: false
        }
    }
}
