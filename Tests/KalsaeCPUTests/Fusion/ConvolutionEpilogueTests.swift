import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeReference
import KalsaeTesting
import Testing

/// Convolutions whose result is worked on while it is made, against the reference.
@Suite struct ConvolutionEpilogueTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var input: Shape, kernel: Shape
        var padding = 0
        /// Whether the gradient of the input is what is worked on.
        var ofInput = false
        /// Whether the convolution itself is wanted too.
        var keeps = false
        var testDescription: String { "\(input) * \(kernel) \(padding) \(ofInput) \(keeps)" }
    }

    static let cases: [Case] = [
        Case(input: [10, 14, 14, 16], kernel: [3, 3, 16, 16], padding: 1),
        Case(input: [10, 14, 14, 16], kernel: [3, 3, 16, 16], padding: 1, keeps: true),
        Case(input: [9, 12, 12, 1], kernel: [5, 5, 1, 30], keeps: true),
        Case(input: [8, 8, 8, 32], kernel: [3, 3, 32, 64], padding: 1),
        Case(input: [3, 17, 32, 16], kernel: [3, 3, 16, 48], padding: 1),
        Case(input: [4, 14, 14, 32], kernel: [3, 3, 32, 32], padding: 1, ofInput: true),
        Case(input: [8, 8, 8, 32], kernel: [3, 3, 32, 64], padding: 1, ofInput: true),
        Case(
            input: [5, 9, 7, 20], kernel: [3, 3, 20, 41], padding: 1, ofInput: true, keeps: true),
    ]

    /// relu(convolution + bias) and its sums over all pixels, of what is made from two inputs.
    private func graph(_ one: Case) throws -> Graph {
        var graph = Graph()
        let parameters = ConvolutionParameters(padding: Padding2D(all: one.padding))
        let types = [TensorType(.float32, one.input), TensorType(.float32, one.kernel)]
        let output = try Primitive.convolution(parameters).resultType(of: types)
        let left = graph.addInput(one.ofInput ? output : types[0])
        let right = graph.addInput(types[1])
        let result = one.ofInput ? one.input : output.shape
        let bias = graph.addInput(TensorType(.float32, [1, 1, 1, result[3]]))
        let made = try graph.add(
            one.ofInput
                ? .convolutionInputGradient(parameters, one.input)
                : .convolution(parameters), [left, right])
        let sum = try graph.add(
            .binary(.add), [made, try graph.add(.broadcast(result), [bias])])
        let number = try graph.add(.constant(Scalar(0, .float32)), [])
        let zero = try graph.add(.reshape([1, 1, 1, 1]), [number])
        let zeros = try graph.add(.broadcast(result), [zero])
        let negative = try graph.add(.compare(.lessOrEqual), [sum, zeros])
        let relu = try graph.add(.select, [negative, zeros, sum])
        graph.outputs = [relu, try graph.add(.reduce(.sum, axes: [0, 1, 2]), [relu])]
        if one.keeps {
            // A second reader, behind the first one.
            let transposed = try graph.add(.transpose([3, 0, 1, 2]), [made])
            graph.outputs.append(try graph.add(.reduce(.max, axes: [0]), [transposed]))
        }
        return graph
    }

    private func run(_ one: Case, _ backend: any Backend) throws -> (
        names: [String], values: [[Double]]
    ) {
        try backendValues(try graph(one), backend)
    }

    @Test(arguments: cases) func agreesWithTheReference(_ one: Case) throws {
        let (_, expected) = try run(one, ReferenceBackend())
        let (names, got) = try run(one, CPUBackend(threads: 1))
        let (_, again) = try run(one, CPUBackend(threads: 2))
        #expect(names.contains { $0.contains("+loop(") } == Processor.hasOwnProducts, "\(names)")
        #expect(got == again)
        #expect(got.count == expected.count)
        let sizes = try backendValues(try graph(one), ReferenceBackend()) { abs($1) }.values
        // The window, the bias, and behind the first output sums over all pixels.
        let window = one.kernel[0] * one.kernel[1] * max(one.kernel[2], one.kernel[3])
        for (number, values) in got.enumerated() {
            Rounding.expectNear(
                values, expected[number], sizes[number],
                terms: window + 1 + (number > 0 ? 4_096 : 0),
                "\(names) \(number)")
        }
    }
}
