import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

/// A piece of memory that a plan reads or writes.
struct Storage {
    enum Kind: Equatable {
        /// The buffer of a graph input.
        case input(Int)
        /// Data that is known when the plan is made.
        case literal([UInt8])
        /// What a unit computes.
        case computed
    }

    var kind: Kind
    var byteCount: Int
    var dtype: DType
}

/// One computation of a plan before fusion: what remains of a node once movements are views.
struct Unit {
    enum Kind {
        case element(Primitive)
        case reduction(Reduction, axes: [Int])
        case kernel(Primitive)
        /// Writes a strided value densely.
        case copy
    }

    var kind: Kind
    var operands: [View]
    var operandTypes: [TensorType]
    var type: TensorType
    /// The storage of the result, if the result needs one.
    var result: Int

    /// Whether the unit can be part of a loop.
    var isLoop: Bool {
        if case .kernel = kind { return false }
        return true
    }

    /// Whether a copy changes which axis is innermost, which is best done block by block.
    var isTurning: Bool {
        let view = operands[0]
        return view.innerStride != 0 && view.innerStride != 1
            && view.shape.filter { $0 != 1 }.count <= Int(KLS_COPY_RANK)
    }

    /// The shape over which the unit iterates.
    var iterationShape: Shape {
        if case .reduction = kind { return operandTypes[0].shape }
        return type.shape
    }
}

/// Turns a graph into units: movements become views wherever no kernel needs dense memory.
struct UnitBuilder {
    private let graph: Graph
    private(set) var units: [Unit] = []
    private(set) var storages: [Storage] = []
    /// For each storage, the unit that computes it.
    private(set) var producers: [Int?] = []
    /// Smaller transposed values are read where they lie: their cache lines stay near.
    private static let fewestTurnedElements = 1 << 16

    /// Longer rows of numbers are computed when the plan runs.
    private static let mostLiteralElements = 4096

    /// For each output of the graph, the storage that holds it.
    private(set) var outputs: [Int] = []
    private var views: [View] = []

    init(_ graph: Graph) throws(KalsaeError) {
        self.graph = graph
        for node in graph.nodes {
            views.append(try view(of: node))
        }
        // An output is written by its own unit, if no other output took that place.
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

    private mutating func addStorage(_ kind: Storage.Kind, _ byteCount: Int, _ dtype: DType) -> Int
    {
        storages.append(Storage(kind: kind, byteCount: byteCount, dtype: dtype))
        producers.append(nil)
        return storages.count - 1
    }

    private mutating func add(
        _ kind: Unit.Kind, _ operands: [View], _ types: [TensorType], _ type: TensorType
    ) -> View {
        let storage = addStorage(.computed, type.byteCount, type.dtype)
        producers[storage] = units.count
        units.append(
            Unit(kind: kind, operands: operands, operandTypes: types, type: type, result: storage))
        return View(dense: storage, type.shape)
    }

    private mutating func copy(_ view: View, _ type: TensorType) -> View {
        add(.copy, [view], [type], type)
    }

    private mutating func view(of node: Node) throws(KalsaeError) -> View {
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
            for source in node.operands { turn(source) }
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
            var (operands, operandTypes) = (node.operands.map { views[$0] }, types)
            if case .matrixProduct(let parameters) = node.primitive {
                readBytes(parameters, &operands, &operandTypes)
            }
            return add(.kernel(node.primitive), operands, operandTypes, node.type)
        }
    }

    /// Copies a large transposed value block by block: a loop would touch a cache line an element.
    private mutating func turn(_ source: Int) {
        let type = graph.nodes[source].type
        guard type.shape.elementCount >= UnitBuilder.fewestTurnedElements,
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
        if count > UnitBuilder.mostLiteralElements {
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

extension Scalar {
    /// The element as it lies in memory.
    var bytes: [UInt8] {
        func raw<T>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
        switch dtype {
        case .float32: return raw(Float(double))
        case .float64: return raw(double)
        case .float16: return raw(HalfPrecision.float16(Float(double)))
        case .bfloat16: return raw(HalfPrecision.bfloat16(Float(double)))
        case .int32: return raw(Int32(truncatingIfNeeded: integer))
        case .int64: return raw(Int64(integer))
        case .uint8: return raw(UInt8(truncatingIfNeeded: integer))
        case .bool: return [integer != 0 ? 1 : 0]
        }
    }
}
