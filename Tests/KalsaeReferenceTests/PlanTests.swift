import KalsaeBackend
import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import Testing

@Suite struct PlanTests {
    @Test func aDonatedInputIsReadBeforeItIsWritten() throws {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [3]))
        let y = graph.addInput(TensorType(.float32, [3]))
        let sum = try graph.add(.binary(.add), [x, y])
        graph.outputs = [sum, try graph.add(.binary(.multiply), [sum, x])]
        let plan = try ReferenceBackend().compile(graph, options: PlanOptions(donations: [0, 1]))
        let type = TensorType(.float32, [3])
        let buffers = [
            try Value(type, [1, 2, 3]).buffer(), try Value(type, [10, 20, 30]).buffer(),
        ]
        try plan.run(inputs: buffers, outputs: buffers)
        #expect(try Value(type, reading: buffers[0]).numbers == .floats([11, 22, 33]))
        #expect(try Value(type, reading: buffers[1]).numbers == .floats([11, 44, 99]))
    }

    @Test func wrongBuffersAreErrors() throws {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [3]))
        graph.outputs = [try graph.add(.unary(.negate), [x])]
        let plan = try ReferenceBackend().compile(graph, options: PlanOptions())
        let (small, fitting) = (try Buffer(byteCount: 8), try Buffer(byteCount: 12))
        #expect(throws: KalsaeError.self) { try plan.run(inputs: [], outputs: [fitting]) }
        #expect(throws: KalsaeError.self) { try plan.run(inputs: [small], outputs: [fitting]) }
        #expect(throws: KalsaeError.self) { try plan.run(inputs: [fitting], outputs: [small]) }
        #expect(throws: KalsaeError.self) { try plan.run(inputs: [fitting], outputs: []) }
    }

    @Test func summariesCountTheWork() throws {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [2, 3]))
        let w = graph.addInput(TensorType(.float32, [3, 4]))
        graph.outputs = [try graph.add(.matrixProduct(MatrixProductParameters()), [x, w])]
        let plan = try ReferenceBackend().compile(graph, options: PlanOptions())
        let expected = InstructionSummary(name: "matmul", flops: 48, bytes: 4 * (6 + 12 + 8))
        #expect(plan.instructions.last == expected)
        let buffers = try [24, 48, 32].map { try Buffer(byteCount: $0) }
        let (_, counts) = try Counters.measure {
            try plan.run(inputs: Array(buffers.prefix(2)), outputs: [buffers[2]])
        }
        #expect(counts.plansRun == 1)
        #expect(counts.instructionsRun == 3)
    }

    @Test func everyTypePassesThroughUnchanged() throws {
        for dtype in DType.allCases {
            let numbers: [Double] = dtype == .bool ? [0, 1, 1] : [0, 1, 200]
            let value = Value(TensorType(dtype, [3]), numbers)
            let got = try run(.reshape([3, 1]), [value])
            #expect(got.numbers == value.numbers, "\(dtype)")
            #expect(got.type == TensorType(dtype, [3, 1]))
        }
    }
}
