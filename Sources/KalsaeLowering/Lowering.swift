import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// Turns a graph into tasks in the order in which they run, over storages whose memory is planned:
/// all of a plan but the code, for any backend.
///
/// Graph → ``LoweredGraph`` (movements become views) → ``Fusion`` (groups) → ``Schedule`` (order) →
/// ``PlannedTask``s (loops, ops, fused and joint ones) → ``MemoryPlan``.
package enum Lowering {
    /// Lowers a graph that the graph passes are done with.
    ///
    /// - Parameters:
    ///   - donations: for each output the input whose buffer it overwrites, as in `PlanOptions`.
    ///   - target: the backend that will run it.
    package static func lower(
        _ graph: Graph, donations: [Int?], for target: some LoweringTarget
    ) throws(KalsaeError) -> LoweredPlan {
        var lowered = try LoweredGraph(graph, for: target)
        func fused(_ lowered: LoweredGraph) -> Fusion {
            ProductRounding.fused(
                lowered, limits: target.loopLimits, readsHalves: target.readsHalves)
        }
        var fusion = fused(lowered)
        if target.rematerializes, LoweringPass.rematerialization.isEnabled,
            let changed = Rematerialization.applied(
                to: lowered, fusion, limits: target.loopLimits)
        {
            lowered = changed
            fusion = fused(lowered)
        }
        var storages = lowered.storages
        let donated = donatedStorages(lowered, donations)
        let schedule = Schedule(lowered, fusion, donations: donated)
        var tasks: [PlannedTask] = []
        for number in schedule.order {
            guard let group = fusion.groups[number] else { continue }
            if let task = try task(group, lowered, fusion, target.loopLimits) { tasks.append(task) }
        }
        if LoweringPass.convMaxPool.isEnabled {
            tasks = ConvMaxPoolFusion.fused(
                tasks, &storages, outputs: lowered.outputs, donations: donated, for: target)
        }
        if LoweringPass.epilogue.isEnabled {
            tasks = EpilogueFusion.fused(
                tasks, storages, outputs: lowered.outputs, donations: donated, for: target)
        }
        let overwriting = donated.filter { !schedule.refused.contains($0.key) }
        if JoiningPass.rows.isEnabled {
            tasks = RowFusion.fused(
                tasks, storages, outputs: lowered.outputs, donations: overwriting,
                for: target)
        }
        if JoiningPass.joint.isEnabled {
            tasks = JointSchedule.joined(tasks, storages, donations: overwriting, for: target)
        }
        let faultPoints = FaultPoints(tasks)
        let memory = MemoryPlan(
            tasks: tasks, storages: storages, outputs: lowered.outputs, donations: donations,
            refused: schedule.refused, faultPoints: faultPoints)
        return LoweredPlan(
            graph: graph, tasks: tasks, storages: storages, faultPoints: faultPoints,
            memory: memory)
    }

    /// For each output storage the storage of the input that it overwrites.
    private static func donatedStorages(
        _ lowered: LoweredGraph, _ donations: [Int?]
    ) -> [Int: Int] {
        var result: [Int: Int] = [:]
        guard !donations.isEmpty else { return result }
        var storageOf: [Int: Int] = [:]
        for (number, storage) in lowered.storages.enumerated() {
            if case .input(let input) = storage.kind { storageOf[input] = number }
        }
        for (output, input) in zip(lowered.outputs, donations) {
            guard let input, let storage = storageOf[input] else { continue }
            result[output] = storage
        }
        return result
    }

    /// What a group reads and writes; nil for one whose results nobody stores.
    private static func task(
        _ group: FusionGroup, _ lowered: LoweredGraph, _ fusion: Fusion, _ limits: LoopLimits
    ) throws(KalsaeError) -> PlannedTask? {
        let first = lowered.ops[group.ops[0]]
        let isCopy = group.ops.count == 1 && first.isTransposingCopy(axes: limits.axes)
        guard group.isLoop, !isCopy else {
            return PlannedTask(kind: .op(first), reads: first.operands, writes: [first.result])
        }
        var builder = LoopBuilder(group, lowered, fusion, limits)
        let loop = try builder.build()
        guard !loop.outputs.isEmpty else { return nil }
        var reads: [View] = []
        for op in group.ops {
            for operand in lowered.ops[op].operands where !reads.contains(operand) {
                if let producer = lowered.producers[operand.storage], group.ops.contains(producer) {
                    continue
                }
                reads.append(operand)
            }
        }
        return PlannedTask(kind: .loop(loop), reads: reads, writes: loop.outputs.map(\.storage))
    }
}

/// A graph lowered for a backend, which is left to make the code of each task.
package struct LoweredPlan {
    /// The graph.
    package let graph: Graph
    /// What runs, in order.
    package let tasks: [PlannedTask]
    /// What tasks read and write, by number.
    package let storages: [Storage]
    /// Behind which tasks a run looks for an error.
    package let faultPoints: FaultPoints
    /// Where each storage lies.
    package private(set) var memory: MemoryPlan
    /// The slot that all workspaces share, so that it stays in the caches.
    private var workspace: Int?

    init(
        graph: Graph, tasks: [PlannedTask], storages: [Storage], faultPoints: FaultPoints,
        memory: MemoryPlan
    ) {
        self.graph = graph
        self.tasks = tasks
        self.storages = storages
        self.faultPoints = faultPoints
        self.memory = memory
    }

    /// The slot of the workspace that a task's code asks for; nil where it asks for none.
    package mutating func reserveWorkspace(byteCount: Int, task: Int) -> Int? {
        guard byteCount > 0 else { return nil }
        if let workspace {
            memory.arena.extend(workspace, to: task, byteCount: byteCount)
        } else {
            workspace = memory.arena.add(byteCount: byteCount, first: task, last: task)
        }
        return workspace
    }

    /// Gives each slot of the arena its offset, once all workspaces are reserved.
    package mutating func allocateArena() { memory.arena.allocate() }
}
