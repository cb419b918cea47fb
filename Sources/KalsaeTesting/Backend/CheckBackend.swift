import KalsaeBackend
import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import Testing

/// Compares a backend with the reference: every primitive with every type that it accepts, odd
/// shapes, special numbers, mixed graphs with donated inputs, and the errors that data can cause.
///
/// Records an issue for each case that differs, the first `limit` of them.
public func checkBackend(
    _ backend: any Backend, cases: [BackendCase] = BackendCase.all, limit: Int = 20,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let mismatches = backendMismatches(backend, cases: cases)
    for mismatch in mismatches.prefix(limit) {
        Issue.record("\(mismatch)", sourceLocation: sourceLocation)
    }
    if mismatches.count > limit {
        Issue.record(
            "\(backend.name): \(mismatches.count) cases differ", sourceLocation: sourceLocation)
    }
}

/// What a backend gets wrong, one line a case; empty where it agrees with the reference.
public func backendMismatches(
    _ backend: any Backend, cases: [BackendCase] = BackendCase.all
) -> [String] {
    cases.compactMap { $0.mismatch(backend) } + indexErrorMismatches(backend)
        + divisorErrorMismatches(backend)
}

/// A whole divisor of 0 must be thrown from the run, with its index, also beside threads and where
/// one divisor serves all, and the plan must still work afterwards.
private func divisorErrorMismatches(_ backend: any Backend) -> [String] {
    var found: [String] = []
    for dtype in [DType.int32, .int64, .uint8] {
        for operation in [BinaryOperation.divide, .remainder] {
            for (count, index) in [(1, 0), (5, 4), (200_000, 150_001)] {
                do {
                    try checkDivisor(backend, TensorType(dtype, [count]), operation, at: index)
                } catch {
                    found.append("\(operation) of \(dtype)[\(count)] by 0: \(error)")
                }
            }
        }
    }
    return found
}

private func checkDivisor(
    _ backend: any Backend, _ type: TensorType, _ operation: BinaryOperation, at index: Int
) throws(KalsaeError) {
    let count = type.shape.elementCount
    var graph = Graph()
    let (x, y) = (graph.addInput(type), graph.addInput(type))
    graph.outputs = [try graph.add(.binary(operation), [x, y])]
    let plan = try backend.compile(graph, options: PlanOptions())
    let output = try backend.makeBuffer(byteCount: type.byteCount)
    let left = try Value(type, .integers([Int64](repeating: 7, count: count))).buffer()
    var divisors = [Int64](repeating: 2, count: count)
    let good = try Value(type, .integers(divisors)).buffer()
    divisors[index] = 0
    divisors[count - 1] = 0
    let bad = try Value(type, .integers(divisors)).buffer()
    do {
        try plan.run(inputs: [left, bad], outputs: [output])
    } catch {
        guard error == operation.zeroDivisor(at: index) else { throw error }
        try plan.run(inputs: [left, good], outputs: [output])
        return
    }
    throw KalsaeError("run", expected: "an error that tells the element", got: "none")
}

/// An index out of range must be thrown from the run, and the plan must still work afterwards.
private func indexErrorMismatches(_ backend: any Backend) -> [String] {
    var found: [String] = []
    for index in [Int64(-1), 5, .max, .min] {
        for isScatter in [false, true] {
            let name = isScatter ? "scatterAdd" : "gather"
            do {
                try checkIndexError(backend, index, isScatter)
            } catch {
                found.append("\(name) with index \(index) of 5: \(error)")
            }
        }
    }
    return found
}

private func checkIndexError(
    _ backend: any Backend, _ index: Int64, _ isScatter: Bool
) throws(KalsaeError) {
    var graph = Graph()
    let values = TensorType(.float32, [5])
    let indexType = TensorType(.int64, [2])
    let updates = TensorType(.float32, [2])
    let x = graph.addInput(values)
    let indices = graph.addInput(indexType)
    let u = graph.addInput(updates)
    graph.outputs = [
        isScatter
            ? try graph.add(.scatterAdd(axis: 0), [x, indices, u])
            : try graph.add(.gather(axis: 0), [x, indices])
    ]
    let plan = try backend.compile(graph, options: PlanOptions())
    let output = try backend.makeBuffer(byteCount: 20)
    let fixed = [
        try Value(values, [1, 2, 3, 4, 5]).buffer(), try Value(updates, [1, 2]).buffer(),
    ]
    let bad = try Value(indexType, .integers([0, index])).buffer()
    let good = try Value(indexType, .integers([0, 4])).buffer()
    do {
        try plan.run(inputs: [fixed[0], bad, fixed[1]], outputs: [output])
    } catch {
        guard error.description.contains("indices from 0 to 4") else { throw error }
        try plan.run(inputs: [fixed[0], good, fixed[1]], outputs: [output])
        return
    }
    throw KalsaeError("run", expected: "an error that tells the range", got: "none")
}
