import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import Testing

/// Products that read images as the bytes they are.
@Suite struct ByteOperandTests {
    static let sizes = [
        (100, 50, 784), (784, 50, 100), (139, 256, 200), (33, 97, 1_500), (390, 121, 301),
        (63, 65, 2_001), (1_000, 50, 784),
        // Of one tile in width, and the last eight rows in height too.
        (1_000, 10, 784),
    ]

    @Test(arguments: sizes) func everyByteCounts(_ m: Int, _ n: Int, _ k: Int) throws {
        for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
            let parameters = MatrixProductParameters(transposeLeft: left, transposeRight: right)
            let floats = LimbProductTests.numbers(left ? [k, m] : [m, k], seed: 1)
            let bytes = floats.elements.map { (($0 + 2) * 63.75).rounded() }
            let a = Value(.uint8, floats.type.shape, bytes)
            let b = LimbProductTests.numbers(right ? [n, k] : [k, n], seed: 2)
            guard Processor.level == .amx else {
                #expect(throws: KalsaeError.self) {
                    try Kernel.matrixProduct(parameters, left: a.type, right: b.type)
                }
                continue
            }
            let kernel = try Kernel.matrixProduct(parameters, left: a.type, right: b.type)
            let sums = MatrixProductTests.oracle(
                batch: 1, m, n, k, a.elements, b.elements, parameters)
            let sizes = MatrixProductTests.oracle(
                batch: 1, m, n, k, a.elements, b.elements.map(abs), parameters)
            let result = TensorType(.float32, [m, n])
            let one = try run(kernel, [a, b], result, threads: 1)
            let two = try run(kernel, [a, b], result, threads: 2)
            #expect(one == two)
            #expect(kernel.engine == .amxTiles)
            Rounding.expectNear(
                one, sums, sizes, terms: k, "\(kernel.name) \(m)x\(k)x\(n) \(left) \(right)")
        }
    }

    /// Images times weights and the weights' gradient, `relu(s x W) V` without its second half.
    ///
    /// - Parameter keepsFloats: whether others want the images as floats too.
    private func graph(keepsFloats: Bool = false) throws -> Graph {
        var graph = Graph()
        let images = graph.addInput(TensorType(.uint8, [100, 28, 28, 1]))
        let scale = graph.addInput(TensorType(.float32, []))
        let weights = graph.addInput(TensorType(.float32, [784, 50]))
        let slope = graph.addInput(TensorType(.float32, [100, 50]))
        let floats = try graph.add(.cast(.float32), [images])
        let one = try graph.add(.reshape([1, 1, 1, 1]), [scale])
        let spread = try graph.add(.broadcast([100, 28, 28, 1]), [one])
        let scaled = try graph.add(.binary(.multiply), [floats, spread])
        let rows = try graph.add(.reshape([100, 784]), [scaled])
        let sums = try graph.add(.matrixProduct(MatrixProductParameters()), [rows, weights])
        let transposed = MatrixProductParameters(transposeLeft: true)
        let gradient = try graph.add(.matrixProduct(transposed), [rows, slope])
        let moved = try graph.add(.binary(.subtract), [weights, gradient])
        graph.outputs = [sums, moved]
        if keepsFloats { graph.outputs.append(floats) }
        return graph
    }

    @Test(arguments: [false, true]) func plansReadBytes(_ keepsFloats: Bool) throws {
        let graph = try graph(keepsFloats: keepsFloats)
        let (_, expected) = try backendValues(graph, ReferenceBackend())
        // Of the terms' absolute values: what is subtracted from the weights is added to their sizes.
        let (_, sizes) = try backendValues(graph, ReferenceBackend()) { input, value in
            input == 2 ? -abs(value) : abs(value)
        }
        let (names, got) = try backendValues(graph, CPUBackend(threads: 1))
        let (_, again) = try backendValues(graph, CPUBackend(threads: 2))
        let (apart, other) = try EnvironmentFlag.with(.passes, "-bytes") {
            try backendValues(graph, CPUBackend(threads: 2))
        }
        #expect(got == again)
        let readsBytes = Processor.level == .amx
        #expect(names.contains { $0.hasPrefix("loop(cast") } == (keepsFloats || !readsBytes))
        #expect(apart.contains { $0.hasPrefix("loop(cast") }, "\(apart)")
        // Terms: 784 and 100 products, the scale in front of or behind them, and the weight.
        let terms = [787, 103, 1]
        for (values, note) in [(got, "bytes"), (other, "floats")] {
            #expect(values.count == expected.count)
            for (number, pair) in zip(values, expected).enumerated() {
                Rounding.expectNear(
                    pair.0, pair.1, sizes[number].map(abs), terms: terms[number],
                    "output \(number), \(note)")
            }
        }
    }
}
