import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

extension BackendCase {
    /// Products of `float32` whose operands are rounded to halves, alone and one behind the other.
    ///
    /// Alone their operands are rounded on all backends alike. Behind each other sums must be exact, so that
    /// the same numbers are rounded: they are of small whole numbers.
    static var precisions: [BackendCase] {
        var cases: [BackendCase] = []
        for precision in [Precision.bfloat16, .float16] {
            for single in products + convolutions + attentions
            where single.graph.inputs.allSatisfy({ $0.dtype == .float32 }) {
                var rounded = single
                rounded.description += " in \(precision)"
                rounded.options.precision = precision
                cases.append(rounded)
            }
            cases += [
                BackendCase("layers in \(precision)") { () throws(KalsaeError) in
                    try layers(precision)
                },
                BackendCase("convolutions in \(precision)") { () throws(KalsaeError) in
                    try stackedConvolutions(precision)
                },
            ]
        }
        return cases
    }

    /// Two layers with biases and ReLU, the gradients of both weights, and an update in place.
    private static func layers(_ precision: Precision) throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [9, 20]))
        let first = graph.addInput(TensorType(.float32, [20, 33]))
        let bias = graph.addInput(TensorType(.float32, [1, 33]))
        let second = graph.addInput(TensorType(.float32, [33, 5]))
        let slope = graph.addInput(TensorType(.float32, [9, 5]))
        let product = Primitive.matrixProduct(.init())
        let wide = TensorType(.float32, [9, 33])
        let hidden = try graph.add(
            .binary(.add),
            [try graph.add(product, [x, first]), try graph.add(.broadcast(wide.shape), [bias])])
        let zero = try filled(&graph, 0, wide)
        let isOff = try graph.add(.compare(.lessOrEqual), [hidden, zero])
        let active = try graph.add(.select, [isOff, zero, hidden])
        let result = try graph.add(product, [active, second])
        let back = try graph.add(
            .matrixProduct(.init(transposeRight: true)), [slope, second])
        let through = try graph.add(.select, [isOff, zero, back])
        let left = Primitive.matrixProduct(.init(transposeLeft: true))
        let forFirst = try graph.add(left, [x, through])
        let forSecond = try graph.add(left, [active, slope])
        graph.outputs = [
            try graph.add(.binary(.subtract), [first, forFirst]), result, forSecond,
            try graph.add(.reduce(.sum, axes: [0]), [through]),
        ]
        return BackendCase(
            "layers in \(precision)", graph, [Domain](repeating: .integers(-5...5), count: 5),
            options: PlanOptions(donations: [1, nil, nil, nil], precision: precision))
    }

    /// Convolution, sums of channels, max pooling, a second convolution of a transposed image.
    private static func stackedConvolutions(
        _ precision: Precision
    ) throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let image = graph.addInput(TensorType(.float32, [2, 8, 8, 3]))
        let first = graph.addInput(TensorType(.float32, [3, 3, 3, 8]))
        let second = graph.addInput(TensorType(.float32, [3, 3, 8, 4]))
        let same = Primitive.convolution(.init(padding: Padding2D(all: 1)))
        let features = try graph.add(same, [image, first])
        let channels = try graph.add(.reduce(.sum, axes: [0, 1, 2]), [features])
        let most = try graph.add(
            .pool(PoolParameters(.max, window: Pair(2, 2), strides: Pair(2, 2))), [features])
        let doubled = try graph.add(.binary(.add), [features, features])
        let transposed = try graph.add(.transpose([0, 2, 1, 3]), [doubled])
        graph.outputs = [try graph.add(same, [transposed, second]), channels, most]
        return BackendCase(
            "convolutions in \(precision)", graph,
            [Domain](repeating: .integers(-5...5), count: 3),
            options: PlanOptions(precision: precision))
    }
}
