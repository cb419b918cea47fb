/// Joins reductions with the loops that read their results over the same elements, as those of a softmax
/// or of layer normalization: one task, in which a row stays with the work items that hold it.
package struct RowFusion {
    /// What can be joined with a reduction.
    package enum Extent {
        case nothing
        /// Loops over one number for each row.
        case numbers
        /// These, and loops over the elements of the rows.
        case elements
    }

    private let tasks: [PlannedTask]
    private let graph: TaskGraph
    private let outputs: Set<Int>
    private var readers: [Int: [Int]] = [:]
    private var groups: [JoinedRows] = []
    /// The group that each task belongs to, if any.
    private var groupOf: [Int?]

    /// Tasks that become one, and what each of them does there.
    private struct JoinedRows {
        let space: RowSpace
        var members: [Int]
        var stages: [PlannedTask]
    }

    /// Loops of a task, and tensors that it reads or writes, at most.
    private static let (mostStages, mostTensors) = (12, 40)

    /// Joins them wherever the target can.
    ///
    /// - Parameter donations: output storage to the storage of the input that it overwrites.
    static func fused(
        _ tasks: [PlannedTask], storages: Int, outputs: [Int], donations: [Int: Int],
        for target: some LoweringTarget
    ) -> [PlannedTask] {
        let seeds = tasks.map { task -> (space: RowSpace, extent: Extent)? in
            guard let loop = task.kind.loop, let space = RowSpace(loop), !loop.dividesIntegers
            else { return nil }
            let extent = target.fusion(of: space)
            guard extent != .nothing else { return nil }
            if case .epilogue = task.kind { return (space, .numbers) }
            return (space, extent)
        }
        guard seeds.contains(where: { $0 != nil }) else { return tasks }
        var fusion = RowFusion(
            tasks, TaskGraph(tasks, storages: storages, donations: donations), Set(outputs))
        for (number, seed) in seeds.enumerated() {
            if let seed { fusion.join(from: number, seed.space, seed.extent) }
        }
        return fusion.groups.isEmpty ? tasks : fusion.ordered()
    }

    private init(_ tasks: [PlannedTask], _ graph: TaskGraph, _ outputs: Set<Int>) {
        (self.tasks, self.graph, self.outputs) = (tasks, graph, outputs)
        groupOf = [Int?](repeating: nil, count: tasks.count)
        for (number, task) in tasks.enumerated() {
            for storage in Set(task.reads.map(\.storage)) {
                readers[storage, default: []].append(number)
            }
        }
    }

    /// Joins a reduction with what reads its results, what reads theirs, and so on.
    private mutating func join(from seed: Int, _ space: RowSpace, _ extent: Extent) {
        guard groupOf[seed] == nil, let first = first(seed, space) else { return }
        var group = JoinedRows(space: space, members: [seed], stages: [first])
        var next = 0
        while next < group.members.count {
            for number in graph.followers[group.members[next]] {
                guard group.stages.count < Self.mostStages, groupOf[number] == nil,
                    !group.members.contains(number), let stage = stage(number, space),
                    extent == .elements || stage.kind.loop.map(space.isPerRow) ?? false,
                    group.stages.allSatisfy({
                        space.fits(stage, behind: $0) && space.fits($0, behind: stage)
                    }),
                    Set((group.stages + [stage]).flatMap(\.storages)).count <= Self.mostTensors,
                    !isReachedFromOutside(number, of: group.members)
                else { continue }
                group.members.append(number)
                group.stages.append(stage)
            }
            next += 1
        }
        guard group.members.count > 1 else { return }
        let order = group.members.indices.sorted { group.members[$0] < group.members[$1] }
        group = JoinedRows(
            space: space, members: order.map { group.members[$0] },
            stages: order.map { group.stages[$0] })
        for member in group.members { groupOf[member] = groups.count }
        groups.append(group)
    }

    /// Whether a task waits for one outside that waits for one of a group: together they could not be one.
    private func isReachedFromOutside(_ task: Int, of members: [Int]) -> Bool {
        let inside = Set(members + [task])
        // Edges lead to higher numbers, but for those of groups.
        let last = max(task, groups.lazy.flatMap(\.members).max() ?? 0, members.max() ?? 0)
        var seen: Set<Int> = []
        var stack = members.flatMap { graph.followers[$0] }.filter { !inside.contains($0) }
        while let number = stack.popLast() {
            guard number <= last, seen.insert(number).inserted else { continue }
            let together = groupOf[number].map { groups[$0].members } ?? [number]
            for next in together.lazy.flatMap({ graph.followers[$0] }) {
                if inside.contains(next) { return true }
                stack.append(next)
            }
        }
        return false
    }

    private func first(_ number: Int, _ space: RowSpace) -> PlannedTask? {
        if case .epilogue = tasks[number].kind { return tasks[number] }
        return stage(number, space)
    }

    private func stage(_ number: Int, _ space: RowSpace) -> PlannedTask? {
        var task = tasks[number]
        guard case .loop(let loop) = task.kind, let stage = space.stage(loop) else { return nil }
        task.kind = .loop(stage)
        return task
    }

    /// All tasks with the joined ones as one each, in an order in which they can run.
    private func ordered() -> [PlannedTask] {
        let owner = tasks.indices.map { number in
            groupOf[number].map { groups[$0].members[0] } ?? number
        }
        return TaskOrder(graph, owner).numbers.map { number in
            groupOf[number].map { rows(groups[$0]) } ?? tasks[number]
        }
    }

    /// The stages as one task, which stores only what others read.
    private func rows(_ group: JoinedRows) -> PlannedTask {
        let (stages, members) = (group.stages, Set(group.members))
        let written = Set(stages.flatMap(\.writes))
        var reads: [View] = []
        for view in stages.flatMap(\.reads)
        where !written.contains(view.storage) && !reads.contains(view) { reads.append(view) }
        var kept: [Int] = []
        for stage in stages {
            guard let loop = stage.kind.loop else { continue }
            for output in loop.outputs {
                let isInRegisters = !output.isElementwise || loop.sizes.count <= 1
                let others = (readers[output.storage] ?? []).contains { !members.contains($0) }
                if !isInRegisters || others || outputs.contains(output.storage) {
                    kept.append(output.storage)
                }
            }
        }
        return PlannedTask(kind: .rows(group.space, stages), reads: reads, writes: kept)
    }
}

extension PlannedTask {
    fileprivate var storages: [Int] { reads.map(\.storage) + writes }
}

extension RowSpace {
    /// Whether a stage reads what another one writes only where the same work items wrote it: one number
    /// for each row, or element by element.
    fileprivate func fits(_ stage: PlannedTask, behind other: PlannedTask) -> Bool {
        guard let loop = stage.kind.loop, let made = other.kind.loop else { return false }
        return made.outputs.allSatisfy { output in
            let isPerRow = isPerRow(made) || !output.isElementwise
            return loop.loads.allSatisfy { load, _ in
                load.storage != output.storage
                    || load.offset == 0 && reads(load, of: loop, isPerRow: isPerRow)
            }
        }
    }

    /// Whether a loop's load reads, for each row or element, what belongs to it.
    fileprivate func reads(_ load: LoopPlan.Load, of loop: LoopPlan, isPerRow: Bool) -> Bool {
        func matches(_ strides: [Int], _ expected: [Int]) -> Bool {
            zip(zip(strides, expected), loop.sizes).allSatisfy { $1 == 1 || $0.0 == $0.1 }
        }
        if self.isPerRow(loop) { return isPerRow && matches(load.strides, [1]) }
        let dense = [loop.sizes[1], 1]
        return matches(load.strides, isPerRow ? rowStrides : dense)
    }
}
