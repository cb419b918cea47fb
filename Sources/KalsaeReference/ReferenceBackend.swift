import KalsaeBackend
import KalsaeGraph
import KalsaeSupport
import Synchronization

/// The oracle: computes a graph node by node in plain loops, floats as `Double` throughout.
///
/// Values are rounded to their type where a cast asks for it and where an output is written, not
/// in between, so that the result is nearer to the truth than that of any backend under test.
public struct ReferenceBackend: Backend {
    /// The name in messages and settings.
    public let name = "reference"

    /// Makes the backend.
    public init() {}

    /// Prepares a graph for running; throws where the verifier rejects it.
    public func compile(_ graph: Graph, options: PlanOptions) throws(KalsaeError) -> any Plan {
        try graph.verify()
        return ReferencePlan(graph.withProducts(in: options.precision))
    }

    /// The outputs of a graph that the verifier accepts, floats not rounded to their type.
    package static func values(
        of graph: Graph, inputs: [Value]
    ) throws(KalsaeError) -> [Value] {
        var values: [Value] = []
        for node in graph.nodes {
            let operands = node.operands.map { values[$0] }
            values.append(try Interpreter.value(of: node, operands, inputs: inputs))
        }
        return graph.outputs.map { values[$0] }
    }
}

/// A graph as it is: nothing is fused, reordered or kept.
private final class ReferencePlan: Plan {
    let graph: Graph
    let instructions: [InstructionSummary]
    let arenaByteCount = 0
    private let turn = Mutex(())

    init(_ graph: Graph) {
        self.graph = graph
        instructions = graph.nodes.map { node in
            let operands = node.operands.map { graph.nodes[$0].type.byteCount }
            return InstructionSummary(
                name: node.primitive.name, flops: graph.flops(of: node),
                bytes: Double(operands.reduce(node.type.byteCount, +)))
        }
    }

    func run(inputs: [Buffer], outputs: [Buffer]) throws(KalsaeError) {
        try check(inputs, graph.inputs, "input")
        try check(outputs, graph.outputTypes, "output")
        let result = turn.withLock { _ in
            Result { () throws(KalsaeError) in try compute(inputs, outputs) }
        }
        try result.get()
    }

    /// Reads every input before it writes any output: a donated buffer is both.
    private func compute(_ inputs: [Buffer], _ outputs: [Buffer]) throws(KalsaeError) {
        var arguments: [Value] = []
        for (type, buffer) in zip(graph.inputs, inputs) {
            arguments.append(try Value(type, reading: buffer))
        }
        let results = try ReferenceBackend.values(of: graph, inputs: arguments)
        for (result, buffer) in zip(results, outputs) { try result.write(to: buffer) }
        Counters.record {
            $0.plansRun += 1
            $0.instructionsRun += instructions.count
        }
    }

    private func check(
        _ buffers: [Buffer], _ types: [TensorType], _ name: String
    ) throws(KalsaeError) {
        guard buffers.count == types.count else {
            throw KalsaeError("plan", expected: "\(types.count) \(name)s", got: "\(buffers.count)")
        }
        for (buffer, type) in zip(buffers, types) where buffer.byteCount < type.byteCount {
            throw KalsaeError(
                "plan \(name)", expected: "\(type.byteCount) bytes for \(type)",
                got: "\(buffer.byteCount)")
        }
    }
}
