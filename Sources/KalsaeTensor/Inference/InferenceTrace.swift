import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// A function of weights and one input, compiled for one type of input.
final class InferenceTrace: Sendable {
    let input: TensorType
    let output: TensorType
    let plan: any Plan
    /// What the function uses without getting it.
    let captured: [Buffer]
    /// The names of embedding tables, for messages.
    let tableNames: EmbeddingTableNames
    /// Whether replicas of the plan run on the compute thread.
    let usesComputeThread: Bool

    init(
        input: TensorType, output: TensorType, plan: any Plan, captured: [Buffer],
        tableNames: EmbeddingTableNames
    ) throws(KalsaeError) {
        self.input = input
        self.output = output
        self.plan = plan
        self.captured = captured
        self.tableNames = tableNames
        usesComputeThread = try plan.replica().usesComputeThread
    }
}

/// The buffers of a function's weights, and how many there were before them.
struct InferenceWeights: Sendable {
    var buffers: [Buffer]
    var version: Int
}

/// A replica of a trace's plan with the buffers that it runs on, for one caller at a time.
struct InferenceRun: Sendable {
    let trace: InferenceTrace
    private let plan: any Plan
    /// The weights, the input, what is captured.
    private var inputs: [Buffer]
    private let output: [Buffer]
    private let inputIndex: Int
    private var binding = PlanBinding.next()
    private(set) var version: Int

    init(
        _ trace: InferenceTrace, _ weights: InferenceWeights, on backend: any Backend
    ) throws(KalsaeError) {
        self.trace = trace
        plan = try trace.plan.replica()
        version = weights.version
        inputIndex = weights.buffers.count
        let staged = try Buffer(byteCount: trace.input.byteCount, isRewritten: true)
        inputs = weights.buffers + [staged] + trace.captured
        output = [try backend.makeBuffer(byteCount: trace.output.byteCount)]
    }

    /// Goes on with other weights.
    mutating func take(_ weights: InferenceWeights) {
        inputs.replaceSubrange(0..<inputIndex, with: weights.buffers)
        version = weights.version
        binding = PlanBinding.next()
    }

    /// Runs on bytes that are copied in and out; both have the sizes of the trace's types.
    func run(
        _ source: UnsafeRawPointer, into target: UnsafeMutableRawPointer
    ) throws(KalsaeError) {
        try inputs[inputIndex].hostPointer().copyMemory(
            from: source, byteCount: trace.input.byteCount)
        try plan.run(inputs: inputs, outputs: output, binding: binding)
        try output[0].withHostBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            target.copyMemory(from: start, byteCount: trace.output.byteCount)
        }
    }

    /// Runs on a caller's own buffers.
    func run(_ input: Buffer, into output: Buffer) throws(KalsaeError) {
        var buffers = inputs
        buffers[inputIndex] = input
        try plan.run(inputs: buffers, outputs: [output])
    }
}
