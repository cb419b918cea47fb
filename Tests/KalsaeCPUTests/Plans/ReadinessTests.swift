import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeSupport
import Testing

/// What a plan tells while it runs.
@Suite struct ReadinessTests {
    /// Two products, the one behind the other.
    private static func plan() throws -> any Plan {
        var graph = Graph()
        let type = TensorType(.float32, [32, 32])
        let (a, b) = (graph.addInput(type), graph.addInput(type))
        graph.nodes.append(Node(.matrixProduct(MatrixProductParameters()), [a, b], type))
        let first = graph.nodes.count - 1
        graph.nodes.append(Node(.matrixProduct(MatrixProductParameters()), [b, b], type))
        graph.outputs = [first, graph.nodes.count - 1]
        return try CPUBackend().compile(graph, options: PlanOptions())
    }

    @Test func anOutputIsReadyWhereItIsSaidToBe() throws {
        let plan = try Self.plan()
        #expect(plan.readiness.count == 2)
        #expect(plan.readiness[0] < plan.readiness[1])
        #expect(plan.readiness[1] == plan.instructions.count)
        func buffer(_ value: Float) throws -> Buffer {
            let buffer = try Buffer(byteCount: 4 * 1024)
            try buffer.withMutableHostBytes { bytes in
                for index in 0..<1024 {
                    bytes.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self)
                }
            }
            return buffer
        }
        func value(_ buffer: Buffer) throws -> Float {
            try buffer.withHostBytes { $0.load(as: Float.self) }
        }
        let inputs = [try buffer(1), try buffer(2)]
        let outputs = [try buffer(-1), try buffer(-1)]
        let seen = Seen()
        try plan.run(inputs: inputs, outputs: outputs, binding: 0) { done in
            seen.counts.append(done)
            if done == plan.readiness[0] {
                seen.values = [(try? value(outputs[0])) ?? 0, (try? value(outputs[1])) ?? 0]
            }
        }
        #expect(seen.counts == Array(1...plan.instructions.count))
        #expect(seen.values == [64, -1])
        #expect(try value(outputs[1]) == 128)
    }

    private final class Seen {
        var counts: [Int] = []
        var values: [Float] = []
    }
}
