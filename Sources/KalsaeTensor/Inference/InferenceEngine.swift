import Glibc
import KalsaeBackend
import KalsaeGraph
import KalsaeSupport
import Synchronization

/// Runs a function of weights and one input from any thread, each on memory of its own.
///
/// A caller takes a slot that is free. A slot keeps a replica of the plan of each of the last types
/// of input, with its buffers: what was run before in it asks for no memory. Apart from the generic
/// model, so that the code is made for its types.
package final class InferenceEngine: Sendable {
    /// The output for weights and an input.
    package typealias Body = @Sendable ([Tensor], Tensor) throws -> Tensor

    private struct Leaf {
        var path: TensorPath
        var type: TensorType
        var isParameter: Bool

        var node: TensorNode {
            TensorNode(placeholder: type, label: path.name, isParameter: isParameter)
        }
    }

    private final class Slot: Sendable {
        /// The latest first.
        let runs = Mutex<[InferenceRun]>([])
    }

    private enum Attempt { case done, unknown, elsewhere }

    /// How many types of input a slot is ready for.
    package let limit: Int
    private let body: Body
    private let device: Device
    private let leaves: [Leaf]
    private let slots: [Slot]
    private let weights: Mutex<InferenceWeights>
    /// The number of the weights in force, to be looked at without a lock.
    private let version = Atomic<Int>(0)
    /// The latest first.
    private let traces = Mutex<[InferenceTrace]>([])

    /// Prepares a function; nothing is traced before the first run.
    ///
    /// - Parameter limit: how many types of input are kept ready.
    package init<Tree: TensorTree>(
        _ tree: Tree, keeping limit: Int, body: @escaping Body
    ) throws {
        try tree.evaluate()
        let all = tree.tensors
        self.limit = max(limit, 1)
        self.body = body
        device = Device.current
        leaves = all.map {
            Leaf(path: $0.path, type: $0.tensor.type, isParameter: $0.tensor.node.isParameter)
        }
        let backend = device.plans.backend
        let buffers = try all.map { try backend.resident($0.tensor.evaluatedBuffer()) }
        weights = Mutex(InferenceWeights(buffers: buffers, version: 0))
        // More than cores, as a caller may lose its core in the middle of a run.
        slots = (0..<min(2 * ComputeThread.threadCount + 2, 64)).map { _ in Slot() }
    }

    private var backend: any Backend { device.plans.backend }

    /// Goes on with other weights of the same structure: runs that began before end with the old.
    package func update<Tree: TensorTree>(_ tree: Tree) throws {
        let new = tree.tensors
        guard new.map(\.tensor.type) == leaves.map(\.type) else {
            throw KalsaeError(
                "update", expected: "a model of \(leaves.count) tensors of the same types",
                got: "\(new.count) tensors, or other types")
        }
        try tree.evaluate()
        let buffers = try new.map { try backend.resident($0.tensor.evaluatedBuffer()) }
        weights.withLock { weights in
            weights = InferenceWeights(buffers: buffers, version: weights.version + 1)
            version.store(weights.version, ordering: .releasing)
        }
    }

    /// The types of input that are traced at the moment.
    package var traceCount: Int { traces.withLock { $0.count } }

    /// The type of the output for an input; compiles nothing.
    package func outputType(for input: TensorType) throws -> TensorType {
        try traced(leaves.map(\.node), TensorNode(placeholder: input)).type
    }

    /// The output for a tensor.
    package func run(_ input: Tensor) throws -> Tensor {
        let buffer = try input.evaluatedBuffer()
        let type = input.type
        var result: (buffer: Buffer, type: TensorType)?
        try perform(type) { run throws(KalsaeError) in
            let output = try self.backend.makeBuffer(byteCount: run.trace.output.byteCount)
            try run.run(buffer, into: output)
            result = (output, run.trace.output)
        }
        guard let result else { throw KalsaeError("inference", expected: "a run", got: "none") }
        return Tensor(result.buffer, result.type)
    }

    /// The output for bytes of an input of a type, written to memory of `byteCount` bytes.
    package func run(
        _ type: TensorType, _ source: UnsafeRawPointer, into target: UnsafeMutableRawPointer,
        byteCount: Int
    ) throws {
        try perform(type) { run throws(KalsaeError) in
            guard run.trace.output.byteCount == byteCount else {
                throw KalsaeError(
                    "inference", expected: "an output of \(byteCount) bytes",
                    got: "\(run.trace.output)", advice: "give one output for each row")
            }
            try run.run(source, into: target)
        }
    }

    // MARK: - Slots

    @inline(__always)
    private func perform(
        _ type: TensorType, _ body: (inout InferenceRun) throws(KalsaeError) -> Void
    ) throws {
        do throws(KalsaeError) {
            if try attempt(type, nil, body) == .done { return }
        } catch { throw try trace(for: type).tableNames.naming(error) }
        let trace = try trace(for: type)
        do throws(KalsaeError) {
            guard try attempt(type, trace, body) == .elsewhere else { return }
            // Nobody holds a slot while waiting for that thread.
            try ComputeThread.shared.sync { () throws(KalsaeError) in
                _ = try attempt(type, trace, body)
            }
        } catch { throw trace.tableNames.naming(error) }
    }

    /// Runs in a free slot, which is made ready with the trace if it is given.
    @inline(__always)
    private func attempt(
        _ type: TensorType, _ trace: InferenceTrace?,
        _ body: (inout InferenceRun) throws(KalsaeError) -> Void
    ) throws(KalsaeError) -> Attempt {
        if let trace, trace.usesComputeThread, !ComputeThread.shared.isCurrent {
            return .elsewhere
        }
        // Threads begin at positions of their own, so that they seldom meet.
        let first = Int(truncatingIfNeeded: (UInt(pthread_self()) &* 0x9e37_79b9_7f4a_7c15) >> 40)
        var isUnknown = false
        for offset in 0..<slots.count {
            let slot = slots[(first + offset) % slots.count]
            let attempt = try slot.runs.withLockIfAvailable { runs throws(KalsaeError) in
                try self.attempt(type, trace, &runs, body)
            }
            guard let attempt else { continue }
            // Another slot may be ready for this type: one more is only for callers that meet.
            guard attempt == .unknown else { return attempt }
            isUnknown = true
        }
        if isUnknown { return .unknown }
        return try slots[first % slots.count].runs.withLock { runs throws(KalsaeError) in
            try self.attempt(type, trace, &runs, body)
        }
    }

    @inline(__always)
    private func attempt(
        _ type: TensorType, _ trace: InferenceTrace?, _ runs: inout [InferenceRun],
        _ body: (inout InferenceRun) throws(KalsaeError) -> Void
    ) throws(KalsaeError) -> Attempt {
        if let index = runs.firstIndex(where: { $0.trace.input == type }) {
            if index > 0 { runs.insert(runs.remove(at: index), at: 0) }
        } else {
            guard let trace else { return .unknown }
            runs.insert(try InferenceRun(trace, weights.withLock { $0 }, on: backend), at: 0)
            if runs.count > limit { runs.removeLast() }
        }
        if runs[0].trace.usesComputeThread, !ComputeThread.shared.isCurrent { return .elsewhere }
        if runs[0].version != version.load(ordering: .acquiring) {
            runs[0].take(weights.withLock { $0 })
        }
        try body(&runs[0])
        return .done
    }

    // MARK: - Tracing

    private func traced(_ weights: [TensorNode], _ input: TensorNode) throws -> Tensor {
        let output = try device.asCurrent {
            try body(weights.map(Tensor.init(node:)), Tensor(node: input))
        }
        if let fault = output.fault { throw fault }
        return output
    }

    private func trace(for type: TensorType) throws -> InferenceTrace {
        let known = traces.withLock { traces -> InferenceTrace? in
            guard let index = traces.firstIndex(where: { $0.input == type }) else { return nil }
            traces.insert(traces.remove(at: index), at: 0)
            return traces[0]
        }
        if let known { return known }
        // No lock is held here: two callers may compile the same, and the first is kept.
        let nodes = leaves.map(\.node)
        let input = TensorNode(placeholder: type)
        let output = try traced(nodes, input)
        let gathered = try GatheredGraph(of: [output.node], placeholders: nodes + [input])
        if let error = gathered.strayParameterError { throw error }
        let captured = try gathered.leaves.dropFirst(nodes.count + 1).compactMap(\.buffer)
            .map { try $0.isRewritten ? $0 : backend.resident($0) }
        let new = try InferenceTrace(
            input: type, output: output.type, plan: try device.plans.plan(for: gathered.graph),
            captured: captured, tableNames: gathered.tableNames)
        return traces.withLock { traces in
            if let known = traces.first(where: { $0.input == type }) { return known }
            traces.insert(new, at: 0)
            if traces.count > limit { traces.removeLast() }
            return new
        }
    }
}

extension TensorTree {
    /// The same structure with tensors that have types and names but no values.
    package var skeleton: Self {
        mapTensors { path, tensor in
            Tensor(
                node: TensorNode(
                    placeholder: tensor.type, label: path.name,
                    isParameter: tensor.node.isParameter))
        }
    }
}
