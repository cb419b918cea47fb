import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

extension BackendCase {
    /// Products and convolutions of sizes at which a device works by tiles: several of each shape, with edges and
    /// tails, read in pieces and element by element.
    public static var tiles: [BackendCase] {
        [DType.float32, .bfloat16, .float16].flatMap { tiles($0) }
    }

    /// The same of `float32` for devices whose products round it to 11 bits.
    public static var roundedTiles: [BackendCase] {
        tiles(.float32).map { $0.roundingOperands() }
    }

    /// The case for a device that rounds operands of products to 11 bits.
    func roundingOperands() -> BackendCase {
        var rounded = self
        rounded.options.precision = .tf32
        rounded.operandRounding = { number in
            guard number.isFinite else { return number }
            // To the nearest of 10 bits behind the point, ties away from 0.
            return Float(bitPattern: (number.bitPattern &+ 0x1000) & ~0x1FFF)
        }
        return rounded
    }

    private static func tiles(_ dtype: DType) -> [BackendCase] {
        productTiles(dtype) + convolutionTiles(dtype) + [
            BackendCase("a product from odd bytes on") { () throws(KalsaeError) in
                try unaligned(dtype)
            },
            BackendCase("sums of columns of small tiles") { () throws(KalsaeError) in
                try columnSums(dtype, rows: 3000, inner: 24, columns: 20)
            },
            BackendCase("sums of columns of large tiles") { () throws(KalsaeError) in
                try columnSums(dtype, rows: 16_390, inner: 16, columns: 104)
            },
            BackendCase("products in a sequence") { () throws(KalsaeError) in
                try sequence(dtype)
            },
        ]
    }

    private static func productTiles(_ dtype: DType) -> [BackendCase] {
        // Of each shape of a tile, read in pieces; odd ones; long sums, which are cut.
        let sizes: [(stack: [Int], m: Int, k: Int, n: Int)] = [
            ([], 136, 72, 200), ([], 130, 37, 67), ([], 136, 40, 67), ([3], 72, 40, 24),
            ([], 24, 40, 72), ([], 520, 24, 8), ([], 9, 33, 520), ([2], 40, 1096, 56),
            ([], 7, 600, 3),
        ]
        var cases: [BackendCase?] = []
        for size in sizes {
            for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
                cases.append(product(dtype, size, left, right))
            }
        }
        // At least 128 tiles of 128 x 128, 128 x 64, 64 x 128.
        cases += [
            product(dtype, ([128], 104, 40, 104), false, false),
            product(dtype, ([128], 104, 40, 104), true, true),
            product(dtype, ([64], 232, 24, 104), false, true),
            product(dtype, ([128], 104, 24, 64), true, false),
            product(dtype, ([128], 64, 24, 104), false, false),
        ]
        return cases.compactMap { $0 }
    }

    private static func product(
        _ dtype: DType, _ size: (stack: [Int], m: Int, k: Int, n: Int), _ left: Bool,
        _ right: Bool
    ) -> BackendCase? {
        let x = left ? [size.k, size.m] : [size.m, size.k]
        let y = right ? [size.n, size.k] : [size.k, size.n]
        return .single(
            .matrixProduct(MatrixProductParameters(transposeLeft: left, transposeRight: right)),
            [x, y].map { TensorType(dtype, Shape(size.stack + $0)) }, [.normal, .normal],
            errorFactor: 2 + Double(size.k) / 4)
    }

    private static func convolutionTiles(_ dtype: DType) -> [BackendCase] {
        let same = ConvolutionParameters(padding: Padding2D(all: 1))
        let uneven = ConvolutionParameters(
            strides: Pair(2, 1), padding: Padding2D(top: 1, bottom: 0, left: 2, right: 1),
            dilations: Pair(1, 2), groups: 2)
        let pair = ConvolutionParameters(
            padding: Padding2D(top: 0, bottom: 0, left: 1, right: 0))
        let rows: [(input: Shape, kernel: Shape, parameters: ConvolutionParameters)] = [
            ([2, 9, 8, 16], [3, 3, 16, 24], same), ([2, 9, 8, 16], [3, 3, 8, 48], uneven),
            ([2, 9, 8, 3], [3, 3, 3, 24], same),
            // Large tiles, forward and for the input.
            ([8, 46, 46, 8], [1, 2, 8, 104], pair), ([8, 46, 46, 104], [1, 2, 104, 8], pair),
        ]
        var cases: [BackendCase?] = []
        for row in rows {
            let types = [TensorType(dtype, row.input), TensorType(dtype, row.kernel)]
            guard
                let shape = try? Primitive.convolution(row.parameters).resultType(of: types).shape
            else { continue }
            let result = TensorType(dtype, shape)
            let pixels = Double(result.shape.prefix(3).reduce(1, *))
            let taps = Double(row.kernel[0] * row.kernel[1])
            cases += [
                .single(
                    .convolution(row.parameters), types, [.normal, .normal],
                    errorFactor: 2 + taps * Double(row.kernel[2]) / 4),
                .single(
                    .convolutionInputGradient(row.parameters, row.input), [result, types[1]],
                    [.normal, .normal], errorFactor: 2 + taps * Double(row.kernel[3]) / 4),
                .single(
                    .convolutionWeightGradient(row.parameters, row.kernel), [types[0], result],
                    [.normal, .normal], errorFactor: 2 + pixels / 4),
            ]
        }
        return cases.compactMap { $0 }
    }

    /// Operands that begin behind one element, so that none of their rows begins at a multiple of 16 bytes.
    private static func unaligned(_ dtype: DType) throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let (m, k, n) = (72, 40, 80)
        var operands: [Int] = []
        for shape in [[m, k], [k, n]] as [Shape] {
            let count = shape.elementCount
            let all = graph.addInput(TensorType(dtype, [count + 1]))
            let part = SliceParameters(starts: [1], counts: [count], strides: [1])
            operands.append(
                try graph.add(.reshape(shape), [try graph.add(.slice(part), [all])]))
        }
        graph.outputs = [try graph.add(.matrixProduct(MatrixProductParameters()), operands)]
        return BackendCase(
            "product of \(dtype) from odd bytes on", graph, [.normal, .normal], errorFactor: 16)
    }

    /// tanh(x W + b), and its sums over the rows.
    private static func columnSums(
        _ dtype: DType, rows: Int, inner: Int, columns: Int
    ) throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let x = graph.addInput(TensorType(dtype, [rows, inner]))
        let weights = graph.addInput(TensorType(dtype, [inner, columns]))
        let bias = graph.addInput(TensorType(.float32, [1, columns]))
        let product = try graph.add(.matrixProduct(MatrixProductParameters()), [x, weights])
        let wide = try graph.add(.broadcast([rows, columns]), [bias])
        let active = try graph.add(
            .unary(.tanh), [try graph.add(.binary(.add), [product, wide])])
        graph.outputs = [active, try graph.add(.reduce(.sum, axes: [0]), [active])]
        var made = BackendCase(
            "columns of a product of \(dtype) [\(rows), \(columns)]", graph,
            [.normal, .normal, .integers(-2...2)], errorFactor: Double(rows) / 4)
        made.outputFactors[0] = 2 + Double(inner) / 4
        return made
    }

    /// Two products of few results, as one launch.
    private static func sequence(_ dtype: DType) throws(KalsaeError) -> BackendCase {
        var graph = Graph()
        let x = graph.addInput(TensorType(dtype, [24, 40]))
        let first = graph.addInput(TensorType(dtype, [40, 16]))
        let second = graph.addInput(TensorType(dtype, [16, 24]))
        let product = MatrixProductParameters()
        let transposed = MatrixProductParameters(transposeLeft: true, transposeRight: true)
        graph.outputs = [
            try graph.add(.matrixProduct(product), [x, first]),
            try graph.add(.matrixProduct(transposed), [first, x]),
            try graph.add(.matrixProduct(product), [second, x]),
        ]
        return BackendCase(
            "products of \(dtype) in a sequence", graph, [.normal, .normal, .normal],
            options: PlanOptions(isRepeated: true), errorFactor: 16)
    }
}
