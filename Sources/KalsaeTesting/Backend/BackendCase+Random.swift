import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

extension BackendCase {
    /// A graph of some forty operations that keep numbers near 1, drawn by a seed.
    public static func random(seed: Int, _ dtype: DType) -> BackendCase {
        var builder = RandomGraph(seed: seed, dtype)
        return BackendCase("random graph \(seed)") { () throws(KalsaeError) in
            try builder.build()
        }
    }
}

private struct RandomGraph {
    var graph = Graph()
    var generator: SampleGenerator
    /// The values of the main shape so far.
    var pool: [Int] = []
    var outputs: [Int] = []
    var domains: [Domain] = []
    let shape: Shape
    let dtype: DType
    let seed: Int

    init(seed: Int, _ dtype: DType) {
        self.seed = seed
        self.dtype = dtype
        generator = SampleGenerator(seed: UInt64(seed) &* 7919 &+ 13)
        let shapes: [Shape] = [
            [3, 5], [17, 1], [8, 64], [2, 3, 7], [1, 130], [40, 9], [1], [5, 1, 4],
        ]
        shape = shapes[Int.random(in: 0..<shapes.count, using: &generator)]
    }

    mutating func build() throws(KalsaeError) -> BackendCase {
        for _ in 0..<3 { pool.append(addInput(shape)) }
        for _ in 0..<40 { try addOne() }
        outputs.append(pool[pool.count - 1])
        graph.outputs = outputs
        // The first input's buffer becomes that of the last output where both have one type.
        var donations = [Int?](repeating: nil, count: outputs.count)
        if seed % 3 == 0 { donations[donations.count - 1] = 0 }
        return BackendCase(
            "random graph \(seed) of \(dtype.rawValue)\(shape)", graph, domains,
            options: PlanOptions(donations: donations, isRepeated: seed % 5 == 0), errorFactor: 200)
    }

    private mutating func addInput(_ shape: Shape) -> Int {
        domains.append(.normal)
        return graph.addInput(TensorType(dtype, shape))
    }

    private mutating func pick() -> Int { pool[Int.random(in: 0..<pool.count, using: &generator)] }

    private mutating func addOne() throws(KalsaeError) {
        let x = pick()
        switch Int.random(in: 0..<14, using: &generator) {
        case 0...2:
            let smooth: [UnaryOperation] = [.tanh, .sigmoid, .sin, .cos, .atan, .erf]
            let operation = smooth[Int.random(in: 0..<smooth.count, using: &generator)]
            pool.append(try graph.add(.unary(operation), [x]))
        case 3:
            pool.append(
                try graph.add(.unary(Bool.random(using: &generator) ? .negate : .absolute), [x]))
        case 4, 5: try addTamed(.add, x)
        case 6: try addTamed(.subtract, x)
        case 7: try addTamed(.multiply, x)
        case 8: pool.append(try graph.add(.binary(.maximum), [x, pick()]))
        case 9: pool.append(try graph.add(.binary(.minimum), [x, pick()]))
        case 10: try addBroadcastInput(x)
        case 11: try addReduction(x)
        case 12: try addMovement(x)
        default: try addSelection(x)
        }
    }

    /// A binary operation and a function that keeps its result small.
    private mutating func addTamed(_ operation: BinaryOperation, _ x: Int) throws(KalsaeError) {
        let result = try graph.add(.binary(operation), [x, pick()])
        pool.append(try graph.add(.unary(.tanh), [result]))
    }

    /// A row, a column or one number, added to everything.
    private mutating func addBroadcastInput(_ x: Int) throws(KalsaeError) {
        var small = shape
        for axis in shape.indices where Bool.random(using: &generator) { small[axis] = 1 }
        let wide = try graph.add(.broadcast(shape), [addInput(small)])
        try pool.append(graph.add(.unary(.sin), [graph.add(.binary(.add), [x, wide])]))
    }

    /// A mean over some axes: asked for, and used further on.
    private mutating func addReduction(_ x: Int) throws(KalsaeError) {
        let axes = shape.indices.filter { _ in Bool.random(using: &generator) }
        let count = axes.reduce(1) { $0 * shape[$1] }
        let sum = try graph.add(.reduce(.sum, axes: Array(axes)), [x])
        let part = try BackendCase.filled(
            &graph, 1 / Double(count), graph.nodes[sum].type)
        let mean = try graph.add(.binary(.multiply), [sum, part])
        if Bool.random(using: &generator) { outputs.append(mean) }
        pool.append(try graph.add(.broadcast(shape), [mean]))
    }

    /// The same numbers in another order.
    private mutating func addMovement(_ x: Int) throws(KalsaeError) {
        if Bool.random(using: &generator) {
            let starts = shape.map { $0 - 1 }
            let slice = SliceParameters(
                starts: starts, counts: shape.sizes, strides: shape.map { _ in -1 })
            pool.append(try graph.add(.slice(slice), [x]))
        } else {
            let transposed = try graph.add(.transpose(Array((0..<shape.rank).reversed())), [x])
            pool.append(try graph.add(.reshape(shape), [transposed]))
        }
    }

    /// One of two by a comparison of inputs, which no rounding can turn.
    private mutating func addSelection(_ x: Int) throws(KalsaeError) {
        let condition = try graph.add(.compare(.less), [0, 1])
        pool.append(try graph.add(.select, [condition, x, pick()]))
    }
}
