import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeReference
import KalsaeTesting
import Testing

/// Products that are worked on while they are made, against the reference.
@Suite struct EpilogueFusionTests {
    struct Sizes: CustomTestStringConvertible, Sendable {
        var m: Int, n: Int, k: Int
        var turnsLeft = false, turnsRight = false
        var testDescription: String { "\(m)x\(k)x\(n) \(turnsLeft) \(turnsRight)" }
    }

    static let sizes: [Sizes] = [
        Sizes(m: 100, n: 50, k: 784), Sizes(m: 784, n: 50, k: 100, turnsLeft: true),
        Sizes(m: 128, n: 128, k: 96, turnsRight: true), Sizes(m: 33, n: 97, k: 41),
        Sizes(m: 65, n: 31, k: 70, turnsLeft: true, turnsRight: true),
        Sizes(m: 17, n: 200, k: 64), Sizes(m: 1, n: 300, k: 300), Sizes(m: 500, n: 3, k: 200),
        Sizes(m: 64, n: 64, k: 64), Sizes(m: 15, n: 33, k: 1024),
        Sizes(m: 40, n: 50, k: 2500), Sizes(m: 600, n: 70, k: 90),
        Sizes(m: 520, n: 100, k: 600, turnsLeft: true), Sizes(m: 100, n: 130, k: 1500),
        Sizes(m: 40, n: 1400, k: 1100, turnsLeft: true), Sizes(m: 300, n: 320, k: 1300),
        Sizes(m: 1030, n: 50, k: 400), Sizes(m: 1001, n: 61, k: 300, turnsLeft: true),
    ]

    /// relu(a·b + bias) · columns − rows, with a mask of bytes as a second result.
    private func graph(_ sizes: Sizes) throws -> Graph {
        var graph = Graph()
        let (m, n, k) = (sizes.m, sizes.n, sizes.k)
        let result = Shape([m, n])
        let left = graph.addInput(TensorType(.float32, sizes.turnsLeft ? [k, m] : [m, k]))
        let right = graph.addInput(TensorType(.float32, sizes.turnsRight ? [n, k] : [k, n]))
        let bias = graph.addInput(TensorType(.float32, [1, n]))
        let column = graph.addInput(TensorType(.float32, [m, 1]))
        let other = graph.addInput(TensorType(.float32, result))
        let parameters = MatrixProductParameters(
            transposeLeft: sizes.turnsLeft, transposeRight: sizes.turnsRight)
        let product = try graph.add(.matrixProduct(parameters), [left, right])
        let spread = try graph.add(.broadcast(result), [bias])
        let sum = try graph.add(.binary(.add), [product, spread])
        let number = try graph.add(.constant(Scalar(0, .float32)), [])
        let zero = try graph.add(.reshape([1, 1]), [number])
        let zeros = try graph.add(.broadcast(result), [zero])
        let positive = try graph.add(.compare(.less), [zeros, sum])
        let relu = try graph.add(.select, [positive, sum, zeros])
        let scaled = try graph.add(
            .binary(.multiply), [relu, try graph.add(.broadcast(result), [column])])
        graph.outputs = [try graph.add(.binary(.subtract), [scaled, other])]
        return graph
    }

    private func output(_ sizes: Sizes, threads: Int) throws -> (name: [String], bits: [UInt32]) {
        let graph = try graph(sizes)
        let plan = try CPUBackend(threads: threads).compile(graph, options: PlanOptions())
        var generator = SampleGenerator(seed: 7)
        let values = graph.inputs.map { Domain.normal.value($0, &generator) }
        let inputs = try values.map { try $0.buffer() }
        let result = try Buffer(byteCount: graph.outputTypes[0].byteCount)
        try plan.run(inputs: inputs, outputs: [result])
        let expected = try Buffer(byteCount: graph.outputTypes[0].byteCount)
        let oracle = try ReferenceBackend().compile(graph, options: PlanOptions())
        try oracle.run(inputs: inputs, outputs: [expected])
        let count = sizes.m * sizes.n
        let got = UnsafeBufferPointer(
            start: (try result.hostPointer()).assumingMemoryBound(to: Float.self), count: count)
        let wanted = UnsafeBufferPointer(
            start: (try expected.hostPointer()).assumingMemoryBound(to: Float.self), count: count)
        // Of the terms' sizes; the last operand is subtracted. The bias, a factor and it are rounded.
        let terms = try backendValues(graph, ReferenceBackend()) { input, value in
            input == 4 ? -abs(value) : abs(value)
        }.values[0]
        Rounding.expectNear(
            got.map(Double.init), wanted.map(Double.init), terms, terms: sizes.k + 3,
            plan.instructions[0].name)
        return (plan.instructions.map(\.name), got.map(\.bitPattern))
    }

    @Test(arguments: sizes) func agreesWithTheReference(_ sizes: Sizes) throws {
        let one = try output(sizes, threads: 1)
        let two = try output(sizes, threads: 2)
        // The library may cut its sums by threads.
        if Processor.hasOwnProducts { #expect(one.bits == two.bits) }
        // Plain loops, to which one row goes, leave what follows them apart.
        let isPlain = one.name.first?.contains("plain") ?? false
        if Processor.hasOwnProducts, !isPlain { #expect(one.name.count == 1, "\(one.name)") }
    }

    static let summed: [Sizes] = [
        Sizes(m: 128, n: 512, k: 256), Sizes(m: 96, n: 330, k: 128, turnsRight: true),
        Sizes(m: 784, n: 128, k: 100, turnsLeft: true), Sizes(m: 600, n: 70, k: 190),
        Sizes(m: 100, n: 50, k: 130), Sizes(m: 40, n: 33, k: 20),
        Sizes(m: 100, n: 90, k: 700), Sizes(m: 130, n: 70, k: 1100, turnsLeft: true),
        Sizes(m: 150, n: 800, k: 1050), Sizes(m: 1001, n: 61, k: 300, turnsLeft: true),
    ]

    /// (a·b)² and its sums over the rows, by rows or by columns of several blocks.
    @Test(arguments: summed) func sumsOverRows(_ sizes: Sizes) throws {
        var graph = Graph()
        let (m, n, k) = (sizes.m, sizes.n, sizes.k)
        let left = graph.addInput(TensorType(.float32, sizes.turnsLeft ? [k, m] : [m, k]))
        let right = graph.addInput(TensorType(.float32, sizes.turnsRight ? [n, k] : [k, n]))
        let parameters = MatrixProductParameters(
            transposeLeft: sizes.turnsLeft, transposeRight: sizes.turnsRight)
        let product = try graph.add(.matrixProduct(parameters), [left, right])
        let square = try graph.add(.binary(.multiply), [product, product])
        graph.outputs = [square, try graph.add(.reduce(.sum, axes: [0]), [square])]
        let expected = try backendValues(graph, ReferenceBackend()).values
        let (names, got) = try backendValues(graph, CPUBackend(threads: 1))
        let isJoined = names.count == 1 && names[0].contains("+loop(")
        #expect(isJoined == Processor.hasOwnProducts, "\(names)")
        #expect(try backendValues(graph, CPUBackend(threads: 2)).values == got)
        #expect(got.map(\.count) == [m * n, n] && expected.map(\.count) == [m * n, n])
        let terms = try backendValues(graph, ReferenceBackend()) { abs($1) }.values
        // A square has its factor's roundings twice, and each of its sums m more.
        for (number, more) in [0, m].enumerated() {
            Rounding.expectNear(
                got[number], expected[number], terms[number], terms: 2 * k + 64 + more,
                "\(names) \(number)")
        }
    }

    /// a·b + bias, whole and cut along its sums.
    @Test(arguments: summed) func rowsOfABias(_ sizes: Sizes) throws {
        var graph = Graph()
        let (m, n, k) = (sizes.m, sizes.n, sizes.k)
        let left = graph.addInput(TensorType(.float32, sizes.turnsLeft ? [k, m] : [m, k]))
        let right = graph.addInput(TensorType(.float32, sizes.turnsRight ? [n, k] : [k, n]))
        let bias = graph.addInput(TensorType(.float32, [1, n]))
        let parameters = MatrixProductParameters(
            transposeLeft: sizes.turnsLeft, transposeRight: sizes.turnsRight)
        let product = try graph.add(.matrixProduct(parameters), [left, right])
        let spread = try graph.add(.broadcast([m, n]), [bias])
        graph.outputs = [try graph.add(.binary(.add), [spread, product])]
        let expected = try backendValues(graph, ReferenceBackend()).values[0]
        let (names, got) = try backendValues(graph, CPUBackend(threads: 1))
        let isJoined = names.count == 1 && names[0].contains("+loop(")
        #expect(isJoined == Processor.hasOwnProducts, "\(names)")
        #expect(try backendValues(graph, CPUBackend(threads: 2)).values == got)
        #expect(got[0].count == m * n && expected.count == m * n)
        let terms = try backendValues(graph, ReferenceBackend()) { abs($1) }.values[0]
        Rounding.expectNear(got[0], expected, terms, terms: k + 1, "\(names)")
    }

    /// A weight that its own product reads must not change while the product is made.
    @Test func aProductDoesNotOverwriteWhatItReads() throws {
        let type = TensorType(.float32, [64, 64])
        var graph = Graph()
        let weight = graph.addInput(type)
        let x = graph.addInput(type)
        let product = try graph.add(.matrixProduct(MatrixProductParameters()), [x, weight])
        graph.outputs = [try graph.add(.binary(.subtract), [weight, product])]
        let plan = try CPUBackend().compile(graph, options: PlanOptions(donations: [0]))
        let weights = try Buffer(byteCount: type.byteCount)
        let inputs = try Buffer(byteCount: type.byteCount)
        for index in 0..<4096 {
            let (row, column) = (index / 64, index % 64)
            let weight = Float(index % 5)
            try weights.hostPointer().storeBytes(
                of: weight, toByteOffset: 4 * index, as: Float.self)
            // Moves rows down by one: each new row needs the old one above it.
            let moves: Float = row == (column + 1) % 64 ? 1 : 0
            try inputs.hostPointer().storeBytes(
                of: moves, toByteOffset: 4 * index, as: Float.self)
        }
        try plan.run(inputs: [weights, inputs], outputs: [weights])
        let got = try weights.hostPointer().assumingMemoryBound(to: Float.self)
        for index in 0..<4096 {
            let above = (index + 4096 - 64) % 4096
            #expect(got[index] == Float(index % 5) - Float(above % 5))
        }
    }
}
