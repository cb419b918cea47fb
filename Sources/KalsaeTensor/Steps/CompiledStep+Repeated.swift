import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// Several runs of a step, one behind the other.
extension CompiledStep {
    /// What they gave.
    package struct Runs {
        /// For each run that ended well its results that are one `float32`, in order.
        package var scalars: [[Float]] = []
        /// What ended them early.
        package var error: (any Error)?
    }

    /// Runs the step several times on inputs that the program rewrites in between, and waits once where
    /// the device takes all of them together. Behind them ``scalar(_:)`` and ``results`` have no meaning.
    ///
    /// - Parameter prepare: called before each run with its number, to write the inputs.
    package func run(
        _ inputs: [Tensor], times: Int, prepare: (Int) throws(KalsaeError) -> Void
    ) throws -> Runs {
        if times > 1, let runs = try runTogether(inputs, times, prepare) { return runs }
        var runs = Runs()
        for number in 0..<times {
            do {
                try prepare(number)
                try run(inputs)
                runs.scalars.append(try scalarResults.map { try checkedScalar($0) })
            } catch {
                runs.error = error
                return runs
            }
        }
        return runs
    }

    /// All runs at once; nil where the device does not take them.
    private func runTogether(
        _ inputs: [Tensor], _ times: Int, _ prepare: (Int) throws(KalsaeError) -> Void
    ) throws -> Runs? {
        if !runner.isBound(to: inputs) { try bind(inputs) }
        guard let repeated = try runner.run(inputs, times: times, prepare: prepare) else {
            return nil
        }
        let (trace, positions) = (traces[active], scalarResults)
        return Runs(
            scalars: repeated.results.map { results in
                positions.map { position in
                    results[position].withUnsafeBytes { $0.loadUnaligned(as: Float.self) }
                }
            }, error: repeated.error.map { trace.tableNames.naming($0) })
    }

    /// Which results are one `float32`.
    private var scalarResults: [Int] {
        guard traces.indices.contains(active) else { return [] }
        return traces[active].resultTypes.indices.filter {
            traces[active].resultTypes[$0] == TensorType(.float32, [])
        }
    }

    /// The inputs of a trace's graph that the program rewrites.
    func rewritten(_ inputs: [Tensor], _ captured: [Buffer]) throws -> [Int] {
        let buffers = try inputs.map { try $0.evaluatedBuffer() } + captured
        return buffers.indices.filter { buffers[$0].isRewritten }.map { leaves.count + $0 }
    }
}
