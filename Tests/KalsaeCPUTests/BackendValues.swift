import KalsaeBackend
import KalsaeGraph
import KalsaeTesting

/// A graph's instructions and `float32` results on normal numbers, always the same ones.
func backendValues(
    _ graph: Graph, _ backend: any Backend
) throws -> (names: [String], values: [[Float]]) {
    let plan = try backend.compile(graph, options: PlanOptions())
    var generator = SampleGenerator(seed: 7)
    let inputs = try graph.inputs.map { try Domain.normal.value($0, &generator).buffer() }
    let results = try graph.outputTypes.map { try Buffer(byteCount: $0.byteCount) }
    try plan.run(inputs: inputs, outputs: results)
    let values = zip(results, graph.outputTypes).map { result, type in
        let start = result.pointer.assumingMemoryBound(to: Float.self)
        return Array(UnsafeBufferPointer(start: start, count: type.shape.elementCount))
    }
    return (plan.instructions.map(\.name), values)
}
