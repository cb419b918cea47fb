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

    init(_ graph: Graph, options: PlanOptions, info: DeviceInfo) {
        self.graph = graph
        self.options = options
        self.info = info
    }

    /// The tasks with their kernels as text.
    func code() throws(KalsaeError) -> GPUPlanCode {
        var context = KernelContext(info, options.precision)
        var lowered = try Lowering.lower(
            graph, donations: options.donations, for: GPULowering(context, info))
        let hasFaults = lowered.faultPoints.last >= 0
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
            var made: [TaskCalls] = []
            for member in task.launched { made.append(try member.calls(lowered.storages, context)) }
            var (offsets, bytes): ([Int], Int) = ([], 0)
            for calls in made {
                offsets.append(bytes)
                bytes += (calls.workspaceBytes + 127) & ~127
            }
            let part = GPUPlanCode.Part(
                number: number, members: made.map(\.calls), workspaceOffsets: offsets,
                workspace: lowered.reserveWorkspace(byteCount: bytes, task: number),
                indexLimit: made.first?.indexLimit)
            tasks.append(
                GPUPlanCode.Task(
                    parts: [part],
                    summary: InstructionSummary(
                        name: task.name, detail: task.detail, engine: info.device,
                        flops: task.flops, bytes: task.bytes(lowered.storages))))
        }
        context.isGuarded = hasFaults
        for copy in lowered.memory.lateCopies {
            tasks.append(lateCopy(copy, lowered, context, number: tasks.count))
        }
        lowered.allocateArena()
        // No two plans share the kernel of a sequence.
        if options.isRepeated, JoiningPass.sequence.isEnabled {
            tasks = TaskSequences(info, locations: lowered.memory.locations).joined(tasks)
        }
        let code = GPUPlanCode(lowered, tasks, options, argumentBytes: info.argumentBytes)
        try check(code)
        return code
    }

    /// Throws where a kernel takes more arguments than the device can give it.
    private func check(_ code: GPUPlanCode) throws(KalsaeError) {
        for (task, launches) in zip(code.tasks, code.launches) {
            let most = launches.map(\.argumentBytes).max() ?? 0
            guard most > info.argumentBytes else { continue }
            throw KalsaeError(
                info.device,
                expected: "arguments of at most \(info.argumentBytes) bytes for a kernel",
                got: "\(most) for \(task.summary.name)", advice: "set KALSAE_PASSES=-fusion,-rows")
        }
    }

    /// Copies a result over a donated input, at the end.
    private func lateCopy(
        _ copy: (storage: Int, input: Int), _ lowered: LoweredPlan, _ context: KernelContext,
        number: Int
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
            parts: [GPUPlanCode.Part(number: number, members: [bytes > 0 ? [call] : []])],
            summary: InstructionSummary(
                name: "copy", detail: "to the donated input \(copy.input)",
                engine: info.device, flops: 0, bytes: 2 * Double(bytes)))
    }
}
