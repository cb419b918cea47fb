import KalsaeGraph
import KalsaeSupport
import Synchronization

/// What can compute graphs: a device together with its kernels.
public protocol Backend: Sendable {
    /// The name in messages and settings, as in `cpu`.
    var name: String { get }

    /// Prepares a graph for running.
    ///
    /// - Parameters:
    ///   - graph: a graph that the verifier accepts.
    ///   - options: what the plan may assume.
    func compile(_ graph: Graph, options: PlanOptions) throws(KalsaeError) -> any Plan

    /// Allocates memory for results and state where its plans write them; on the host by default.
    func makeBuffer(byteCount: Int) throws(KalsaeError) -> Buffer

    /// The same bytes where its plans can overwrite them: the buffer itself, or a copy on the device.
    func resident(_ buffer: Buffer) throws(KalsaeError) -> Buffer

    /// How many bytes of host memory are left for buffers, behind giving up what plans do not need at the
    /// moment where fewer are left than wanted; nil where buffers lie elsewhere.
    func hostMemory(wanted byteCount: Int) -> Int?
}

extension Backend {
    /// Nil: nothing is known.
    public func hostMemory(wanted byteCount: Int) -> Int? { nil }

    /// Allocates host memory.
    public func makeBuffer(byteCount: Int) throws(KalsaeError) -> Buffer {
        try Buffer(byteCount: byteCount)
    }

    /// The buffer itself.
    public func resident(_ buffer: Buffer) throws(KalsaeError) -> Buffer { buffer }
}

/// What a plan may assume about its buffers.
public struct PlanOptions: Hashable, Sendable {
    /// For each output, the input whose buffer it is written to, or nil for a buffer of its own.
    ///
    /// Such an input is given up: its old value is gone after the run. Each input at most once.
    public var donations: [Int?]

    /// Whether the plan will run many times, as that of a training step, so that it is worth more time to
    /// compile it; `false` by default.
    public var isRepeated: Bool

    /// In what numbers products are computed; `float32` by default.
    public var precision: Precision

    /// The inputs that the program rewrites between runs, as row numbers; see ``RepeatingPlan``.
    public var rewrittenInputs: [Int]

    /// Makes options; an empty list means that nothing is donated.
    public init(
        donations: [Int?] = [], isRepeated: Bool = false, precision: Precision = .float32,
        rewrittenInputs: [Int] = []
    ) {
        self.donations = donations
        self.isRepeated = isRepeated
        self.precision = precision
        self.rewrittenInputs = rewrittenInputs
    }
}

/// A graph made ready for one backend: a flat list of instructions over buffers.
public protocol Plan: AnyObject, Sendable {
    /// The graph as the passes left it.
    var graph: Graph { get }

    /// What runs, in order.
    var instructions: [InstructionSummary] { get }

    /// Bytes of the arena that holds the intermediate values.
    var arenaByteCount: Int { get }

    /// Computes the outputs from the inputs.
    ///
    /// Inputs may lie on the host or where the backend is; a plan copies what it cannot read, each
    /// time anew. Outputs are of the backend's ``Backend/makeBuffer(byteCount:)``.
    /// Runs of one plan wait for each other. A donated output's buffer is the input's very object;
    /// all other output buffers are distinct from each other and from every input.
    /// - Throws: what only the data can show, as an index out of range.
    func run(inputs: [Buffer], outputs: [Buffer]) throws(KalsaeError)

    /// The same, for a caller that promises the very buffers of its last run under this number.
    ///
    /// - Parameter binding: of ``PlanBinding/next()``.
    func run(inputs: [Buffer], outputs: [Buffer], binding: Int) throws(KalsaeError)

    /// The same, telling on the way how far it is.
    ///
    /// - Parameter progress: called behind each instruction with the number of those that are done; on
    ///   the thread that computes.
    func run(
        inputs: [Buffer], outputs: [Buffer], binding: Int, progress: @escaping (Int) -> Void
    ) throws(KalsaeError)

    /// For each output, behind how many instructions it has its value.
    var readiness: [Int] { get }

    /// Takes the times of its instructions from the next run on, until nil is given.
    ///
    /// A plan without a recorder spends nothing on it.
    func record(into recorder: PlanRecorder?)

    /// The same instructions with memory of their own: both may run at the same time, this one on
    /// the thread that calls it unless ``usesComputeThread`` says otherwise.
    func replica() throws(KalsaeError) -> any Plan

    /// A replica that uses no thread but the one that calls it: for many small computations side by
    /// side.
    func singleThreadedReplica() throws(KalsaeError) -> any Plan

    /// Whether a run is handed to ``ComputeThread``, for which its caller then waits.
    var usesComputeThread: Bool { get }
}

extension Plan {
    /// Runs without using the promise.
    public func run(inputs: [Buffer], outputs: [Buffer], binding: Int) throws(KalsaeError) {
        try run(inputs: inputs, outputs: outputs)
    }

    /// Runs, and tells of the end.
    public func run(
        inputs: [Buffer], outputs: [Buffer], binding: Int, progress: @escaping (Int) -> Void
    ) throws(KalsaeError) {
        try run(inputs: inputs, outputs: outputs, binding: binding)
        progress(instructions.count)
    }

    /// All outputs at the end.
    public var readiness: [Int] { graph.outputs.map { _ in instructions.count } }

    /// Records nothing.
    public func record(into recorder: PlanRecorder?) {}

    /// The plan itself, whose runs wait for each other.
    public func replica() throws(KalsaeError) -> any Plan { self }

    /// A replica.
    public func singleThreadedReplica() throws(KalsaeError) -> any Plan { try replica() }

    /// Runs stay on the calling thread.
    public var usesComputeThread: Bool { false }
}

/// Numbers for lists of buffers, by which a plan knows that they are those of the last time.
public enum PlanBinding {
    private static let last = Atomic<Int>(0)

    /// A number that was not given before; above 0.
    public static func next() -> Int { last.add(1, ordering: .relaxed).newValue }
}

/// What is known of one instruction without running it.
public struct InstructionSummary: Sendable, Equatable {
    /// What it does, as in `matmul` or `loop(add, relu)`.
    public var name: String
    /// Sizes of operands and results, as in `100x784, 784x50 -> 100x50`.
    public var detail: String
    /// What runs it, as the backend calls it: on the CPU `avx512`, `amx`, `onednn`, …
    public var engine: String
    /// Floating-point operations of one run.
    public var flops: Double
    /// Bytes read and written by one run.
    public var bytes: Double

    /// Makes a summary.
    public init(
        name: String, detail: String = "", engine: String = "", flops: Double, bytes: Double
    ) {
        self.name = name
        self.detail = detail
        self.engine = engine
        self.flops = flops
        self.bytes = bytes
    }
}

/// Whether the plans of steps use no thread but the one that runs them.
package enum SingleThreadedPlans {
    /// Whether it is so for steps that are traced now.
    @TaskLocal package static var areInForce = false
}
