import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// One trace of a step: its plan and the buffers that it runs on.
final class StepTrace {
    let inputTypes: [TensorType]
    let plan: any Plan
    /// State, then inputs, then what the body captured.
    var inputs: [Buffer]
    /// The state tensors that the step changes, then the results.
    var outputs: [Buffer]
    let changed: [Int]
    let resultTypes: [TensorType]
    /// The names of embedding tables, for messages.
    let tableNames: EmbeddingTableNames
    /// When it was last selected.
    var lastUse = 0

    init(
        inputTypes: [TensorType], plan: any Plan, inputs: [Buffer], outputs: [Buffer],
        changed: [Int], resultTypes: [TensorType], tableNames: EmbeddingTableNames
    ) {
        self.inputTypes = inputTypes
        self.plan = plan
        self.inputs = inputs
        self.outputs = outputs
        self.changed = changed
        self.resultTypes = resultTypes
        self.tableNames = tableNames
    }
}

/// Runs a plan again on what it ran on before, as nearly every step of a training does.
///
/// Apart from the generic step, so that the code is made for its types.
final class StepRunner {
    private var plan: (any Plan)?
    private var nodes: [TensorNode] = []
    private var inputs: [Buffer] = []
    private var outputs: [Buffer] = []
    private var binding = 0
    private var scalars: [UnsafePointer<Float>?] = []

    /// Lets go of everything, before the buffers change or are counted.
    func clear() {
        plan = nil
        nodes = []
        inputs = []
        outputs = []
    }

    /// Takes over what a trace runs on for these inputs.
    func bind(_ trace: StepTrace, _ tensors: [Tensor]) {
        plan = trace.plan
        nodes = tensors.map(\.node)
        inputs = trace.inputs
        outputs = trace.outputs
        binding = PlanBinding.next()
        scalars = trace.resultTypes.enumerated().map { index, type in
            guard type == TensorType(.float32, []) else { return nil }
            let memory = try? trace.outputs[trace.changed.count + index].hostPointer()
            return memory.map { UnsafePointer($0.assumingMemoryBound(to: Float.self)) }
        }
    }

    /// Whether it is bound to these inputs.
    func isBound(to tensors: [Tensor]) -> Bool {
        guard plan != nil, tensors.count == nodes.count else { return false }
        for index in tensors.indices where tensors[index].node !== nodes[index] { return false }
        return true
    }

    /// Runs the plan several times, where it takes that together.
    func run(
        _ tensors: [Tensor], times: Int, prepare: (Int) throws(KalsaeError) -> Void
    ) throws(KalsaeError) -> RepeatedRuns? {
        guard let plan = plan as? any RepeatingPlan, isBound(to: tensors) else { return nil }
        return try plan.run(
            times: times, inputs: inputs, outputs: outputs, binding: binding, prepare: prepare)
    }

    /// Runs the plan, or returns false where the inputs are not those that it is bound to.
    func run(_ tensors: [Tensor]) throws(KalsaeError) -> Bool {
        guard let plan, isBound(to: tensors) else { return false }
        try plan.run(inputs: inputs, outputs: outputs, binding: binding)
        return true
    }

    /// The same, telling on the way how many instructions are done.
    func run(_ tensors: [Tensor], progress: @escaping (Int) -> Void) throws(KalsaeError) -> Bool {
        guard let plan, isBound(to: tensors) else { return false }
        try plan.run(inputs: inputs, outputs: outputs, binding: binding, progress: progress)
        return true
    }

    /// A result that is one `float32` on the host, while something is bound.
    func scalar(_ index: Int) -> Float? {
        guard plan != nil, scalars.indices.contains(index) else { return nil }
        return scalars[index]?.pointee
    }
}
