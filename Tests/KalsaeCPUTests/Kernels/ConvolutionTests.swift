import KalsaeCPU
import KalsaeGraph
import Testing

/// One convolution to try.
struct ConvolutionCase: Sendable, CustomStringConvertible {
    var input: Shape
    var kernel: Shape
    var parameters = ConvolutionParameters()

    var description: String { "\(input) * \(kernel), \(parameters)" }

    func output(_ dtype: DType) throws -> TensorType {
        try Primitive.convolution(parameters).resultType(
            of: [TensorType(dtype, input), TensorType(dtype, kernel)])
    }

    /// Visits every product that the definition sums: positions in input, kernel and output.
    func products(_ output: Shape, _ visit: (Int, Int, Int) -> Void) {
        let inPerGroup = kernel[2]
        let outPerGroup = kernel[3] / parameters.groups
        for index in multiIndices(output) {
            let first = index[3] / max(outPerGroup, 1) * inPerGroup
            for (ky, kx) in multiIndices([kernel[0], kernel[1]]).map({ ($0[0], $0[1]) }) {
                let y =
                    index[1] * parameters.strides.height - parameters.padding.top
                    + ky * parameters.dilations.height
                let x =
                    index[2] * parameters.strides.width - parameters.padding.left
                    + kx * parameters.dilations.width
                guard (0..<input[1]).contains(y), (0..<input[2]).contains(x) else { continue }
                for channel in 0..<inPerGroup {
                    visit(
                        position([index[0], y, x, first + channel], input),
                        position([ky, kx, channel, index[3]], kernel), position(index, output))
                }
            }
        }
    }
}

@Suite struct ConvolutionTests {
    static let cases: [ConvolutionCase] = [
        ConvolutionCase(input: [2, 5, 6, 3], kernel: [3, 3, 3, 4]),
        ConvolutionCase(input: [3, 12, 12, 1], kernel: [5, 5, 1, 30]),
        ConvolutionCase(
            input: [2, 9, 8, 16], kernel: [3, 3, 16, 16],
            parameters: ConvolutionParameters(padding: Padding2D(all: 1))),
        ConvolutionCase(
            input: [2, 7, 7, 32], kernel: [3, 3, 32, 32],
            parameters: ConvolutionParameters(padding: Padding2D(all: 2))),
        ConvolutionCase(
            input: [1, 6, 5, 2], kernel: [2, 3, 2, 5],
            parameters: ConvolutionParameters(
                strides: Pair(2, 3), padding: Padding2D(top: 1, bottom: 0, left: 2, right: 3))),
        ConvolutionCase(
            input: [2, 11, 10, 4], kernel: [3, 2, 4, 3],
            parameters: ConvolutionParameters(
                padding: Padding2D(all: 1), dilations: Pair(2, 3))),
        ConvolutionCase(
            input: [2, 8, 8, 6], kernel: [3, 3, 2, 9],
            parameters: ConvolutionParameters(strides: Pair(2, 2), groups: 3)),
        ConvolutionCase(
            input: [2, 6, 6, 8], kernel: [3, 3, 1, 8],
            parameters: ConvolutionParameters(padding: Padding2D(all: 1), groups: 8)),
        ConvolutionCase(
            input: [3, 9, 17, 5], kernel: [3, 2, 5, 40],
            parameters: ConvolutionParameters(
                strides: Pair(2, 1), padding: Padding2D(top: 0, bottom: 2, left: 1, right: 2),
                dilations: Pair(1, 3))),
        ConvolutionCase(
            input: [9, 6, 30, 12], kernel: [2, 3, 12, 70],
            parameters: ConvolutionParameters(padding: Padding2D(all: 1))),
        ConvolutionCase(
            input: [2, 40, 300, 6], kernel: [3, 3, 6, 8],
            parameters: ConvolutionParameters(padding: Padding2D(all: 1))),
        ConvolutionCase(input: [4, 1, 9, 3], kernel: [1, 3, 3, 2]),
        ConvolutionCase(input: [2, 3, 3, 5], kernel: [1, 1, 5, 7]),
        ConvolutionCase(
            input: [1, 2, 2, 1], kernel: [3, 3, 1, 2],
            parameters: ConvolutionParameters(padding: Padding2D(all: 4))),
        ConvolutionCase(input: [0, 5, 5, 2], kernel: [3, 3, 2, 3]),
        ConvolutionCase(input: [2, 5, 5, 0], kernel: [3, 3, 0, 3]),
        ConvolutionCase(input: [2, 5, 5, 2], kernel: [3, 3, 2, 0]),
    ]

    static let types: [DType] = [.float32, .float64]

    @Test(arguments: cases, types)
    func forward(_ one: ConvolutionCase, _ dtype: DType) throws {
        let input = Value(dtype, one.input, seed: 1)
        let kernel = Value(dtype, one.kernel, seed: 2)
        let output = try one.output(dtype)
        var sums = [Double](repeating: 0, count: output.shape.elementCount)
        one.products(output.shape) { sums[$2] += input.elements[$0] * kernel.elements[$1] }
        let plain = try Kernel.convolution(
            one.parameters, input: input.type, kernel: kernel.type, result: output)
        try expectRun(
            plain, [input, kernel], output, gives: sums)
    }

    @Test(arguments: cases, types)
    func inputGradient(_ one: ConvolutionCase, _ dtype: DType) throws {
        let output = try one.output(dtype)
        let gradient = Value(dtype, output.shape, seed: 4)
        let kernel = Value(dtype, one.kernel, seed: 5)
        var sums = [Double](repeating: 0, count: one.input.elementCount)
        one.products(output.shape) { sums[$0] += kernel.elements[$1] * gradient.elements[$2] }
        let made = try Kernel.convolutionInputGradient(
            one.parameters, gradient: output, kernel: kernel.type, input: one.input)
        try expectRun(
            made, [gradient, kernel], TensorType(dtype, one.input), gives: sums)
    }

    @Test(arguments: cases, types)
    func weightGradient(_ one: ConvolutionCase, _ dtype: DType) throws {
        let output = try one.output(dtype)
        let input = Value(dtype, one.input, seed: 6)
        let gradient = Value(dtype, output.shape, seed: 7)
        var sums = [Double](repeating: 0, count: one.kernel.elementCount)
        one.products(output.shape) { sums[$1] += input.elements[$0] * gradient.elements[$2] }
        let made = try Kernel.convolutionWeightGradient(
            one.parameters, input: input.type, gradient: output, kernel: one.kernel)
        try expectRun(
            made, [input, gradient], TensorType(dtype, one.kernel), gives: sums)
    }

    @Test func choosesTheEngine() throws {
        func name(_ one: ConvolutionCase, _ dtype: DType) throws -> String {
            try Kernel.convolution(
                one.parameters, input: TensorType(dtype, one.input),
                kernel: TensorType(dtype, one.kernel), result: one.output(dtype)
            ).name
        }
        let engines = ["convolution.packed", "convolution.tiles"]
        let isOwn = try engines.contains(name(Self.cases[2], .float32))
        #expect(isOwn == Processor.hasOwnProducts)
        #expect(try name(Self.cases[2], .float64) == "convolution.plain")
        let deep = ConvolutionCase(input: [1, 8, 8, 256], kernel: [3, 3, 256, 64])
        #expect(try name(deep, .float32) == "convolution.onednn")
    }
}
