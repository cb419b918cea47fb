import KalsaeBackend
import KalsaeGraph
import KalsaeReference
import KalsaeTesting

/// A graph's instructions and `float32` results on normal numbers, always the same ones.
///
/// - Parameter change: what becomes of each number of an input.
func backendValues(
    _ graph: Graph, _ backend: any Backend, _ change: (Int, Double) -> Double = { $1 }
) throws -> (names: [String], values: [[Double]]) {
    let plan = try backend.compile(graph, options: PlanOptions())
    var generator = SampleGenerator(seed: 7)
    let inputs = try graph.inputs.enumerated().map { input, type in
        var value = Domain.normal.value(type, &generator)
        if case .floats(let numbers) = value.numbers {
            value.numbers = .floats(numbers.map { change(input, $0) })
        }
        return try value.buffer()
    }
    let results = try graph.outputTypes.map { try Buffer(byteCount: $0.byteCount) }
    try plan.run(inputs: inputs, outputs: results)
    let values = try zip(results, graph.outputTypes).map { result, type in
        let start = try result.hostPointer().assumingMemoryBound(to: Float.self)
        return UnsafeBufferPointer(start: start, count: type.shape.elementCount).map(Double.init)
    }
    return (plan.instructions.map(\.name), values)
}
