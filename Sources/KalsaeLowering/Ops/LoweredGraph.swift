import KalsaeGraph
import KalsaeSupport

/// A graph as ops over storages: movements become views wherever no kernel needs dense memory.
struct LoweredGraph {
    private let graph: Graph
    private let limits: LoopLimits
    private(set) var ops: [LoweredOp] = []
    private(set) var storages: [Storage] = []
    /// For each storage, the op that computes it.
    private(set) var producers: [Int?] = []
    /// For each output of the graph, the storage that holds it.
    private(set) var outputs: [Int] = []
    private var views: [View] = []
    /// The `float32` of halves that products read, by node.
    private var widenedViews: [Int: View] = [:]

    /// Longer ranges of numbers are computed when the plan runs.
    private static let mostLiteralElements = 4096

    init(_ graph: Graph, for target: some LoweringTarget) throws(KalsaeError) {
        self.graph = graph
        limits = target.loopLimits
        for node in graph.nodes {
            views.append(try view(of: node, target))
        }
        // An output is written by its own op, if no other output took that storage.
        var taken = Set<Int>()
        for output in graph.outputs {
            let (view, type) = (views[output], graph.nodes[output].type)
            let own =
                view.isDense && view.offset == 0 && storages[view.storage].kind == .computed
                && storages[view.storage].byteCount == type.byteCount
                && taken.insert(view.storage).inserted
            outputs.append(own ? view.storage : copy(view, type).storage)
        }
    }

    /// Replaces the operand of an op, its type with it.
    mutating func replaceOperand(_ operand: Int, of op: Int, by view: View, _ type: TensorType) {
        ops[op].operands[operand] = view
        ops[op].operandTypes[operand] = type
    }

    /// Replaces all operands of an op by views of the same types.
    mutating func replaceOperands(of op: Int, by views: [View]) { ops[op].operands = views }

    /// The same op with a result of its own; not yet one of ``ops``.
    mutating func copy(of op: LoweredOp) -> LoweredOp {
        var copy = op
        copy.result = addStorage(.computed, op.type.byteCount, op.type.dtype)
        return copy
    }

    /// Puts ops in front of others, by their numbers, and takes out those that nobody reads any more.
    mutating func insert(_ added: [Int: [LoweredOp]]) {
        let wanted = Set(outputs)
        var all: [LoweredOp] = []
        for (number, op) in ops.enumerated() { all += (added[number] ?? []) + [op] }
        var read = wanted
        var kept: [LoweredOp] = []
        for op in all.reversed() where read.contains(op.result) {
            kept.append(op)
            for operand in op.operands { read.insert(operand.storage) }
        }
        ops = kept.reversed()
        for index in producers.indices { producers[index] = nil }
        for (number, op) in ops.enumerated() { producers[op.result] = number }
    }

    private mutating func addStorage(_ kind: Storage.Kind, _ byteCount: Int, _ dtype: DType) -> Int
    {
        storages.append(Storage(kind: kind, byteCount: byteCount, dtype: dtype))
        producers.append(nil)
        return storages.count - 1
    }

    private mutating func add(
        _ kind: LoweredOp.Kind, _ operands: [View], _ types: [TensorType], _ type: TensorType
    ) -> View {
        let storage = addStorage(.computed, type.byteCount, type.dtype)
        producers[storage] = ops.count
        ops.append(
            LoweredOp(
                kind: kind, operands: operands, operandTypes: types, type: type, result: storage))
        return View(dense: storage, type.shape)
    }

    private mutating func copy(_ view: View, _ type: TensorType) -> View {
        add(.copy, [view], [type], type)
    }

    private mutating func view(
        of node: Node, _ target: some LoweringTarget
    ) throws(KalsaeError) -> View {
        let types = node.operands.map { graph.nodes[$0].type }
        switch node.primitive {
        case .input(let position):
            let storage = addStorage(.input(position), node.type.byteCount, node.type.dtype)
            return View(dense: storage, node.type.shape)
        case .constant(let scalar):
            let bytes = scalar.bytes
            return View(dense: addStorage(.literal(bytes), bytes.count, scalar.dtype), [])
        case .iota(let parameters):
            return iota(parameters)
        case .identity:
            return views[node.operands[0]]
        case .barrier:
            // Of what is waited for one element is read, by nobody.
            var waited = views[node.operands[1]]
            waited.shape = node.type.shape
            waited.strides = waited.shape.map { _ in 0 }
            return add(.element(.barrier), [views[node.operands[0]], waited], types, node.type)
        case .broadcast(let shape):
            return views[node.operands[0]].broadcast(to: shape)
        case .transpose(let permutation):
            return views[node.operands[0]].transposed(permutation)
        case .slice(let slice):
            return views[node.operands[0]].sliced(slice)
        case .reshape(let shape):
            let source = node.operands[0]
            if let view = views[source].reshaped(to: shape) { return view }
            let dense = copy(views[source], types[0])
            views[source] = dense
            return View(dense: dense.storage, shape)
        case .unary, .binary, .compare, .select, .cast:
            for source in node.operands { copyTransposed(source) }
            let operands = node.operands.map { views[$0] }
            return add(.element(node.primitive), operands, types, node.type)
        case .reduce(let reduction, let axes):
            let operands = node.operands.map { views[$0] }
            // Along axes of size 1 there is nothing to join.
            if types[0].shape == node.type.shape { return operands[0] }
            return add(.reduction(reduction, axes: axes), operands, types, node.type)
        case _:
            for source in node.operands where !views[source].isDense {
                views[source] = copy(views[source], graph.nodes[source].type)
            }
            var (operands, types) = (node.operands.map { views[$0] }, types)
            if node.primitive.category == .contraction,
                !target.readsHalves(node.primitive, of: types)
            {
                for (index, source) in node.operands.enumerated() where types[index].dtype.isHalf {
                    (operands[index], types[index]) = widened(source)
                }
            }
            let result = add(.kernel(node.primitive), operands, types, node.type)
            if case .matrixProduct = node.primitive { readBytes(at: ops.count - 1, target) }
            return result
        }
    }

    /// Halves as `float32`, made once for all that multiply them.
    private mutating func widened(_ source: Int) -> (View, TensorType) {
        let half = graph.nodes[source].type
        let type = TensorType(half.dtype.sumType, half.shape)
        let view =
            widenedViews[source]
            ?? add(.element(.cast(type.dtype)), [views[source]], [half], type)
        widenedViews[source] = view
        return (view, type)
    }

    /// Copies a large transposed value block by block: a loop would touch a cache line an element.
    private mutating func copyTransposed(_ source: Int) {
        let type = graph.nodes[source].type
        guard type.shape.elementCount >= limits.transposedElements,
            views[source].innerStride != 0, views[source].innerStride != 1
        else { return }
        views[source] = copy(views[source], type)
    }

    /// The numbers along the axis lie in memory once; the other axes repeat them.
    private mutating func iota(_ parameters: IotaParameters) -> View {
        let (shape, dtype) = (parameters.type.shape, parameters.type.dtype)
        var bytes: [UInt8] = []
        let count = shape.elementCount == 0 ? 0 : shape[parameters.axis]
        var view: View
        if count > LoweredGraph.mostLiteralElements {
            let type = TensorType(dtype, [count])
            view = add(.kernel(.iota(IotaParameters(type, axis: 0))), [], [], type)
        } else {
            for number in 0..<count {
                let wrapped = dtype == .uint8 ? number & 255 : number
                bytes += Scalar(integer: wrapped, dtype).bytes
            }
            view = View(dense: addStorage(.literal(bytes), bytes.count, dtype), [count])
        }
        view.shape = shape
        view.strides = shape.indices.map { $0 == parameters.axis ? 1 : 0 }
        return view
    }
}
