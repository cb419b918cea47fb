import CKalsaeKernels
import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import Testing

/// Convolutions of which only the largest elements of windows are kept, against the reference.
@Suite struct ConvMaxPoolTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var input: Shape, kernel: Shape
        var window = Pair(2, 2)
        var padding = 0, stride = 1, dilation = 1
        /// Whether the weight gradient is made from argmax indices where vectors have 64 bytes.
        var isSmall = true
        var testDescription: String {
            "\(input) * \(kernel) \(window) \(padding) \(stride) \(dilation)"
        }
        var convolution: ConvolutionParameters {
            ConvolutionParameters(
                strides: Pair(stride, stride), padding: Padding2D(all: padding),
                dilations: Pair(dilation, dilation))
        }
    }

    static let cases: [Case] = [
        Case(input: [10, 28, 28, 1], kernel: [5, 5, 1, 30]),
        Case(input: [3, 9, 11, 1], kernel: [3, 3, 1, 8]),
        Case(input: [17, 12, 12, 1], kernel: [5, 5, 1, 17], window: Pair(2, 3)),
        Case(input: [2, 14, 14, 1], kernel: [4, 4, 1, 16], window: Pair(3, 3), isSmall: false),
        Case(input: [2, 14, 14, 1], kernel: [4, 4, 1, 16], window: Pair(1, 4)),
        Case(input: [2, 11, 11, 3], kernel: [3, 3, 3, 33], padding: 1),
        Case(input: [2, 8, 8, 1], kernel: [5, 5, 1, 12], padding: 4),
        Case(input: [1, 70, 120, 1], kernel: [5, 5, 1, 9]),
        Case(input: [1, 6, 240, 1], kernel: [2, 2, 1, 31], window: Pair(2, 1)),
        Case(input: [5, 16, 16, 16], kernel: [3, 3, 16, 48], padding: 1, isSmall: false),
        Case(
            input: [4, 9, 10, 32], kernel: [3, 3, 32, 64], window: Pair(3, 3), padding: 1,
            isSmall: false),
        Case(
            input: [4, 17, 19, 32], kernel: [3, 3, 32, 40], window: Pair(2, 3), padding: 1,
            isSmall: false),
        Case(input: [2, 20, 20, 3], kernel: [3, 3, 3, 24], stride: 2, isSmall: false),
        Case(
            input: [2, 16, 16, 2], kernel: [3, 3, 2, 15], window: Pair(1, 2), dilation: 2,
            isSmall: false),
    ]

    static let isWide = Processor.level >= .avx512

    /// What the graph's outputs are, besides the largest elements.
    enum Wanted: CaseIterable, Sendable {
        case nothing, weightGradient, bothGradients
    }

    /// Largest elements of a convolution, and gradients by way of them.
    private func graph(_ one: Case, _ wanted: Wanted, _ pool: PoolParameters) throws -> Graph {
        var graph = Graph()
        let input = graph.addInput(TensorType(.float32, one.input))
        let kernel = graph.addInput(TensorType(.float32, one.kernel))
        let made = try graph.add(.convolution(one.convolution), [input, kernel])
        let largest = try graph.add(.pool(pool), [made])
        graph.outputs = [largest]
        if wanted == .nothing { return graph }
        let upstream = graph.addInput(graph.nodes[largest].type)
        let spread = try graph.add(.poolGradient(pool), [made, upstream])
        let primitive = Primitive.convolutionWeightGradient(one.convolution, one.kernel)
        graph.outputs.append(try graph.add(primitive, [input, spread]))
        if wanted == .bothGradients { graph.outputs.append(spread) }
        return graph
    }

    /// Sums of products of sixteenths are exact, so that equal elements are equal everywhere.
    private func run(
        _ graph: Graph, _ backend: any Backend, every spoiled: Int? = nil
    ) throws -> (names: [String], values: [[Double]]) {
        let plan = try backend.compile(graph, options: PlanOptions())
        let inputs = try graph.inputs.enumerated().map { number, type in
            var value = Value(type.dtype, type.shape, seed: UInt64(number + 5))
            if number == 0, let spoiled {
                for index in stride(from: 3, to: value.elements.count, by: spoiled) {
                    value.elements[index] = .nan
                }
            }
            let buffer = try Buffer(byteCount: type.byteCount)
            try buffer.store(value.elements, type.dtype)
            return buffer
        }
        let results = try graph.outputTypes.map { try Buffer(byteCount: $0.byteCount) }
        try plan.run(inputs: inputs, outputs: results)
        let values = try zip(results, graph.outputTypes).map {
            try $0.elements($1.shape.elementCount, $1.dtype)
        }
        return (plan.instructions.map(\.name), values)
    }

    private func expectSame(_ got: [[Double]], _ expected: [[Double]], _ note: String) {
        #expect(got.map(\.count) == expected.map(\.count))
        for (values, wanted) in zip(got, expected) {
            let far = zip(values, wanted).filter { value, other in
                if value.isNaN || other.isNaN { return value.isNaN != other.isNaN }
                return !(abs(value - other) <= 1e-6 * max(1, abs(other)))
            }
            #expect(far.isEmpty, "\(note) \(far.count) \(far.prefix(3))")
        }
    }

    @Test(arguments: cases, Wanted.allCases)
    func agreesWithTheReference(_ one: Case, _ wanted: Wanted) throws {
        let graph = try graph(one, wanted, PoolParameters(.max, window: one.window))
        let (_, expected) = try run(graph, ReferenceBackend())
        let (names, got) = try run(graph, CPUBackend(threads: 1))
        let (_, again) = try run(graph, CPUBackend(threads: 2))
        let argmax = names.filter { $0.hasSuffix(".argmax") }
        let small = ["convolutionWeightGradient.argmax"]
        #expect(names.count { $0.hasSuffix("+maxPool") } == (Processor.hasOwnProducts ? 1 : 0))
        if Processor.hasOwnProducts {
            #expect(names.count == (wanted == .nothing ? 1 : argmax == small ? 2 : 3), "\(names)")
        }
        switch wanted {
        case _ where !Processor.hasOwnProducts: #expect(argmax == [])
        case .nothing: #expect(argmax == [])
        case .weightGradient where one.isSmall && Self.isWide: #expect(argmax == small)
        case .weightGradient, .bothGradients: #expect(argmax == ["maxPoolGradient.argmax"])
        }
        #expect(got == again)
        expectSame(got, expected, "\(names)")
        let (apart, other) = try EnvironmentFlag.with(.passes, "-convpool") {
            try run(graph, CPUBackend(threads: 2))
        }
        #expect(!apart.contains { $0.contains("+maxPool") || $0.contains(".argmax") }, "\(apart)")
        expectSame(other, expected, "\(apart)")
    }

    @Test(arguments: cases) func firstNaNWins(_ one: Case) throws {
        var graph = try graph(one, .bothGradients, PoolParameters(.max, window: one.window))
        graph.outputs.remove(at: 1)
        let (names, got) = try run(graph, CPUBackend(threads: 1), every: 67)
        let (_, expected) = try run(graph, ReferenceBackend(), every: 67)
        #expect(names.contains { $0.hasSuffix("+maxPool") } == Processor.hasOwnProducts)
        #expect(expected[0].contains { $0.isNaN })
        expectSame(got, expected, "\(names)")
    }

    static let others: [PoolParameters] = [
        PoolParameters(.max, window: Pair(3, 3), strides: Pair(2, 2)),
        PoolParameters(.max, window: Pair(2, 2), padding: Padding2D(all: 1)),
        PoolParameters(.average, window: Pair(2, 2)),
        PoolParameters(.max, window: Pair(16, 16)),
        // A row of windows does not fit the room for it.
        PoolParameters(.max, window: Pair(18, 2)),
    ]

    @Test(arguments: others) func otherWindowsStayApart(_ pool: PoolParameters) throws {
        let one = Case(input: [2, 20, 60, 1], kernel: [3, 3, 1, 16])
        let graph = try graph(one, .weightGradient, pool)
        let (names, got) = try run(graph, CPUBackend(threads: 2))
        #expect(!names.contains { $0.contains("+maxPool") || $0.contains(".argmax") }, "\(names)")
        expectSame(got, try run(graph, ReferenceBackend()).values, "\(names)")
    }

    @Test func whatOthersReadIsStored() throws {
        let one = Case(input: [2, 12, 12, 1], kernel: [3, 3, 1, 16])
        var wanted = try graph(one, .weightGradient, PoolParameters(.max, window: Pair(2, 2)))
        wanted.outputs.append(2)
        var twice = try graph(one, .weightGradient, PoolParameters(.max, window: Pair(2, 2)))
        let five = PoolParameters(.max, window: Pair(5, 5))
        twice.outputs.append(try twice.add(.pool(five), [2]))
        for graph in [wanted, twice] {
            let (names, got) = try run(graph, CPUBackend(threads: 2))
            #expect(!names.contains { $0.contains("+maxPool") }, "\(names)")
            expectSame(got, try run(graph, ReferenceBackend()).values, "\(names)")
        }
    }

    /// The upstream gradient is an input that an output is written over.
    @Test func whatIsOverwrittenIsReadBefore() throws {
        let one = Case(input: [2, 12, 12, 1], kernel: [3, 3, 1, 16])
        var graph = try graph(one, .weightGradient, PoolParameters(.max, window: Pair(2, 2)))
        graph.outputs.append(try graph.add(.unary(.negate), [4]))
        let plan = try CPUBackend(threads: 1).compile(
            graph, options: PlanOptions(donations: [nil, nil, 2]))
        let expected = try run(graph, ReferenceBackend()).values
        let inputs = try graph.inputs.enumerated().map { number, type in
            let buffer = try Buffer(byteCount: type.byteCount)
            try buffer.store(
                Value(type.dtype, type.shape, seed: UInt64(number + 5)).elements, type.dtype)
            return buffer
        }
        let results = try graph.outputTypes.map { try Buffer(byteCount: $0.byteCount) }
        try plan.run(inputs: inputs, outputs: [results[0], results[1], inputs[2]])
        let got = try zip([results[0], results[1], inputs[2]], graph.outputTypes).map {
            try $0.elements($1.shape.elementCount, $1.dtype)
        }
        expectSame(got, expected, "\(plan.instructions.map(\.name))")
    }
}
