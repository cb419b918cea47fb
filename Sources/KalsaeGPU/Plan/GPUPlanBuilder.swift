import KalsaeBackend
import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

/// Turns a graph that the passes are done with into tasks: lowers it, renders the kernels, and sets where
/// their arguments lie.
struct GPUPlanBuilder {
    private let graph: Graph
    private let options: PlanOptions
    private let info: DeviceInfo

    /// Groups of a loop for each of the device's units.
    private static let groupsPerUnit = 32

    init(_ graph: Graph, options: PlanOptions, info: DeviceInfo) {
        self.graph = graph
        self.options = options
        self.info = info
    }

    /// The tasks with their kernels as text.
    func code() throws(KalsaeError) -> GPUPlanCode {
        var lowered = try Lowering.lower(graph, donations: options.donations, for: GPULowering())
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
            try check(made, task)
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
        return GPUPlanCode(lowered, tasks)
    }

    /// Throws where a kernel takes more arguments than the device can give it.
    private func check(_ made: TaskCalls, _ task: PlannedTask) throws(KalsaeError) {
        let most = made.calls.map(\.argumentBytes).max() ?? 0
        guard most > info.argumentBytes else { return }
        throw KalsaeError(
            info.device, expected: "arguments of at most \(info.argumentBytes) bytes for a kernel",
            got: "\(most) for \(task.name)", advice: "set KALSAE_PASSES=-fusion")
    }

    /// Copies a result over a donated input, at the end.
    private func lateCopy(
        _ copy: (storage: Int, input: Int), _ lowered: LoweredPlan, _ context: KernelContext
    ) -> GPUPlanCode.Task {
        let bytes = lowered.storages[copy.storage].byteCount
        let dtype = lowered.storages[copy.storage].dtype
        let count = bytes / dtype.byteSize
        var kernel = KernelBuilder(extent: count, isGuarded: context.isGuarded)
        let from = kernel.buffer(
            "const \(dtype.cType)", .storage(copy.storage, byteOffset: 0))
        let to = kernel.buffer(dtype.cType, .donated(copy.input))
        let size = kernel.integer(count)
        let call = kernel.call(
            groupCount: context.groups(for: count),
            body: kernel.grid(size, "\(to)[i] = \(from)[i];"))
        return GPUPlanCode.Task(
            calls: bytes > 0 ? [call] : [],
            summary: InstructionSummary(
                name: "copy", detail: "to the donated input \(copy.input)",
                engine: info.device, flops: 0, bytes: 2 * Double(bytes)))
    }
}
