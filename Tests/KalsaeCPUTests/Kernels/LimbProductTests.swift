import KalsaeCPU
import KalsaeGraph
import KalsaeSupport
import Testing

/// Products whose factors have all 24 digits, with and without tiles of bfloat16 limbs.
@Suite struct LimbProductTests {
    static let choices = ["all", "-limbs"]

    /// Numbers in -2 ... 2 of which no digit is zero by design.
    static func numbers(_ shape: Shape, seed: UInt64) -> Value {
        var random = Philox(seed: seed, stream: 0)
        let elements = (0..<shape.elementCount).map { _ in
            Double(Float(random.nextUniform() * 4 - 2))
        }
        return Value(.float32, shape, elements)
    }

    @Test(arguments: choices)
    func products(_ passes: String) throws {
        let sizes = [
            (100, 50, 130), (33, 97, 64), (65, 128, 200), (784, 50, 100), (70, 33, 513),
            (100, 100, 1500), (390, 120, 300), (50, 610, 1100),
        ]
        for (m, n, k) in sizes {
            for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
                let parameters = MatrixProductParameters(
                    transposeLeft: left, transposeRight: right)
                let a = Self.numbers(left ? [k, m] : [m, k], seed: 1)
                let b = Self.numbers(right ? [n, k] : [k, n], seed: 2)
                let sums = MatrixProductTests.oracle(
                    batch: 1, m, n, k, a.elements, b.elements, parameters)
                let sizes = MatrixProductTests.oracle(
                    batch: 1, m, n, k, a.elements.map(abs), b.elements.map(abs), parameters)
                let kernel = try EnvironmentFlag.with(.passes, passes) {
                    try Kernel.matrixProduct(parameters, left: a.type, right: b.type)
                }
                let result = TensorType(.float32, [m, n])
                let one = try run(kernel, [a, b], result, threads: 1)
                let two = try run(kernel, [a, b], result, threads: 2)
                #expect(one == two, "\(kernel.name)")
                Rounding.expectNear(
                    one, sums, sizes, terms: k, "\(kernel.name) \(m)x\(k)x\(n) \(left) \(right)")
            }
        }
    }

    /// Each row and each column has one product, of which every limb counts: the rounding of one
    /// product is allowed, and the smallest of the six that make it is sixteen times as large.
    @Test(arguments: choices)
    func everyLimbCounts(_ passes: String) throws {
        let (m, n, k) = (128, 128, 512)
        var a = Value(.float32, [m, k], [Double](repeating: 0, count: m * k))
        let b = Self.numbers([k, n], seed: 2)
        let factors = Self.numbers([m], seed: 1).elements
        for row in 0..<m { a.elements[row * k + (row * 37 + 11) % k] = factors[row] }
        let plain = MatrixProductParameters()
        let kernel = try EnvironmentFlag.with(.passes, passes) {
            try Kernel.matrixProduct(plain, left: a.type, right: b.type)
        }
        let sums = MatrixProductTests.oracle(batch: 1, m, n, k, a.elements, b.elements, plain)
        Rounding.expectNear(
            try run(kernel, [a, b], TensorType(.float32, [m, n])), sums, sums.map(abs), terms: 1,
            kernel.name, bound: 1.02 * Rounding.gamma(8) + 0x1p-24)
    }

    static let convolutionCases: [ConvolutionCase] = [
        ConvolutionCase(
            input: [3, 14, 14, 32], kernel: [3, 3, 32, 32],
            parameters: ConvolutionParameters(padding: Padding2D(all: 1))),
        ConvolutionCase(
            input: [2, 14, 14, 32], kernel: [3, 3, 32, 48],
            parameters: ConvolutionParameters(padding: Padding2D(all: 2))),
        ConvolutionCase(
            input: [2, 33, 35, 16], kernel: [3, 3, 16, 16],
            parameters: ConvolutionParameters(padding: Padding2D(all: 1))),
        ConvolutionCase(
            input: [9, 8, 8, 64], kernel: [3, 3, 64, 64],
            parameters: ConvolutionParameters(padding: Padding2D(all: 1))),
        ConvolutionCase(
            input: [2, 17, 16, 32], kernel: [3, 3, 32, 64],
            parameters: ConvolutionParameters(
                strides: Pair(2, 2), padding: Padding2D(top: 1, bottom: 0, left: 0, right: 1))),
        ConvolutionCase(
            input: [2, 20, 21, 40], kernel: [2, 3, 40, 37],
            parameters: ConvolutionParameters(
                padding: Padding2D(top: 0, bottom: 3, left: 2, right: 1))),
        ConvolutionCase(
            input: [2, 24, 25, 32], kernel: [3, 3, 32, 32],
            parameters: ConvolutionParameters(
                padding: Padding2D(all: 2), dilations: Pair(3, 2))),
        ConvolutionCase(input: [3, 20, 40, 16], kernel: [5, 5, 16, 20]),
    ]

    @Test(arguments: convolutionCases, choices)
    func convolutions(_ one: ConvolutionCase, _ passes: String) throws {
        let output = try one.output(.float32)
        let input = Self.numbers(one.input, seed: 3)
        let weights = Self.numbers(one.kernel, seed: 4)
        let slope = Self.numbers(output.shape, seed: 5)
        var forward = [Double](repeating: 0, count: output.shape.elementCount)
        var toInput = [Double](repeating: 0, count: one.input.elementCount)
        var toKernel = [Double](repeating: 0, count: one.kernel.elementCount)
        var (ofForward, ofInput, ofKernel) = (forward, toInput, toKernel)
        one.products(output.shape) { x, w, y in
            let (a, b, c) = (input.elements[x], weights.elements[w], slope.elements[y])
            forward[y] += a * b
            ofForward[y] += abs(a * b)
            toInput[x] += b * c
            ofInput[x] += abs(b * c)
            toKernel[w] += a * c
            ofKernel[w] += abs(a * c)
        }
        let kernels = try EnvironmentFlag.with(.passes, passes) {
            (
                try Kernel.convolution(
                    one.parameters, input: input.type, kernel: weights.type, result: output),
                try Kernel.convolutionInputGradient(
                    one.parameters, gradient: output, kernel: weights.type, input: one.input),
                try Kernel.convolutionWeightGradient(
                    one.parameters, input: input.type, gradient: output, kernel: one.kernel)
            )
        }
        for threads: Int32 in [1, 2] {
            let taps = one.kernel[0] * one.kernel[1]
            Rounding.expectNear(
                try run(kernels.0, [input, weights], output, threads: threads), forward, ofForward,
                terms: taps * one.kernel[2], kernels.0.name)
            Rounding.expectNear(
                try run(kernels.1, [slope, weights], input.type, threads: threads), toInput,
                ofInput, terms: taps * one.kernel[3], kernels.1.name)
            Rounding.expectNear(
                try run(kernels.2, [input, slope], weights.type, threads: threads), toKernel,
                ofKernel, terms: output.shape.elementCount / one.kernel[3], kernels.2.name)
        }
    }

    /// Sums of odd length, whose last pair is half empty: what lies behind an operand is not read, and
    /// were it, zeros on the other side would not make zeros of it.
    @Test(arguments: choices, [(390, 120, 301), (120, 391, 333)])
    func nothingBehindOperandsCounts(_ passes: String, _ sizes: (m: Int, n: Int, k: Int)) throws {
        for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
            let (m, n, k) = sizes
            let parameters = MatrixProductParameters(transposeLeft: left, transposeRight: right)
            let a = Self.numbers(left ? [k, m] : [m, k], seed: 1)
            let b = Self.numbers(right ? [n, k] : [k, n], seed: 2)
            let kernel = try EnvironmentFlag.with(.passes, passes) {
                try Kernel.matrixProduct(parameters, left: a.type, right: b.type)
            }
            let result = TensorType(.float32, [m, n])
            let behind = [Double](repeating: .nan, count: 4 * (m + n))
            let operands = [a, b].map { value in
                let count = value.elements.count + behind.count
                return Value(.float32, [count], value.elements + behind)
            }
            let got = try run(kernel, operands, result)
            #expect(got == (try run(kernel, [a, b], result)), "\(kernel.name) \(left) \(right)")
        }
    }

    /// Factors that are far from 1, up to where products leave the range of floats.
    @Test(arguments: choices, [1e-18, 1e-10, 1e10, 1e17])
    func scales(_ passes: String, _ scale: Double) throws {
        var a = Self.numbers([64, 96], seed: 8)
        var b = Self.numbers([96, 64], seed: 9)
        a.elements = a.elements.map { Double(Float($0 * scale)) }
        b.elements = b.elements.map { Double(Float($0 * scale)) }
        let kernel = try EnvironmentFlag.with(.passes, passes) {
            try Kernel.matrixProduct(MatrixProductParameters(), left: a.type, right: b.type)
        }
        let plain = MatrixProductParameters()
        Rounding.expectNear(
            try run(kernel, [a, b], TensorType(.float32, [64, 64])),
            MatrixProductTests.oracle(batch: 1, 64, 64, 96, a.elements, b.elements, plain),
            MatrixProductTests.oracle(
                batch: 1, 64, 64, 96, a.elements.map(abs), b.elements.map(abs), plain),
            terms: 96, "\(kernel.name) \(scale)")
    }
}
