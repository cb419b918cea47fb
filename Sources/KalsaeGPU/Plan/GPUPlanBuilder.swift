import KalsaeBackend
import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

/// Makes a plan from a graph that the passes are done with: lowers it, renders the kernels, compiles
/// those that are new, and sets where their arguments lie.
struct GPUPlanBuilder {
    private let graph: Graph
    private let options: PlanOptions
    private let pool: MemoryPool
    private let programs: ProgramCache

    /// Groups of a loop for each of the device's units.
    private static let groupsPerUnit = 32

    init(_ graph: Graph, options: PlanOptions, pool: MemoryPool, programs: ProgramCache) {
        self.graph = graph
        self.options = options
        self.pool = pool
        self.programs = programs
    }

    func build() throws(KalsaeError) -> GPUPlan {
        let code = try code()
        let compiled = try programs.programs(
            for: code.tasks.flatMap { $0.calls.map(\.source) })
        return try GPUPlan(code, programs: compiled, pool: pool)
    }

    /// The tasks with their kernels as text.
    func code() throws(KalsaeError) -> GPUPlanCode {
        var lowered = try Lowering.lower(graph, donations: options.donations, for: GPULowering())
        let info = pool.driver.info
        let hasFaults = lowered.faultPoints.last >= 0
        var context = KernelContext(
            mostGroups: max(info.computeUnits * Self.groupsPerUnit, 64),
            hasFloat64: info.hasFloat64)
        var tasks: [GPUPlanCode.Task] = []
        for (number, task) in lowered.tasks.enumerated() {
            context.task = number
            context.isFaultPoint = lowered.faultPoints.isPoint[number]
            context.isGuarded =
                hasFaults
                && task.writes.contains {
                    if case .input = lowered.memory.locations[$0] { return true }
                    return false
                }
            let made = try task.calls(lowered.storages, context)
            let workspace = lowered.reserveWorkspace(byteCount: made.workspaceBytes, task: number)
            tasks.append(
                GPUPlanCode.Task(
                    calls: made.calls, workspace: workspace, indexLimit: made.indexLimit,
                    summary: InstructionSummary(
                        name: task.name, detail: task.detail, engine: info.device,
                        flops: task.flops, bytes: task.bytes(lowered.storages))))
        }
        context.isGuarded = hasFaults
        for copy in lowered.memory.lateCopies {
            tasks.append(lateCopy(copy, lowered, context))
        }
        lowered.allocateArena()
        return try GPUPlanCode(lowered, tasks, pool: pool)
    }

    /// Copies a result over a donated input, at the end.
    private func lateCopy(
        _ copy: (storage: Int, input: Int), _ lowered: LoweredPlan, _ context: KernelContext
    ) -> GPUPlanCode.Task {
        let bytes = lowered.storages[copy.storage].byteCount
        var kernel = KernelBuilder(extent: bytes, isGuarded: context.isGuarded)
        let from = kernel.buffer("const u8", .storage(copy.storage, byteOffset: 0))
        let to = kernel.buffer("u8", .donated(copy.input))
        let size = kernel.integer(bytes)
        let call = kernel.call(
            groupCount: context.groups(for: bytes),
            body: kernel.grid(size, "\(to)[i] = \(from)[i];"))
        return GPUPlanCode.Task(
            calls: bytes > 0 ? [call] : [],
            summary: InstructionSummary(
                name: "copy", detail: "to the donated input \(copy.input)",
                engine: pool.driver.info.device, flops: 0, bytes: 2 * Double(bytes)))
    }
}
