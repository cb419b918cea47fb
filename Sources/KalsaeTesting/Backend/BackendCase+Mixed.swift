import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

extension BackendCase {
    /// Graphs of several operations: what fusion, arenas and donation can get wrong.
    static var mixed: [BackendCase] {
        let fixed = [
            BackendCase("plain outputs", building: plainOutputs),
            BackendCase("donated update", building: donatedUpdate),
            BackendCase("swapped donations", building: swappedDonations),
            BackendCase("exchanged inputs", building: exchangedInputs),
            BackendCase("donated and summed", building: donatedAndSummed),
            BackendCase("donated read late", building: donatedReadLate),
            BackendCase("normalization", building: normalization),
            BackendCase("dense step", building: denseStep),
            BackendCase("softmax loss", building: softmaxLoss),
            BackendCase("shared value", building: sharedByManyOutputs),
            BackendCase("long chain", building: longChain),
        ]
        return fixed + (0..<60).map { random(seed: $0, $0 % 2 == 0 ? .float32 : .float64) }
    }

    /// Inputs, constants and one node twice as outputs.
    private static func plainOutputs() throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [3, 5]))
        _ = graph.addInput(TensorType(.int32, [2]))
        let three = try graph.add(.constant(Scalar(3, .float32)))
        let doubled = try graph.add(.binary(.add), [x, x])
        let flat = try graph.add(.reshape([15]), [x])
        graph.outputs = [x, three, doubled, doubled, flat]
        return BackendCase("inputs and constants as outputs", graph, [.normal, .normal])
    }

    /// Gradient descent with momentum, all state in place.
    private static func donatedUpdate() throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let type = TensorType(.float32, [7, 19])
        let weight = graph.addInput(type)
        let velocity = graph.addInput(type)
        let gradient = graph.addInput(type)
        let rate = try filled(&graph, 0.1, type)
        let keep = try filled(&graph, 0.9, type)
        let kept = try graph.add(.binary(.multiply), [velocity, keep])
        let next = try graph.add(.binary(.add), [kept, gradient])
        let step = try graph.add(.binary(.multiply), [next, rate])
        graph.outputs = [try graph.add(.binary(.subtract), [weight, step]), next]
        return BackendCase(
            "momentum, donated", graph, [.normal, .normal, .normal],
            options: PlanOptions(donations: [0, 1]), errorFactor: 2)
    }

    /// Each output lies in the input that the other output needs.
    private static func swappedDonations() throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let type = TensorType(.float64, [37])
        let x = graph.addInput(type)
        let y = graph.addInput(type)
        let z = graph.addInput(type)
        graph.outputs = [
            try graph.add(.binary(.add), [y, z]), try graph.add(.binary(.multiply), [x, z]), x,
        ]
        return BackendCase(
            "outputs in each other's input", graph, [.normal, .normal, .normal],
            options: PlanOptions(donations: [0, 1, nil]))
    }

    /// Two inputs are exchanged.
    private static func exchangedInputs() throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let type = TensorType(.float32, [37])
        let (x, y) = (graph.addInput(type), graph.addInput(type))
        graph.outputs = [y, x]
        return BackendCase(
            "exchanged inputs", graph, [.normal, .normal],
            options: PlanOptions(donations: [0, 1]))
    }

    /// The donated input is overwritten and summed by one loop.
    private static func donatedAndSummed() throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [9, 65]))
        let next = try graph.add(.unary(.tanh), [x])
        let negated = try graph.add(.unary(.negate), [x])
        graph.outputs = [
            next, try graph.add(.reduce(.sum, axes: [1]), [x]),
            try graph.add(.reduce(.max, axes: [0, 1]), [negated]),
        ]
        return BackendCase(
            "donated input summed", graph, [.normal],
            options: PlanOptions(donations: [0, nil, nil]), errorFactor: 16)
    }

    /// The donated input is read by a reduction and a product after its output could be written.
    private static func donatedReadLate() throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let type = TensorType(.float32, [17, 17])
        let x = graph.addInput(type)
        let next = try graph.add(.unary(.tanh), [x])
        let product = try graph.add(.matrixProduct(MatrixProductParameters()), [next, x])
        let transposed = try graph.add(.transpose([1, 0]), [x])
        let sum = try graph.add(.reduce(.sum, axes: [0]), [transposed])
        graph.outputs = [next, product, sum]
        return BackendCase(
            "donated input read late", graph, [.normal],
            options: PlanOptions(donations: [0, nil, nil]), errorFactor: 16)
    }

    /// `(x - mean) / sqrt(variance + 0.001)` over the rows.
    private static func normalization() throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let type = TensorType(.float32, [33, 17])
        let x = graph.addInput(type)
        let row = TensorType(.float32, [1, 17])
        let part = try filled(&graph, 1.0 / 33, row)
        let sum = try graph.add(.reduce(.sum, axes: [0]), [x])
        let mean = try graph.add(.binary(.multiply), [sum, part])
        let center = try graph.add(.broadcast([33, 17]), [mean])
        let deviation = try graph.add(.binary(.subtract), [x, center])
        let square = try graph.add(.binary(.multiply), [deviation, deviation])
        let squares = try graph.add(.reduce(.sum, axes: [0]), [square])
        let variance = try graph.add(.binary(.multiply), [squares, part])
        let epsilon = try filled(&graph, 0.001, row)
        let safe = try graph.add(.binary(.add), [variance, epsilon])
        let scale = try graph.add(.unary(.rsqrt), [safe])
        let wide = try graph.add(.broadcast([33, 17]), [scale])
        graph.outputs = [try graph.add(.binary(.multiply), [deviation, wide]), mean, variance]
        return BackendCase("batch normalization", graph, [.normal], errorFactor: 8)
    }

    /// Product, bias and activation, and what their gradients need.
    private static func denseStep() throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [21, 13]))
        let w = graph.addInput(TensorType(.float32, [13, 9]))
        let b = graph.addInput(TensorType(.float32, [9]))
        let product = try graph.add(.matrixProduct(MatrixProductParameters()), [x, w])
        let row = try graph.add(.reshape([1, 9]), [b])
        let bias = try graph.add(.broadcast([21, 9]), [row])
        let sum = try graph.add(.binary(.add), [product, bias])
        let zeros = try filled(&graph, 0, TensorType(.float32, [21, 9]))
        let relu = try graph.add(.binary(.maximum), [sum, zeros])
        let isOn = try graph.add(.compare(.less), [zeros, sum])
        let upstream = try graph.add(.select, [isOn, relu, zeros])
        let forW = try graph.add(
            .matrixProduct(MatrixProductParameters(transposeLeft: true)), [x, upstream])
        let forX = try graph.add(
            .matrixProduct(MatrixProductParameters(transposeRight: true)), [upstream, w])
        let forB = try graph.add(.reduce(.sum, axes: [0]), [upstream])
        let flat = try graph.add(.reshape([9]), [forB])
        graph.outputs = [relu, forW, forX, flat]
        return BackendCase(
            "dense layer with gradients", graph, [.normal, .normal, .normal], errorFactor: 64)
    }

    /// Softmax cross-entropy with its gradient.
    private static func softmaxLoss() throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let shape: Shape = [19, 10]
        let x = graph.addInput(TensorType(.float32, shape))
        let labels = graph.addInput(TensorType(.float32, shape))
        let largest = try graph.add(.reduce(.max, axes: [1]), [x])
        let base = try graph.add(.broadcast(shape), [largest])
        let shifted = try graph.add(.binary(.subtract), [x, base])
        let powers = try graph.add(.unary(.exp), [shifted])
        let sum = try graph.add(.reduce(.sum, axes: [1]), [powers])
        let logarithm = try graph.add(.unary(.log), [sum])
        let wideLog = try graph.add(.broadcast(shape), [logarithm])
        let logits = try graph.add(.binary(.subtract), [shifted, wideLog])
        let weighted = try graph.add(.binary(.multiply), [logits, labels])
        let total = try graph.add(.reduce(.sum, axes: [0, 1]), [weighted])
        let loss = try graph.add(.unary(.negate), [total])
        let scalar = try graph.add(.reshape([]), [loss])
        let wideSum = try graph.add(.broadcast(shape), [sum])
        let softmax = try graph.add(.binary(.divide), [powers, wideSum])
        graph.outputs = [scalar, try graph.add(.binary(.subtract), [softmax, labels])]
        return BackendCase("softmax cross-entropy", graph, [.wide, .unit], errorFactor: 64)
    }

    /// One value in several outputs, whole, reduced and moved.
    private static func sharedByManyOutputs() throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [6, 35]))
        let y = try graph.add(.unary(.sigmoid), [x])
        let slice = SliceParameters(starts: [5, 0], counts: [3, 12], strides: [-2, 3])
        graph.outputs = [
            y, try graph.add(.reduce(.sum, axes: [1]), [y]),
            try graph.add(.reduce(.max, axes: [0, 1]), [y]),
            try graph.add(.transpose([1, 0]), [y]), try graph.add(.slice(slice), [y]),
            try graph.add(.argReduce(.max, axis: 1), [x]),
        ]
        return BackendCase("one value in many outputs", graph, [.distinct], errorFactor: 8)
    }

    /// More element-wise operations in a row than one loop may hold.
    private static func longChain() throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let type = TensorType(.float64, [131])
        let x = graph.addInput(type)
        let half = try filled(&graph, 0.5, type)
        var value = x
        for step in 0..<150 {
            let scaled = try graph.add(.binary(.multiply), [value, half])
            value = try graph.add(
                step % 3 == 0 ? .unary(.sin) : .binary(.add),
                step % 3 == 0 ? [scaled] : [scaled, x])
        }
        graph.outputs = [value]
        return BackendCase("chain of 300 operations", graph, [.normal], errorFactor: 64)
    }

    static func filled(
        _ graph: inout Graph, _ number: Double, _ type: TensorType
    ) throws(KalsaeError) -> Int {
        let scalar = try graph.add(.constant(Scalar(number, type.dtype)))
        let ones = Shape([Int](repeating: 1, count: type.shape.rank))
        let lifted = try graph.add(.reshape(ones), [scalar])
        return try graph.add(.broadcast(type.shape), [lifted])
    }
}
