import CKalsaeKernels
import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeSupport
import KalsaeTesting
import Testing

/// A factor that may stand among ordinary ones.
struct SpecialValue: Sendable, CustomTestStringConvertible {
    var name: String
    var value: Double
    /// Whether a limb of it is no normal number, so that products leave the tiles.
    var leavesTiles = true

    var testDescription: String { name }

    /// The largest finite `float32`.
    static let largest = 0x1.fffffep127

    static let all = [
        SpecialValue(name: "NaN", value: .nan),
        SpecialValue(name: "inf", value: .infinity),
        SpecialValue(name: "-inf", value: -.infinity),
        SpecialValue(name: "largest", value: largest),
        SpecialValue(name: "-largest", value: -largest),
        SpecialValue(name: "2^127", value: 0x1p127, leavesTiles: false),
        SpecialValue(name: "least normal", value: 0x1p-126, leavesTiles: false),
        SpecialValue(name: "subnormal last limb", value: 0x1.fffffep-104),
        SpecialValue(name: "subnormal middle limb", value: 0x1.8p-110 + 0x1p-127),
        SpecialValue(name: "subnormal", value: 0x1.8p-130),
        SpecialValue(name: "least", value: 0x1p-149),
    ]
}

/// Infinities, NaN, and numbers near both ends of the range: the same kinds of results at every level.
@Suite struct SpecialValueTests {
    /// What a test expects of one sum: an interval, or NaN.
    struct Expected {
        var sum: Double
        /// Of the terms' absolute values.
        var size: Double
        var terms: Int

        /// Whether a result is of the right kind and near enough.
        ///
        /// Tiles take terms below 2^-126 for zero, of which each of six limb products has one.
        func allows(_ got: Double) -> Bool {
            if sum.isNaN || sum.isInfinite { return got.isNaN ? sum.isNaN : got == sum }
            let bound = Rounding.bound(terms: max(terms, 1)) * size + 6 * Double(terms) * 0x1p-126
            // Where partial sums may pass the largest number, either is right.
            if size * 1.01 > SpecialValue.largest { return true }
            return abs(got - sum) <= bound
        }
    }

    private func check(
        _ got: [Double], _ expected: [Expected], _ note: String
    ) {
        #expect(got.count == expected.count, "\(note)")
        let wrong = zip(got, expected).enumerated().filter { !$0.element.1.allows($0.element.0) }
        #expect(
            wrong.isEmpty,
            "\(note): \(wrong.count) of \(got.count), \(wrong.first.map { "\($0)" } ?? "")")
    }

    static func sums(
        _ m: Int, _ n: Int, _ k: Int, _ a: Value, _ b: Value, _ p: MatrixProductParameters
    ) -> [Expected] {
        let sums = MatrixProductTests.oracle(batch: 1, m, n, k, a.elements, b.elements, p)
        let sizes = MatrixProductTests.oracle(
            batch: 1, m, n, k, a.elements.map(abs), b.elements.map(abs), p)
        return zip(sums, sizes).map { Expected(sum: $0, size: $1, terms: k) }
    }

    /// One special factor on either side of products of all layouts; the other factor may be large, so
    /// that digits of small numbers show.
    @Test(arguments: SpecialValue.all, [1.0, 0x1p90])
    func products(_ special: SpecialValue, _ scale: Double) throws {
        let (name, value) = (special.name, special.value)
        for (m, n, k) in [(390, 120, 300), (100, 100, 1_500)] {
            for (left, right) in [(false, true), (true, false)] {
                for isLeft in [false, true] {
                    let parameters = MatrixProductParameters(
                        transposeLeft: left, transposeRight: right)
                    var a = LimbProductTests.numbers(left ? [k, m] : [m, k], seed: 6)
                    var b = LimbProductTests.numbers(right ? [n, k] : [k, n], seed: 7)
                    if isLeft {
                        a.elements[a.elements.count / 3] = value
                        b.elements = b.elements.map { $0 * scale }
                    } else {
                        b.elements[b.elements.count / 3] = value
                        a.elements = a.elements.map { $0 * scale }
                    }
                    let kernel = try Kernel.matrixProduct(
                        parameters, left: a.type, right: b.type)
                    #expect(kernel.engine == EngineTests.large, "\(kernel.name)")
                    let before = kls_amx_fallbacks()
                    let got = try run(kernel, [a, b], TensorType(.float32, [m, n]))
                    check(
                        got, Self.sums(m, n, k, a, b, parameters),
                        "\(kernel.name) \(name) \(m)x\(k)x\(n) \(left) \(right) left: \(isLeft)")
                    // Tests run side by side, so that only a lack of counts tells something.
                    if kernel.engine == .amxTiles, special.leavesTiles {
                        #expect(kls_amx_fallbacks() > before, "\(kernel.name) \(name)")
                    }
                }
            }
        }
    }

    /// Tiny digits alone: a row of small numbers against a large one, nothing that hides them.
    @Test func digitsOfSmallNumbersCount() throws {
        let (m, n, k) = (128, 128, 256)
        var a = Value(.float32, [m, k], [Double](repeating: 0, count: m * k))
        let b = Value(.float32, [k, n], [Double](repeating: 0x1p100, count: k * n))
        for row in 0..<m {
            // 1 + 2^-9 + 2^-18 + 2^-23, from 2^-100 down to subnormal numbers.
            let digits = 0x1p0 + 0x1p-9 + 0x1p-18 + 0x1p-23
            let number = Float(
                digits * Double(sign: .plus, exponent: -100 - row % 49, significand: 1))
            a.elements[row * k + row] = Double(number)
        }
        let kernel = try Kernel.matrixProduct(
            MatrixProductParameters(), left: a.type, right: b.type)
        let got = try run(kernel, [a, b], TensorType(.float32, [m, n]))
        let sums = MatrixProductTests.oracle(
            batch: 1, m, n, k, a.elements, b.elements, MatrixProductParameters())
        Rounding.expectNear(got, sums, sums.map(abs), terms: 1, kernel.name)
    }

    /// Where every result is of one term, whatever else is beside it stays a number.
    @Test func neighborsStayNumbers() throws {
        var a = LimbProductTests.numbers([100, 130], seed: 6)
        a.elements[130] = .infinity
        let b = LimbProductTests.numbers([130, 50], seed: 7)
        let kernel = try Kernel.matrixProduct(
            MatrixProductParameters(), left: a.type, right: b.type)
        let got = try run(kernel, [a, b], TensorType(.float32, [100, 50]))
        #expect(got[50..<100].allSatisfy { $0.isInfinite })
        #expect(got[..<50].allSatisfy(\.isFinite) && got[100...].allSatisfy(\.isFinite))
    }

    static let convolutionCases: [ConvolutionCase] = [
        ConvolutionCase(
            input: [1, 12, 14, 32], kernel: [3, 3, 32, 32],
            parameters: ConvolutionParameters(padding: Padding2D(all: 1))),
        ConvolutionCase(
            input: [2, 7, 9, 16], kernel: [2, 3, 16, 40],
            parameters: ConvolutionParameters(padding: Padding2D(all: 2))),
    ]

    /// The same in convolutions and both gradients. A zero beside the image times infinity may be NaN
    /// or left out, so where the special factor meets such a zero a result may be either.
    @Test(arguments: convolutionCases, SpecialValue.all)
    func convolutions(_ one: ConvolutionCase, _ special: SpecialValue) throws {
        let (name, value) = (special.name, special.value)
        let output = try one.output(.float32)
        for side in 0..<3 {
            var values = [
                LimbProductTests.numbers(one.input, seed: 3),
                LimbProductTests.numbers(one.kernel, seed: 4),
                LimbProductTests.numbers(output.shape, seed: 5),
            ]
            values[side].elements[values[side].elements.count / 2] = value
            let (x, w, y) = (values[0], values[1], values[2])
            let index = values[side].elements.count / 2
            var forward = Sums(output.shape), toInput = Sums(one.input), toKernel = Sums(one.kernel)
            one.products(output.shape) { i, j, o in
                let isSpecial = [i, j, o][side] == index
                forward.add(o, x.elements[i], w.elements[j], isSpecial)
                toInput.add(i, y.elements[o], w.elements[j], isSpecial)
                toKernel.add(j, x.elements[i], y.elements[o], isSpecial)
            }
            if side == 1, !value.isFinite {
                forward.freeOthers(channel: index % one.kernel[3], of: one.kernel[3])
                toInput.freeOthers(
                    channel: index / one.kernel[3] % one.kernel[2], of: one.kernel[2])
            }
            if side == 2, !value.isFinite {
                toKernel.freeOthers(channel: index % one.kernel[3], of: one.kernel[3])
            }
            let kernels = (
                try Kernel.convolution(
                    one.parameters, input: x.type, kernel: w.type, result: output),
                try Kernel.convolutionInputGradient(
                    one.parameters, gradient: output, kernel: w.type, input: one.input),
                try Kernel.convolutionWeightGradient(
                    one.parameters, input: x.type, gradient: output, kernel: one.kernel)
            )
            let note = " \(name) in operand \(side)"
            if side != 2 {
                check(try run(kernels.0, [x, w], output), forward.expected, kernels.0.name + note)
            }
            if side != 0 {
                check(try run(kernels.1, [y, w], x.type), toInput.expected, kernels.1.name + note)
            }
            if side != 1 {
                check(try run(kernels.2, [x, y], w.type), toKernel.expected, kernels.2.name + note)
            }
        }
    }

    /// Sums of products, their sizes, how many terms each has, and whether one is special.
    struct Sums {
        private var sums: [Double], sizes: [Double], terms: [Int], isSpecial: [Bool]

        init(_ shape: Shape) {
            sums = [Double](repeating: 0, count: shape.elementCount)
            sizes = sums
            terms = [Int](repeating: 0, count: shape.elementCount)
            isSpecial = [Bool](repeating: false, count: shape.elementCount)
        }

        mutating func add(_ index: Int, _ a: Double, _ b: Double, _ isSpecial: Bool) {
            sums[index] += a * b
            sizes[index] += abs(a * b)
            terms[index] += 1
            if isSpecial { self.isSpecial[index] = true }
        }

        /// Lets the sums of a channel be anything that lack the special factor.
        mutating func freeOthers(channel: Int, of count: Int) {
            for index in sums.indices where index % count == channel && !isSpecial[index] {
                sizes[index] = .infinity
            }
        }

        var expected: [Expected] {
            sums.indices.map { Expected(sum: sums[$0], size: sizes[$0], terms: terms[$0]) }
        }
    }
}
