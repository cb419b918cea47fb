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
    private let donations: [Int: Int]
    private var readers: [Int: [Int]] = [:]
    private var groups: [JoinedRows] = []
    /// The group that each task belongs to, if any; and the last task that is part of one.
    private var groupOf: [Int?]
    private var lastMember = 0
    /// The search in which each task was seen last.
    private var seenIn: [Int]
    private var searches = 0

    /// Tasks that become one, and what each of them does there.
    private struct JoinedRows {
        let space: RowSpace
        var members: [Int]
        var stages: [PlannedTask]
    }

    /// Loops of a task at most; steps of a search, which gives up behind them.
    private static let (mostStages, mostSteps) = (12, 4096)

    /// Joins them wherever the target can.
    ///
    /// - Parameter donations: output storage to the storage of the input that it overwrites.
    static func fused(
        _ tasks: [PlannedTask], _ storages: [Storage], outputs: [Int], donations: [Int: Int],
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
            tasks, TaskGraph(tasks, storages: storages.count, donations: donations), Set(outputs),
            donations)
        for (number, seed) in seeds.enumerated() {
            guard let seed else { continue }
            fusion.join(from: number, seed.space, seed.extent) { task in
                target.canLaunch(task, storages)
            }
        }
        return fusion.groups.isEmpty ? tasks : fusion.ordered()
    }

    private init(
        _ tasks: [PlannedTask], _ graph: TaskGraph, _ outputs: Set<Int>, _ donations: [Int: Int]
    ) {
        (self.tasks, self.graph, self.outputs) = (tasks, graph, outputs)
        self.donations = donations
        groupOf = [Int?](repeating: nil, count: tasks.count)
        seenIn = [Int](repeating: 0, count: tasks.count)
        for (number, task) in tasks.enumerated() {
            for storage in Set(task.reads.map(\.storage)) {
                readers[storage, default: []].append(number)
            }
        }
    }

    /// Joins a reduction with what reads its results, what reads theirs, and so on.
    private mutating func join(
        from seed: Int, _ space: RowSpace, _ extent: Extent,
        canLaunch: (PlannedTask) -> Bool
    ) {
        guard groupOf[seed] == nil, let first = seedStage(seed, space) else { return }
        var group = JoinedRows(space: space, members: [seed], stages: [first])
        var next = 0
        while next < group.members.count {
            for number in graph.followers[group.members[next]] {
                guard group.stages.count < Self.mostStages, groupOf[number] == nil,
                    !group.members.contains(number), let stage = stage(number, space),
                    extent == .elements || stage.kind.loop.map(space.isPerRow) ?? false,
                    group.stages.allSatisfy({
                        space.fits(stage, behind: $0) && space.fits($0, behind: stage)
                            && !overwrites(stage, readBy: $0) && !overwrites($0, readBy: stage)
                    }),
                    !isReachedFromOutside(number, of: group.members)
                else { continue }
                group.members.append(number)
                group.stages.append(stage)
            }
            next += 1
        }
        let order = group.members.indices.sorted { group.members[$0] < group.members[$1] }
        group = JoinedRows(
            space: space, members: order.map { group.members[$0] },
            stages: order.map { group.stages[$0] })
        // Nobody of the others waits for the last one.
        while group.members.count > 1, !canLaunch(rows(group)) {
            group.members.removeLast()
            group.stages.removeLast()
        }
        guard group.members.count > 1 else { return }
        for member in group.members {
            groupOf[member] = groups.count
            lastMember = max(lastMember, member)
        }
        groups.append(group)
    }

    /// Whether a stage writes over an input that another one reads: together they would write elsewhere
    /// first.
    private func overwrites(_ stage: PlannedTask, readBy other: PlannedTask) -> Bool {
        stage.writes.contains { storage in
            guard let input = donations[storage] else { return false }
            return other.reads.contains { $0.storage == input }
        }
    }

    /// Whether a task waits for one outside that waits for one of a group: together they could not be one.
    private mutating func isReachedFromOutside(_ task: Int, of members: [Int]) -> Bool {
        func isInside(_ number: Int) -> Bool { number == task || members.contains(number) }
        // Edges lead to higher numbers, but for those of groups.
        let last = max(task, lastMember, members.max() ?? 0)
        searches += 1
        var steps = 0
        var stack = members.flatMap { graph.followers[$0] }.filter { !isInside($0) }
        while let number = stack.popLast() {
            guard number <= last, seenIn[number] != searches else { continue }
            seenIn[number] = searches
            steps += 1
            if steps > Self.mostSteps { return true }
            let together = groupOf[number].map { groups[$0].members } ?? [number]
            for next in together.flatMap({ graph.followers[$0] }) {
                if isInside(next) { return true }
                stack.append(next)
            }
        }
        return false
    }

    private func seedStage(_ number: Int, _ space: RowSpace) -> PlannedTask? {
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
        let order = TaskOrder(graph, owner).numbers
        // A circle would lose tasks.
        let remaining = owner.indices.count { owner[$0] == $0 }
        guard order.count == remaining else { return tasks }
        return order.map { number in
            groupOf[number].map { rows(groups[$0]) } ?? tasks[number]
        }
    }

    /// The stages as one task, which stores elements, and of numbers for each row those that others read.
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
