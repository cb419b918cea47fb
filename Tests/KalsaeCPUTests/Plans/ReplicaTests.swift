import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeSupport
import Testing

/// Replicas of a plan run at the same time and do not disturb each other.
@Suite struct ReplicaTests {
    /// relu(x w) summed over rows, through values in the arena: `[rows, 16] · [16, 16]`.
    private func graph(rows: Int) throws -> Graph {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [rows, 16]))
        let w = graph.addInput(TensorType(.float32, [16, 16]))
        let product = try graph.add(.matrixProduct(MatrixProductParameters()), [x, w])
        let squares = try graph.add(.binary(.multiply), [product, product])
        graph.outputs = [
            try graph.add(.matrixProduct(MatrixProductParameters()), [squares, w])
        ]
        return graph
    }

    private func filled(_ count: Int, _ value: (Int) -> Float) throws -> Buffer {
        let buffer = try Buffer(byteCount: 4 * count)
        let numbers = try buffer.hostPointer().bindMemory(to: Float.self, capacity: count)
        for index in 0..<count { numbers[index] = value(index) }
        return buffer
    }

    @Test(arguments: [1, 64]) func theyKeepTheirOwnIntermediateValues(rows: Int) async throws {
        let plan = try CPUBackend().compile(graph(rows: rows), options: PlanOptions())
        // w is the identity: the result is x², each x a whole number below 2¹², so exact.
        let w = try filled(256) { $0 % 17 == 0 ? 1 : 0 }
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<4 {
                let replica = try plan.replica()
                group.addTask {
                    let x = try filled(rows * 16) { Float($0 + 100 * task) }
                    let out = try Buffer(byteCount: 64 * rows)
                    let binding = PlanBinding.next()
                    var wrong = 0
                    for _ in 0..<500 {
                        try replica.run(inputs: [x, w], outputs: [out], binding: binding)
                        let values = try out.hostPointer().assumingMemoryBound(to: Float.self)
                        for index in 0..<(rows * 16) {
                            let value = Float(index + 100 * task)
                            if values[index] != value * value { wrong += 1 }
                        }
                    }
                    return wrong
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }

    @Test func theyAreOfTheSamePlan() throws {
        let plan = try CPUBackend(threads: 1).compile(graph(rows: 2), options: PlanOptions())
        let replica = try plan.replica()
        #expect(replica !== plan)
        #expect(replica.instructions == plan.instructions)
        #expect(replica.arenaByteCount == plan.arenaByteCount)
        #expect(!plan.usesComputeThread && !replica.usesComputeThread)
    }
}
