import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeSupport
import Testing

/// What the planner makes of graphs, in counts: loops, bytes, buffers.
@Suite struct PlanTests {
    private let shape: Shape = [40, 30]
    private var type: TensorType { TensorType(.float32, shape) }

    private func names(_ graph: Graph, donations: [Int?] = []) throws -> [String] {
        let options = PlanOptions(donations: donations)
        return try CPUBackend(threads: 1).compile(graph, options: options).instructions.map(\.name)
    }

    private func buffer(_ values: [Float]) throws -> Buffer {
        let buffer = try Buffer(byteCount: values.count * 4)
        for (index, value) in values.enumerated() {
            try buffer.hostPointer().storeBytes(
                of: value, toByteOffset: index * 4, as: Float.self)
        }
        return buffer
    }

    private func values(_ buffer: Buffer) throws -> [Float] {
        try buffer.withHostBytes { Array($0.bindMemory(to: Float.self)) }
    }

    private func number(_ graph: inout Graph, _ value: Double) throws -> Int {
        let scalar = try graph.add(.constant(Scalar(value, .float32)))
        let lifted = try graph.add(.reshape([1, 1]), [scalar])
        return try graph.add(.broadcast(shape), [lifted])
    }

    @Test func aChainIsOneLoop() throws {
        var graph = Graph()
        let x = graph.addInput(type)
        let b = graph.addInput(TensorType(.float32, [1, 30]))
        let row = try graph.add(.broadcast(shape), [b])
        let sum = try graph.add(.binary(.add), [x, row])
        let zero = try number(&graph, 0)
        let relu = try graph.add(.binary(.maximum), [sum, zero])
        graph.outputs = [relu, try graph.add(.reduce(.sum, axes: [0]), [relu])]
        #expect(try names(graph) == ["loop(add, maximum, sum)"])
    }

    @Test func aReductionEndsItsLoop() throws {
        var graph = Graph()
        let x = graph.addInput(type)
        let largest = try graph.add(.reduce(.max, axes: [1]), [x])
        let wide = try graph.add(.broadcast(shape), [largest])
        let shifted = try graph.add(.binary(.subtract), [x, wide])
        let powers = try graph.add(.unary(.exp), [shifted])
        let sum = try graph.add(.reduce(.sum, axes: [1]), [powers])
        let wideSum = try graph.add(.broadcast(shape), [sum])
        graph.outputs = [try graph.add(.binary(.divide), [powers, wideSum])]
        #expect(try names(graph) == ["loop(max)", "loop(subtract, exp, sum)", "loop(divide)"])
    }

    @Test func twoSumsOfOneValueShareALoop() throws {
        var graph = Graph()
        let x = graph.addInput(type)
        let square = try graph.add(.binary(.multiply), [x, x])
        graph.outputs = [
            try graph.add(.reduce(.sum, axes: [0]), [x]),
            try graph.add(.reduce(.sum, axes: [0]), [square]),
        ]
        #expect(try names(graph).count == 1)
    }

    /// A derivative that is read behind a product: it alone is kept until then, if that is less than
    /// what it is made of.
    @Test(arguments: [true, false]) func whatIsKeptForLaterIsLittle(_ isLess: Bool) throws {
        var graph = Graph()
        let x = graph.addInput(type)
        let bias = graph.addInput(type)
        let weight = graph.addInput(TensorType(.float32, [30, 30]))
        let sum = try graph.add(.binary(.add), [x, bias])
        let first = try graph.add(.unary(.erf), [sum])
        let second = try graph.add(.unary(.exp), [isLess ? sum : x])
        let derivative = try graph.add(.binary(.add), [isLess ? first : x, second])
        let value = try graph.add(.binary(.multiply), [sum, first])
        let product = try graph.add(
            .matrixProduct(MatrixProductParameters()), [value, weight])
        graph.outputs = [try graph.add(.binary(.multiply), [product, derivative])]
        let names = try EnvironmentFlag.with(.passes, "-epilogue") { try self.names(graph) }
        #expect(names.count == 3)
        #expect(names[0].contains("exp") == isLess, "\(names)")
        #expect(names[2].contains("exp") != isLess, "\(names)")
    }

    /// What is made of a row and one other is made where it is read: the row takes no room.
    @Test func aRowIsNothingToSave() throws {
        var graph = Graph()
        let x = graph.addInput(type)
        let bias = graph.addInput(type)
        let weight = graph.addInput(TensorType(.float32, [30, 30]))
        let sum = try graph.add(.binary(.add), [x, bias])
        let row = try graph.add(.reduce(.max, axes: [0]), [x])
        let larger = try graph.add(
            .binary(.maximum), [sum, try graph.add(.broadcast(shape), [row])])
        let value = try graph.add(.unary(.erf), [sum])
        let product = try graph.add(.matrixProduct(MatrixProductParameters()), [value, weight])
        graph.outputs = [try graph.add(.binary(.subtract), [product, larger])]
        let names = try EnvironmentFlag.with(.passes, "-epilogue") { try self.names(graph) }
        #expect(names.last == "loop(maximum, subtract)", "\(names)")
    }

    @Test func donatedStateIsUpdatedInPlaceByOneLoop() throws {
        var graph = Graph()
        let weight = graph.addInput(type)
        let velocity = graph.addInput(type)
        let gradient = graph.addInput(type)
        let kept = try graph.add(.binary(.multiply), [velocity, try number(&graph, 0.5)])
        let next = try graph.add(.binary(.add), [kept, gradient])
        let step = try graph.add(.binary(.multiply), [next, try number(&graph, 0.25)])
        graph.outputs = [try graph.add(.binary(.subtract), [weight, step]), next]
        let options = PlanOptions(donations: [0, 1])
        let plan = try CPUBackend(threads: 1).compile(graph, options: options)
        #expect(plan.instructions.count == 1)
        #expect(plan.arenaByteCount == 0)
        let count = shape.elementCount
        let inputs = try [1, 2, 3].map { try buffer([Float](repeating: $0, count: count)) }
        try plan.run(inputs: inputs, outputs: [inputs[0], inputs[1]])
        #expect(try values(inputs[1]) == [Float](repeating: 4, count: count))
        #expect(try values(inputs[0]) == [Float](repeating: 0, count: count))
    }

    @Test func aWarmRunAllocatesNothing() throws {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [64, 64]))
        let product = try graph.add(.matrixProduct(MatrixProductParameters()), [x, x])
        graph.outputs = [try graph.add(.unary(.tanh), [product])]
        let plan = try CPUBackend(threads: 1).compile(graph, options: PlanOptions())
        let input = try buffer([Float](repeating: 0.5, count: 4096))
        let output = try Buffer(byteCount: 4 * 4096)
        let counts = try Counters.measure {
            for _ in 0..<3 { try plan.run(inputs: [input], outputs: [output]) }
        }.counts
        #expect(counts.buffersAllocated == 0)
        #expect(counts.plansRun == 3)
        // An own product and its loop are one instruction.
        #expect(counts.instructionsRun == (Processor.hasOwnProducts ? 3 : 6))
    }

    @Test func deadValuesGiveTheirPlaceAway() throws {
        var graph = Graph()
        var x = graph.addInput(TensorType(.float32, [64, 64]))
        for _ in 0..<10 {
            x = try graph.add(.matrixProduct(MatrixProductParameters()), [x, x])
            x = try graph.add(.unary(.tanh), [x])
        }
        graph.outputs = [x]
        let plan = try CPUBackend(threads: 1).compile(graph, options: PlanOptions())
        #expect(plan.instructions.count == (Processor.hasOwnProducts ? 10 : 20))
        // A product and its operand; tanh lies where its operand lay.
        #expect(plan.arenaByteCount <= 2 * 64 * 64 * 4 + 4096)
    }

    @Test func buffersMayChangeBetweenRuns() throws {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [3]))
        graph.outputs = [try graph.add(.unary(.negate), [x])]
        let plan = try CPUBackend(threads: 1).compile(graph, options: PlanOptions())
        for start in [Float(1), 10] {
            let output = try Buffer(byteCount: 12)
            try plan.run(inputs: [try buffer([start, 2, 3])], outputs: [output])
            #expect(try values(output) == [-start, -2, -3])
        }
    }

    @Test func wrongBuffersAreRefused() throws {
        var graph = Graph()
        graph.outputs = [graph.addInput(TensorType(.float32, [3]))]
        let plan = try CPUBackend(threads: 1).compile(graph, options: PlanOptions())
        let (small, right) = (try Buffer(byteCount: 8), try Buffer(byteCount: 12))
        #expect(throws: KalsaeError.self) { try plan.run(inputs: [small], outputs: [right]) }
        #expect(throws: KalsaeError.self) { try plan.run(inputs: [], outputs: [right]) }
    }

    @Test func anIndexOutOfRangeIsThrown() throws {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [3]))
        let index = graph.addInput(TensorType(.int32, [1]))
        graph.outputs = [try graph.add(.gather(axis: 0), [x, index])]
        let plan = try CPUBackend(threads: 1).compile(graph, options: PlanOptions())
        let indices = try Buffer(byteCount: 4)
        try indices.hostPointer().storeBytes(of: 5, as: Int32.self)
        let output = try Buffer(byteCount: 4)
        let x3 = try buffer([1, 2, 3])
        #expect(throws: KalsaeError.self) {
            try plan.run(inputs: [x3, indices], outputs: [output])
        }
        try indices.hostPointer().storeBytes(of: 2, as: Int32.self)
        try plan.run(inputs: [x3, indices], outputs: [output])
        #expect(try values(output) == [3])
    }

    @Test func threadsDoNotChangeBits() throws {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [700, 500]))
        let y = try graph.add(.unary(.sigmoid), [x])
        graph.outputs = [
            y, try graph.add(.reduce(.sum, axes: [0, 1]), [y]),
            try graph.add(.reduce(.sum, axes: [0]), [y]),
            try graph.add(.reduce(.sum, axes: [1]), [y]),
        ]
        let input = try buffer((0..<350_000).map { Float($0 % 991) / 100 - 5 })
        var bits: [[UInt32]] = []
        for threads in [1, 2] {
            let plan = try CPUBackend(threads: threads).compile(graph, options: PlanOptions())
            let outputs = try graph.outputTypes.map { try Buffer(byteCount: $0.byteCount) }
            try plan.run(inputs: [input], outputs: outputs)
            bits.append(try outputs.flatMap { try values($0).map(\.bitPattern) })
        }
        #expect(bits[0] == bits[1])
    }

    /// On tiles halves are read as they are; elsewhere they are made floats before.
    @Test func halvesAreReadByTiles() throws {
        var graph = Graph()
        let x = graph.addInput(TensorType(.bfloat16, [256, 512]))
        let y = graph.addInput(TensorType(.bfloat16, [512, 256]))
        graph.outputs = [try graph.add(.matrixProduct(MatrixProductParameters()), [x, y])]
        let hasTiles = InstructionSet.current == .amx && EnvironmentFlag.isPassEnabled("limbs")
        #expect(try names(graph).count == (hasTiles ? 1 : 3))
    }
}
