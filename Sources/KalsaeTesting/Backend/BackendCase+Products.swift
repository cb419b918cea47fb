import KalsaeGraph

extension BackendCase {
    /// Matrix products in all four transpositions, alone and in stacks, on every type.
    static var products: [BackendCase] {
        let sizes: [(stack: [Int], m: Int, k: Int, n: Int)] = [
            ([], 1, 1, 1), ([], 3, 5, 2), ([], 1, 17, 1), ([], 17, 1, 5), ([], 0, 3, 2),
            ([], 3, 0, 2),
            ([], 2, 3, 0), ([], 64, 65, 33), ([], 100, 50, 10), ([], 5, 200, 7), ([], 1, 64, 100),
            ([], 100, 64, 1), ([], 128, 128, 128), ([3], 2, 4, 5), ([2, 3], 17, 5, 3),
            ([0], 2, 3, 4),
            ([5], 65, 33, 17), ([2], 3, 0, 4), ([1], 4, 8, 3), ([70], 3, 3, 3),
        ]
        var cases: [BackendCase?] = []
        for dtype in DType.allCases {
            for size in sizes {
                for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
                    let x = left ? [size.k, size.m] : [size.m, size.k]
                    let y = right ? [size.n, size.k] : [size.k, size.n]
                    let types = [x, y].map { TensorType(dtype, Shape(size.stack + $0)) }
                    let product = MatrixProductParameters(
                        transposeLeft: left, transposeRight: right)
                    cases.append(
                        .single(
                            .matrixProduct(product), types, [.normal, .normal],
                            errorFactor: 2 + Double(size.k) / 4))
                }
            }
        }
        return cases.compactMap { $0 }
    }

    private static var convolutionRows:
        [(input: Shape, kernel: Shape, parameters: ConvolutionParameters)]
    {
        let uneven = ConvolutionParameters(
            strides: Pair(2, 1), padding: Padding2D(top: 1, bottom: 0, left: 2, right: 1),
            dilations: Pair(1, 2))
        var grouped = uneven
        grouped.groups = 2
        let same = ConvolutionParameters(padding: Padding2D(all: 1))
        return [
            ([1, 1, 1, 1], [1, 1, 1, 1], .init()), ([2, 4, 4, 1], [3, 3, 1, 1], .init()),
            ([2, 7, 8, 3], [3, 2, 3, 5], same), ([2, 7, 8, 4], [3, 3, 4, 6], uneven),
            ([2, 7, 8, 4], [3, 3, 2, 6], grouped), ([1, 9, 9, 16], [3, 3, 16, 16], same),
            ([3, 12, 12, 1], [5, 5, 1, 8], .init()),
            ([1, 6, 6, 8], [3, 3, 1, 8], .init(groups: 8)),
            ([1, 6, 6, 4], [3, 3, 1, 8], .init(padding: Padding2D(all: 1), groups: 4)),
            ([2, 5, 5, 3], [1, 1, 3, 7], .init(strides: Pair(2, 2))),
            ([1, 8, 3, 2], [2, 3, 2, 3], .init(strides: Pair(3, 1))),
            ([0, 5, 5, 2], [3, 3, 2, 4], .init()), ([2, 5, 5, 2], [3, 3, 2, 0], .init()),
            ([2, 5, 5, 0], [3, 3, 0, 4], .init()),
            ([1, 10, 10, 2], [3, 3, 2, 2], .init(strides: Pair(4, 4))),
            (
                [1, 9, 11, 2], [3, 3, 2, 2],
                .init(padding: Padding2D(all: 4), dilations: Pair(3, 3))
            ),
            (
                [1, 1, 17, 3], [1, 5, 3, 2],
                .init(padding: Padding2D(top: 0, bottom: 0, left: 2, right: 2))
            ),
            ([1, 3, 3, 2], [7, 7, 2, 2], .init(padding: Padding2D(all: 4))),
        ]
    }

    /// Convolutions with both gradients, of halves too.
    static var convolutions: [BackendCase] {
        var cases: [BackendCase?] = []
        for dtype in DType.allCases where dtype.isFloat {
            for row in convolutionRows {
                let input = TensorType(dtype, row.input)
                let kernel = TensorType(dtype, row.kernel)
                let convolution = Primitive.convolution(row.parameters)
                guard let shape = try? convolution.resultType(of: [input, kernel]).shape else {
                    continue
                }
                let result = TensorType(dtype, shape)
                let taps = row.kernel[0] * row.kernel[1]
                let pixels = result.shape[0] * result.shape[1] * result.shape[2]
                let normal: [Domain] = [.normal, .normal]
                cases += [
                    .single(
                        convolution, [input, kernel], normal,
                        errorFactor: 2 + Double(taps * row.kernel[2]) / 4),
                    .single(
                        .convolutionInputGradient(row.parameters, row.input), [result, kernel],
                        normal, errorFactor: 2 + Double(taps * row.kernel[3]) / 4),
                    .single(
                        .convolutionWeightGradient(row.parameters, row.kernel), [input, result],
                        normal, errorFactor: 2 + Double(pixels) / 4),
                ]
            }
        }
        return cases.compactMap { $0 }
    }

    /// Pooling of all kinds with its gradient, with ties and NaN too.
    static var pools: [BackendCase] {
        let rows: [(input: Shape, window: Pair, strides: Pair, padding: Padding2D)] = [
            ([2, 4, 4, 1], Pair(2, 2), Pair(2, 2), .zero),
            ([1, 5, 7, 3], Pair(2, 3), Pair(1, 2), .zero),
            ([2, 5, 5, 17], Pair(3, 3), Pair(2, 2), Padding2D(all: 1)),
            (
                [1, 4, 6, 2], Pair(3, 2), Pair(1, 1),
                Padding2D(top: 2, bottom: 1, left: 0, right: 1)
            ),
            ([0, 4, 4, 3], Pair(2, 2), Pair(2, 2), .zero),
            ([2, 4, 4, 0], Pair(2, 2), Pair(2, 2), .zero),
            ([1, 1, 1, 1], Pair(1, 1), Pair(1, 1), .zero),
            ([3, 6, 6, 16], Pair(6, 6), Pair(1, 1), .zero),
            ([1, 7, 7, 2], Pair(2, 2), Pair(3, 3), .zero),
            ([1, 3, 3, 1], Pair(5, 5), Pair(2, 2), Padding2D(all: 2)),
            ([1, 3, 4, 1], Pair(2, 2), Pair(1 << 44, 1 << 31), .zero),
        ]
        var cases: [BackendCase?] = []
        for dtype in [DType.float32, .float64] {
            for row in rows {
                for kind in PoolParameters.Kind.allCases {
                    let parameters = PoolParameters(
                        kind, window: row.window, strides: row.strides, padding: row.padding)
                    let input = TensorType(dtype, row.input)
                    guard let result = try? Primitive.pool(parameters).resultType(of: [input])
                    else {
                        continue
                    }
                    var domains: [Domain] = [.normal, .integers(0...2)]
                    if kind == .max {
                        domains.append(.numbers([-1, -2, .nan, -3, -.infinity, 2, 0]))
                    }
                    for domain in domains {
                        cases.append(.single(.pool(parameters), [input], [domain], errorFactor: 4))
                        cases.append(
                            .single(
                                .poolGradient(parameters), [input, result], [domain, .normal],
                                errorFactor: 8))
                    }
                }
            }
        }
        return cases.compactMap { $0 }
    }

    /// Constants, counting and random numbers.
    static var generators: [BackendCase] {
        var cases: [BackendCase?] = []
        for dtype in DType.allCases {
            for number in [0, 1, -2.5, 0.1, 300] {
                cases.append(.single(.constant(Scalar(number, dtype)), [], []))
            }
            for (shape, axis) in [
                ([0], 0), ([5], 0), ([300], 0), ([3, 17], 0), ([3, 17], 1), ([2, 3, 4], 1),
            ]
                as [(Shape, Int)]
            {
                let iota = IotaParameters(TensorType(dtype, shape), axis: axis)
                cases.append(.single(.iota(iota), [], []))
            }
            for distribution in RandomParameters.Distribution.allCases {
                for shape in [[], [0], [1], [2], [3], [7], [64], [65], [33, 31]] as [Shape] {
                    for key in [[0, 0, 0], [42, 7, 3], [-1, 4_294_967_297, 8_589_934_592]]
                        as [[Double]]
                    {
                        let random = RandomParameters(distribution, TensorType(dtype, shape))
                        cases.append(
                            .single(
                                .random(random), [TensorType(.int64, [3])], [.numbers(key)],
                                errorFactor: 4))
                    }
                }
            }
        }
        return cases.compactMap { $0 }
    }
}
