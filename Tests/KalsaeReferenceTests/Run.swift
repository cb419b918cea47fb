import KalsaeBackend
import KalsaeGraph
import KalsaeReference

/// What a graph of one node gives, by way of buffers and a plan.
func run(_ primitive: Primitive, _ operands: [Value]) throws -> Value {
    var graph = Graph()
    let inputs = operands.map { graph.addInput($0.type) }
    graph.outputs = [try graph.add(primitive, inputs)]
    return try run(graph, operands)[0]
}

/// The outputs of a graph, by way of buffers and a plan.
func run(_ graph: Graph, _ inputs: [Value]) throws -> [Value] {
    let plan = try ReferenceBackend().compile(graph, options: PlanOptions())
    let outputs = try graph.outputTypes.map { try Buffer(byteCount: $0.byteCount) }
    try plan.run(inputs: try inputs.map { try $0.buffer() }, outputs: outputs)
    return try zip(graph.outputTypes, outputs).map { try Value($0, reading: $1) }
}

func doubles(_ shape: Shape, _ numbers: [Double]) -> Value {
    Value(TensorType(.float64, shape), numbers)
}

func doubles(_ numbers: [Double]) -> Value { doubles([numbers.count], numbers) }

func integers(_ dtype: DType, _ numbers: [Int64]) -> Value {
    Value(TensorType(dtype, [numbers.count]), .integers(numbers))
}

func mask(_ numbers: [Int64]) -> Value { integers(.bool, numbers) }

/// Elements that are equal, or both NaN.
func agree(_ left: [Double], _ right: [Double]) -> Bool {
    left.count == right.count
        && zip(left, right).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
}

/// Elements that differ by rounding at most.
func near(_ left: [Double], _ right: [Double], _ tolerance: Double = 1e-14) -> Bool {
    left.count == right.count
        && zip(left, right).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
}
