import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

extension BackendCase {
    static var networks: [BackendCase] { (0..<32).map { network(seed: $0) } }

    /// A graph as training steps have them, drawn by a seed: products with what follows, softmax and
    /// normalizations along either axis, sums of columns, and state that is updated in place.
    public static func network(seed: Int) -> BackendCase {
        BackendCase("network \(seed)") { () throws(KalsaeError) in
            var builder = RandomNetwork(seed: seed, seed % 4 == 3 ? .float64 : .float32)
            return try builder.build()
        }
    }
}

/// A graph over rows of numbers near 1, drawn by a seed.
private struct RandomNetwork {
    private var graph = Graph()
    private var generator: SampleGenerator
    private var domains: [Domain] = []
    private var outputs: [Int] = []
    private var donations: [Int?] = []
    /// Values of the main shape so far.
    private var pool: [Int] = []
    private let type: TensorType
    private let seed: Int

    private var rows: Int { type.shape[0] }
    private var columns: Int { type.shape[1] }

    init(seed: Int, _ dtype: DType) {
        self.seed = seed
        generator = SampleGenerator(seed: UInt64(seed) &* 104_729 &+ 5)
        // The longest are cut into parts, of columns as of rows.
        let shapes: [Shape] = [[40, 9], [7, 33], [128, 40], [5, 2], [9000, 3], [3, 700]]
        type = TensorType(dtype, shapes[seed % shapes.count])
    }

    mutating func build() throws(KalsaeError) -> BackendCase {
        pool = [addInput(type), addInput(type)]
        for _ in 0..<6 { try addLayer() }
        outputs.append(pool[pool.count - 1])
        donations.append(nil)
        graph.outputs = outputs
        return BackendCase(
            "network \(seed) of \(type)", graph, domains,
            options: PlanOptions(donations: donations, isRepeated: seed % 2 == 0),
            errorFactor: 2000)
    }

    private mutating func addInput(_ type: TensorType) -> Int {
        domains.append(.normal)
        return graph.addInput(type)
    }

    private mutating func pick() -> Int { pool[Int.random(in: 0..<pool.count, using: &generator)] }

    private mutating func addLayer() throws(KalsaeError) {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0, 1: try addDense(pick())
        case 2: try addSoftmax(pick(), axis: Int.random(in: 0...1, using: &generator))
        case 3, 4: try addNormalization(pick(), axis: Int.random(in: 0...1, using: &generator))
        case _: try addUpdates(pick(), pick())
        }
    }

    /// Products of the same shape, each with a bias, an activation and a residual.
    private mutating func addDense(_ x: Int) throws(KalsaeError) {
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let weights = addInput(TensorType(type.dtype, [columns, columns]))
            let product = try graph.add(
                .matrixProduct(MatrixProductParameters()), [try scaled(x, columns), weights])
            let bias = try graph.add(
                .broadcast(type.shape), [addInput(TensorType(type.dtype, [1, columns]))])
            let sum = try graph.add(.binary(.add), [product, bias])
            let active = try graph.add(.unary(.tanh), [sum])
            pool.append(try tamed(.add, active, pick()))
        }
    }

    private mutating func addSoftmax(_ x: Int, axis: Int) throws(KalsaeError) {
        let most = try graph.add(.reduce(.max, axes: [axis]), [x])
        let shifted = try graph.add(
            .binary(.subtract), [x, try graph.add(.broadcast(type.shape), [most])])
        let powers = try graph.add(.unary(.exp), [shifted])
        let sum = try graph.add(.reduce(.sum, axes: [axis]), [powers])
        let all = try graph.add(.broadcast(type.shape), [sum])
        pool.append(try graph.add(.binary(.divide), [powers, all]))
        if Bool.random(using: &generator) { add(try graph.add(.unary(.log), [sum])) }
    }

    /// (x - mean) / sqrt(variance + 1), and a running mean that is updated in place.
    private mutating func addNormalization(_ x: Int, axis: Int) throws(KalsaeError) {
        let count = type.shape[axis]
        let mean = try scaled(try graph.add(.reduce(.sum, axes: [axis]), [x]), count * count)
        let centered = try graph.add(
            .binary(.subtract), [x, try graph.add(.broadcast(type.shape), [mean])])
        let squares = try graph.add(.binary(.multiply), [centered, centered])
        let variance = try scaled(
            try graph.add(.reduce(.sum, axes: [axis]), [squares]), count * count)
        let one = try BackendCase.filled(&graph, 1, graph.nodes[variance].type)
        let spread = try graph.add(
            .unary(.rsqrt), [try graph.add(.binary(.add), [variance, one])])
        let all = try graph.add(.broadcast(type.shape), [spread])
        pool.append(try graph.add(.binary(.multiply), [centered, all]))
        guard Bool.random(using: &generator) else { return }
        let running = addInput(graph.nodes[mean].type)
        let gap = try graph.add(.binary(.subtract), [mean, running])
        let step = try scaled(gap, 100)
        add(try graph.add(.binary(.add), [running, step]), over: domains.count - 1)
    }

    /// Descent of weights by a product, and of a bias by sums of columns, in place.
    private mutating func addUpdates(_ x: Int, _ slope: Int) throws(KalsaeError) {
        let weights = addInput(TensorType(type.dtype, [columns, columns]))
        let parameters = MatrixProductParameters(transposeLeft: true)
        let gradient = try graph.add(.matrixProduct(parameters), [try scaled(x, rows), slope])
        add(try graph.add(.binary(.subtract), [weights, gradient]), over: domains.count - 1)
        let bias = addInput(TensorType(type.dtype, [1, columns]))
        let sum = try scaled(try graph.add(.reduce(.sum, axes: [0]), [slope]), rows)
        add(try graph.add(.binary(.subtract), [bias, sum]), over: domains.count - 1)
    }

    private mutating func add(_ output: Int, over input: Int? = nil) {
        outputs.append(output)
        donations.append(input)
    }

    /// x / sqrt(count).
    private mutating func scaled(_ x: Int, _ count: Int) throws(KalsaeError) -> Int {
        let factor = 1 / Double(count).squareRoot()
        let all = try BackendCase.filled(&graph, factor, graph.nodes[x].type)
        return try graph.add(.binary(.multiply), [x, all])
    }

    private mutating func tamed(
        _ operation: BinaryOperation, _ x: Int, _ y: Int
    ) throws(KalsaeError) -> Int {
        try graph.add(.unary(.sin), [try graph.add(.binary(operation), [x, y])])
    }
}
