import KalsaeGraph
import KalsaeSupport

extension BackendCase {
    /// Sizes at which a backend divides the work among threads.
    static var large: [BackendCase] {
        var cases: [BackendCase?] = []
        for dtype in [DType.float32, .float64] {
            let wide = TensorType(dtype, [300, 700])
            let flat = TensorType(dtype, [250_001])
            cases += [
                .single(.unary(.tanh), [flat], [.normal]),
                .single(.binary(.add), [wide, wide], [.normal, .normal]),
                .single(.reduce(.sum, axes: [0]), [wide], [.normal], errorFactor: 100),
                .single(.reduce(.sum, axes: [1]), [wide], [.normal], errorFactor: 100),
                .single(.reduce(.sum, axes: [0, 1]), [wide], [.normal], errorFactor: 1000),
                .single(.reduce(.max, axes: [0]), [flat], [.normal]),
                .single(.argReduce(.max, axis: 1), [wide], [.normal]),
                .single(.transpose([1, 0]), [wide], [.normal]),
                .single(.argSort(descending: true), [wide], [.integers(0...300)]),
                .single(
                    .gather(axis: 0), [wide, TensorType(.int32, [500])],
                    [.normal, .integers(0...299)]),
                .single(
                    .scatterAdd(axis: 0),
                    [wide, TensorType(.int32, [500]), TensorType(dtype, [500, 700])],
                    [.normal, .integers(0...99), .normal], errorFactor: 50),
                .single(
                    .random(RandomParameters(.normal, flat)), [TensorType(.int64, [3])],
                    [.numbers([5, 6, 7])], errorFactor: 4),
                BackendCase("softmax of \(wide)") { () throws(KalsaeError) in
                    try softmax(wide)
                },
            ]
            cases += Scan.allCases.map { scan in
                .single(
                    .scan(scan, ScanParameters(axis: 0)), [wide], [.normal], errorFactor: 100)
            }
        }
        return cases.compactMap { $0 }
    }

    /// Products, convolutions and pooling at such sizes.
    static var largeProducts: [BackendCase] {
        let type = TensorType(.float32, [8, 24, 24, 16])
        let kernel = TensorType(.float32, [3, 3, 16, 24])
        let convolution = ConvolutionParameters(padding: Padding2D(all: 1))
        let pool = PoolParameters(.max, window: Pair(3, 3), strides: Pair(2, 2))
        func product(_ dtype: DType, _ left: Bool, _ right: Bool) -> BackendCase? {
            let (x, y): (Shape, Shape) = (
                left ? [300, 200] : [200, 300], right ? [150, 300] : [300, 150]
            )
            return .single(
                .matrixProduct(
                    MatrixProductParameters(transposeLeft: left, transposeRight: right)),
                [TensorType(dtype, x), TensorType(dtype, y)], [.normal, .normal],
                errorFactor: 64)
        }
        let cases: [BackendCase?] = [
            product(.float32, false, false), product(.bfloat16, false, false),
            product(.bfloat16, true, false), product(.bfloat16, false, true),
            product(.bfloat16, true, true),
            .single(
                .convolution(convolution), [type, kernel], [.normal, .normal], errorFactor: 64),
            .single(.pool(pool), [type], [.normal]),
        ]
        return cases.compactMap { $0 }
    }

    private static func softmax(_ type: TensorType) throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let x = graph.addInput(type)
        let largest = try graph.add(.reduce(.max, axes: [1]), [x])
        let base = try graph.add(.broadcast(type.shape), [largest])
        let shifted = try graph.add(.binary(.subtract), [x, base])
        let powers = try graph.add(.unary(.exp), [shifted])
        let sum = try graph.add(.reduce(.sum, axes: [1]), [powers])
        let wide = try graph.add(.broadcast(type.shape), [sum])
        graph.outputs = [try graph.add(.binary(.divide), [powers, wide]), sum]
        return BackendCase("softmax of \(type)", graph, [.normal], errorFactor: 100)
    }
}
