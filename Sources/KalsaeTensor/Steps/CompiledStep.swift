import Glibc
import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// A step that is traced once and then run as a plan: no tensor is made, no memory asked for.
///
/// The step gets the state (a model, its optimizer's numbers) to change and some inputs, and
/// returns results. The state is updated in place as long as nobody else holds it; a copy that
/// was taken with ``state`` stays what it was.
///
/// Tensors that the step uses without getting them are data as they were when it was traced. For
/// inputs of other shapes the step is traced again; that is said at the fourth, the eighth, the
/// sixteenth time. The plans of the last ``keptPlans`` shapes are kept.
public final class CompiledStep<State: TensorTree> {
    /// A step's body: changes the state, returns results.
    public typealias Body = (inout State, [Tensor]) throws -> [Tensor]

    private let body: Body
    private let device: Device
    private let structure: State
    let leaves: [(path: TensorPath, type: TensorType, isParameter: Bool)]
    var buffers: [Buffer]
    private(set) var traces: [StepTrace] = []
    let runner = StepRunner()
    private(set) var active = -1
    private var residents = ResidentInputs()
    /// How often a trace was selected.
    private var clock = 0
    /// How often a trace was made.
    package private(set) var traceCount = 0
    /// Whether a copy of the state or of results may be held by somebody.
    var isShared = true {
        didSet { if isShared { runner.clear() } }
    }

    /// Whether there is no state at the moment.
    var isReleased = false

    /// For how many shapes of the inputs plans are kept.
    public static var keptPlans: Int { 64 }

    /// For how many shapes of the inputs a plan is kept at the moment.
    package var planCount: Int { traces.count }

    /// Prepares a step from an initial state; nothing is traced before the first run.
    public init(_ state: State, body: @escaping Body) throws {
        self.body = body
        device = Device.current
        try state.evaluate()
        let all = state.tensors
        // The first values are those of the buffers: nothing else holds them.
        structure = state.skeleton
        leaves = all.map { ($0.path, $0.tensor.type, $0.tensor.node.isParameter) }
        let backend = device.plans.backend
        buffers = try all.map { try backend.resident($0.tensor.evaluatedBuffer()) }
    }

    /// The state now, as a value: later steps do not change the copy.
    public var state: State {
        isShared = true
        var index = 0
        return structure.mapTensors { path, _ in
            defer { index += 1 }
            let leaf = leaves[index]
            return Tensor(
                node: TensorNode(
                    buffers[index], leaf.type, label: path.name, isParameter: leaf.isParameter))
        }
    }

    /// Goes on from another state of the same structure.
    public func restore(_ state: State) throws {
        let new = state.tensors
        guard new.map(\.tensor.type) == leaves.map(\.type) else {
            throw KalsaeError(
                "restore", expected: "a state of \(leaves.count) tensors of the same types",
                got: "\(new.count) tensors, or other types")
        }
        try Tensor.evaluate(new.map(\.tensor))
        for (index, entry) in new.enumerated() {
            buffers[index] = try device.plans.backend.resident(entry.tensor.evaluatedBuffer())
        }
        (isShared, isReleased) = (true, false)
    }

    /// Runs the step and returns its results.
    public func callAsFunction(_ inputs: Tensor...) throws -> [Tensor] {
        try run(inputs)
        return results
    }

    /// The results of the last run; they stay as they are.
    public var results: [Tensor] {
        guard traces.indices.contains(active) else { return [] }
        isShared = true
        let trace = traces[active]
        return zip(trace.outputs.dropFirst(trace.changed.count), trace.resultTypes).map {
            Tensor($0, $1)
        }
    }

    /// A result of the last run that is one `float32`, without making a tensor.
    public func scalar(_ index: Int) -> Float {
        if let value = runner.scalar(index) { return value }
        guard traces.indices.contains(active) else { return .nan }
        let trace = traces[active]
        guard trace.resultTypes.indices.contains(index),
            trace.resultTypes[index] == TensorType(.float32, [])
        else { return .nan }
        let output = trace.outputs[trace.changed.count + index]
        return (try? output.withHostBytes { $0.load(as: Float.self) }) ?? .nan
    }

    /// Runs the step; the results are read with ``scalar(_:)`` or ``results``.
    public func run(_ inputs: [Tensor]) throws {
        do throws(KalsaeError) {
            if try runner.run(inputs) { return }
        } catch { throw traces[active].tableNames.naming(error) }
        try bind(inputs)
        do throws(KalsaeError) {
            guard try !runner.run(inputs) else { return }
        } catch { throw traces[active].tableNames.naming(error) }
        throw KalsaeError("compiled step", expected: "a plan that is bound", got: "none")
    }

    /// Takes over what the step runs on for these inputs.
    func bind(_ inputs: [Tensor]) throws {
        runner.clear()
        guard !isReleased else {
            throw KalsaeError(
                "compiled step", expected: "a state", got: "none", advice: "restore one first")
        }
        try selectTrace(inputs)
        if isShared { try unshare() }
        runner.bind(traces[active], inputs)
    }

    /// Makes the plan for inputs like these, and runs nothing.
    package func compile(_ inputs: [Tensor]) throws {
        runner.clear()
        try selectTrace(inputs)
    }

    /// The plan of the last run, to look at.
    public var plan: (any Plan)? { traces.indices.contains(active) ? traces[active].plan : nil }

    // MARK: - Tracing

    private func selectTrace(_ inputs: [Tensor]) throws {
        if active < 0 || !matches(traces[active], inputs) {
            active = try traces.firstIndex { matches($0, inputs) } ?? trace(inputs)
            clock += 1
            traces[active].lastUse = clock
        }
        for (index, input) in inputs.enumerated() {
            let buffer = try residents.buffer(
                for: input.evaluatedBuffer(), at: index, on: device.plans.backend)
            let position = leaves.count + index
            if traces[active].inputs[position] !== buffer {
                traces[active].inputs[position] = buffer
            }
        }
        for index in leaves.indices where traces[active].inputs[index] !== buffers[index] {
            traces[active].inputs[index] = buffers[index]
        }
        for (output, leaf) in traces[active].changed.enumerated()
        where traces[active].outputs[output] !== buffers[leaf] {
            traces[active].outputs[output] = buffers[leaf]
        }
    }

    private func matches(_ trace: StepTrace, _ inputs: [Tensor]) -> Bool {
        guard trace.inputTypes.count == inputs.count else { return false }
        for (type, input) in zip(trace.inputTypes, inputs) where type != input.type {
            return false
        }
        return true
    }

    /// What the body makes of placeholders for the state and inputs.
    struct Trace {
        var gathered: GatheredGraph
        /// The tensors of the state that the step changes.
        var changed: [Int]
        var results: [Tensor]
        /// What the body uses beside state and inputs.
        var captured: [Buffer]
    }

    func traced(_ inputs: [Tensor]) throws -> Trace {
        for input in inputs { if let fault = input.fault { throw fault } }
        let stateNodes = leaves.map { leaf in
            TensorNode(
                placeholder: leaf.type, label: leaf.path.name, isParameter: leaf.isParameter)
        }
        let inputNodes = inputs.map { TensorNode(placeholder: $0.type) }
        var state = structure.replacingTensors(stateNodes.map(Tensor.init(node:)))
        let results = try device.asCurrent {
            try body(&state, inputNodes.map(Tensor.init(node:)))
        }
        let after = state.tensors
        for tensor in after.map(\.tensor) + results { if let fault = tensor.fault { throw fault } }
        guard after.count == leaves.count else {
            throw KalsaeError(
                "compiled step", expected: "\(leaves.count) tensors of state after the step",
                got: "\(after.count)", advice: "create all state before the first step")
        }
        var changed: [Int] = []
        for (index, leaf) in leaves.enumerated() {
            let new = after[index].tensor
            guard new.type == leaf.type else {
                throw KalsaeError(
                    "compiled step: \(leaf.path)", expected: "\(leaf.type) after the step",
                    got: "\(new.type)")
            }
            if new.node !== stateNodes[index] { changed.append(index) }
        }
        let targets = changed.map { after[$0].tensor.node } + results.map(\.node)
        let gathered = try GatheredGraph(of: targets, placeholders: stateNodes + inputNodes)
        let captured = gathered.leaves.dropFirst(stateNodes.count + inputNodes.count)
        if let error = gathered.strayParameterError { throw error }
        return Trace(
            gathered: gathered, changed: changed, results: results,
            captured: captured.compactMap(\.buffer))
    }

    private func trace(_ inputs: [Tensor]) throws -> Int {
        let trace = try traced(inputs)
        let (gathered, changed, results) = (trace.gathered, trace.changed, trace.results)
        let donations: [Int?] = changed.map { $0 } + results.map { _ in nil }
        let options = PlanOptions(
            donations: donations, isRepeated: true,
            rewrittenInputs: try rewritten(inputs, trace.captured))
        let shared = try device.plans.plan(for: gathered.graph, options: options)
        let plan = SingleThreadedPlans.areInForce ? try shared.singleThreadedReplica() : shared
        let backend = device.plans.backend
        let resultBuffers = try results.map { try backend.makeBuffer(byteCount: $0.type.byteCount) }
        let inputBuffers = try inputs.map { try $0.evaluatedBuffer() }
        let captured = try trace.captured.map { try $0.isRewritten ? $0 : backend.resident($0) }
        if traces.count >= Self.keptPlans,
            let oldest = traces.indices.min(by: { traces[$0].lastUse < traces[$1].lastUse })
        {
            active = -1
            traces.remove(at: oldest)
        }
        traces.append(
            StepTrace(
                inputTypes: inputs.map(\.type), plan: plan,
                inputs: buffers + inputBuffers + captured,
                outputs: changed.map { buffers[$0] } + resultBuffers, changed: changed,
                resultTypes: results.map(\.type), tableNames: gathered.tableNames))
        traceCount += 1
        // A step that changes more than those before it may change what somebody else holds.
        let written = Set(traces.dropLast().flatMap(\.changed))
        if !written.isSuperset(of: changed) { isShared = true }
        if traceCount >= 4, traceCount & (traceCount - 1) == 0 { warnOfTraces() }
        return traces.count - 1
    }

    private func warnOfTraces() {
        let types = traces.suffix(2).map { "\($0.inputTypes.map(\.description))" }
        let last = types.joined(separator: " then ")
        Notice.say("a step was compiled \(traceCount) times; inputs \(last)")
    }

    // MARK: - Copy on write

    /// Leaves buffers that somebody else holds to them, and goes on with copies.
    private func unshare() throws {
        for index in traces.indices {
            traces[index].inputs.removeFirst(leaves.count)
            traces[index].outputs.removeFirst(traces[index].changed.count)
        }
        // The lists are whole again even where memory runs out.
        defer { rebind() }
        let written = Set(traces.flatMap(\.changed))
        for index in written where !isKnownUniquelyReferenced(&buffers[index]) {
            buffers[index] = try buffers[index].copied()
        }
        for index in traces.indices {
            for output in traces[index].outputs.indices
            where !isKnownUniquelyReferenced(&traces[index].outputs[output]) {
                let size = traces[index].outputs[output].byteCount
                traces[index].outputs[output] = try device.plans.backend.makeBuffer(byteCount: size)
            }
        }
        isShared = false
    }

    /// Puts the state's buffers back in front of every trace's own.
    private func rebind() {
        for index in traces.indices {
            traces[index].inputs.insert(contentsOf: buffers, at: 0)
            let changed = traces[index].changed.map { buffers[$0] }
            traces[index].outputs.insert(contentsOf: changed, at: 0)
        }
    }
}
