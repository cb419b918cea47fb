import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

extension CompiledStep {
    /// Reads a `float32` result of the last run, without making a tensor.
    package func read(_ index: Int, into values: inout [Float]) throws(KalsaeError) {
        guard traces.indices.contains(active) else { return values.removeAll() }
        let trace = traces[active]
        guard trace.resultTypes.indices.contains(index), trace.resultTypes[index].dtype == .float32
        else {
            throw KalsaeError(
                "compiled step", expected: "a float32 result \(index)", got: "\(trace.resultTypes)")
        }
        let count = trace.resultTypes[index].shape.elementCount
        if values.count != count { values = [Float](repeating: 0, count: count) }
        try trace.outputs[trace.changed.count + index].withHostBytes { bytes in
            values.withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
        }
    }

    /// A result of the last run that is one `float32`; throws where a device could not compute it, which
    /// it may tell no earlier.
    package func checkedScalar(_ index: Int) throws(KalsaeError) -> Float {
        if let value = runner.scalar(index) { return value }
        guard traces.indices.contains(active) else { return .nan }
        let output = traces[active].outputs[traces[active].changed.count + index]
        return try output.withHostBytes { $0.load(as: Float.self) }
    }

    /// Runs the step, telling behind each instruction how many are done; see ``readiness``.
    package func run(_ inputs: [Tensor], progress: @escaping (Int) -> Void) throws {
        try bind(inputs)
        do throws(KalsaeError) {
            guard try !runner.run(inputs, progress: progress) else { return }
        } catch { throw traces[active].tableNames.naming(error) }
        throw KalsaeError("compiled step", expected: "a plan that is bound", got: "none")
    }

    /// For each result, behind how many instructions it has its value, for inputs like the last.
    package var readiness: [Int] {
        guard traces.indices.contains(active) else { return [] }
        return Array(traces[active].plan.readiness.dropFirst(traces[active].changed.count))
    }

    /// Calls `body` with the bytes of all results of the last run: where they are, or copies of a
    /// device's.
    package func withResults(
        _ body: ([UnsafeRawBufferPointer]) throws(KalsaeError) -> Void
    ) throws(KalsaeError) {
        guard traces.indices.contains(active) else { return try body([]) }
        let trace = traces[active]
        var (buffers, results) = ([Buffer](), [UnsafeRawBufferPointer]())
        for (output, type) in zip(trace.outputs.dropFirst(trace.changed.count), trace.resultTypes) {
            let buffer = try output.onHost()
            buffers.append(buffer)
            results.append(
                UnsafeRawBufferPointer(start: try buffer.hostPointer(), count: type.byteCount))
        }
        defer { withExtendedLifetime(buffers) {} }
        try body(results)
    }

    /// How many results the last run had.
    package var resultCount: Int {
        traces.indices.contains(active) ? traces[active].resultTypes.count : 0
    }

    /// Lets go of a state that runs do not change, so that whoever it is of may change it in place; the
    /// next run needs ``restore(_:)`` before it.
    package func releaseState() throws(KalsaeError) {
        runner.clear()
        let empty = try Buffer(byteCount: 0)
        for index in leaves.indices {
            buffers[index] = empty
            for trace in traces { trace.inputs[index] = empty }
        }
        isReleased = true
    }

    /// The graph of the next step on inputs alone: nothing runs.
    package func bareGraph(for inputs: [Tensor]) throws -> Graph {
        try traced(inputs).gathered.graph
    }

    /// The graph of the next step on inputs, with names and data: nothing runs.
    package func graph(for inputs: [Tensor]) throws -> StepGraph {
        let notes = TraceNotes()
        let trace = try notes.record { try traced(inputs) }
        let buffers = try inputs.map { try $0.evaluatedBuffer() }
        func numbered(_ name: String, _ count: Int) -> [String] {
            (0..<count).map { "\(name) \($0 + 1)" }
        }
        let names = leaves.map(\.path.name)
        isShared = true
        return StepGraph(
            graph: trace.gathered.graph,
            inputNames: names + numbered("input", buffers.count)
                + numbered("constant", trace.captured.count),
            outputNames: trace.changed.map { names[$0] } + numbered("result", trace.results.count),
            origins: trace.gathered.origins(notes),
            inputs: self.buffers + buffers + trace.captured)
    }
}
