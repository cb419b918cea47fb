import CKalsaeKernels
import Glibc
import KalsaeBackend
import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

/// Makes a plan from a graph that the passes are done with: lowers it, then makes the kernels.
struct CPUPlanBuilder {
    private let graph: Graph
    private let options: PlanOptions
    private let threads: Int

    init(_ graph: Graph, options: PlanOptions, threads: Int) {
        self.graph = graph
        self.options = options
        self.threads = threads
    }

    func build() throws(KalsaeError) -> CPUPlan {
        var lowered = try Lowering.lower(graph, donations: options.donations, for: CPULowering())
        var assembly = PlanAssembly()
        for (number, task) in lowered.tasks.enumerated() {
            let kernel = try kernel(task, lowered)
            let workspace = lowered.reserveWorkspace(
                byteCount: kernel.scratchBytes, task: number)
            assembly.add(
                kernel, task, lowered.storages, workspace: workspace,
                mayFail: lowered.faultPoints.isPoint[number])
        }
        for copy in lowered.memory.lateCopies {
            assembly.addCopy(
                copy.storage, input: copy.input,
                byteCount: lowered.storages[copy.storage].byteCount)
        }
        lowered.allocateArena()
        return try CPUPlan(CPUPlanCode(lowered, assembly, threads: threads))
    }

    private func kernel(
        _ task: PlannedTask, _ lowered: LoweredPlan
    ) throws(KalsaeError) -> Kernel {
        switch task.kind {
        case .loop(let loop):
            let locations = lowered.memory.locations
            return try loop.kernel(storages: lowered.storages, threads: threads) {
                locations[$0] == locations[$1]
            }
        case .op(let op):
            if let primitive = op.kernelPrimitive {
                return try Kernel.select(primitive, operands: op.operandTypes, result: op.type)
            }
            if case .copy = op.kind { return try Kernel.copy(op.operands[0], op.type.dtype) }
        case .epilogue(let op, let loop):
            return try Kernel.withEpilogue(op, loop, lowered.storages)
        case .convMaxPool(let op, let pooling):
            if let kernel = Kernel.convMaxPool(op, pooling) { return kernel }
        case .argmaxGradient(let gradient):
            if let kernel = Kernel.argmaxGradient(gradient) { return kernel }
        case .rows, .joint: break
        }
        throw KalsaeError("plan", expected: "a task that has a kernel", got: task.detail)
    }
}

/// The instructions of a plan while it is put together.
struct PlanAssembly {
    /// What a pointer of an instruction points at, before memory is allocated.
    enum Target {
        case storage(Int, byteOffset: Int)
        case slot(Int)
        case input(Int)
    }

    private(set) var kernels: [Kernel] = []
    private(set) var targets: [[Target]] = []
    private(set) var summaries: [InstructionSummary] = []
    /// Whether a run looks for an error behind each instruction.
    private(set) var mayFail: [Bool] = []

    mutating func add(
        _ kernel: Kernel, _ task: PlannedTask, _ storages: [Storage], workspace: Int?,
        mayFail: Bool
    ) {
        var pointers = task.arguments(storages).map {
            Target.storage($0.storage, byteOffset: $0.byteOffset)
        }
        if let workspace { pointers.append(.slot(workspace)) }
        append(
            kernel, pointers, detail: task.detail, bytes: task.bytes(storages), mayFail: mayFail)
    }

    /// Copies a result over a donated input, at the end.
    mutating func addCopy(_ storage: Int, input: Int, byteCount: Int) {
        let kernel = Kernel(name: "copy") { memcpy($0[1], $0[0], byteCount) }
        append(
            kernel, [.storage(storage, byteOffset: 0), .input(input)],
            detail: "to the donated input \(input)", bytes: 2 * Double(byteCount))
    }

    private mutating func append(
        _ kernel: Kernel, _ pointers: [Target], detail: String, bytes: Double,
        mayFail: Bool = false
    ) {
        // A library that fails is found at once too.
        self.mayFail.append(mayFail || kernel.callsLibrary)
        kernels.append(kernel)
        targets.append(pointers)
        summaries.append(
            InstructionSummary(
                name: kernel.name, detail: detail, engine: kernel.engine.instructions,
                flops: kernel.flops, bytes: bytes))
    }
}
