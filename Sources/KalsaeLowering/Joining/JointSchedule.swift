import KalsaeSupport

/// Orders tasks so that those that one kernel can do come together, and joins them: a small step is
/// bound by how many kernels it launches, and small tasks fill a device only together.
struct JointSchedule {
    private let tasks: [PlannedTask]
    private let kernels: [JointKernel?]
    private let graph: TaskGraph
    private let argumentBytes: Int

    /// Tasks are put into another order as far as what they write takes so many bytes, so that a large
    /// step needs no more memory than before; and so many tasks.
    private static let (windowBytes, windowTasks) = (64 << 20, 512)

    /// Joins tasks wherever the target can.
    ///
    /// - Parameter donations: output storage to the storage of the input that it overwrites.
    static func joined(
        _ tasks: [PlannedTask], _ storages: [Storage], donations: [Int: Int],
        for target: some LoweringTarget
    ) -> [PlannedTask] {
        let kernels = tasks.map { task in
            task.fallible == nil ? target.jointKernel(task, storages) : nil
        }
        let names = kernels.compactMap { $0?.name }
        guard Set(names).count < names.count else { return tasks }
        let schedule = JointSchedule(
            tasks: tasks, kernels: kernels,
            graph: TaskGraph(tasks, storages: storages.count, donations: donations),
            argumentBytes: target.argumentBytes)
        var joined: [PlannedTask] = []
        var (first, bytes) = (0, 0)
        for number in tasks.indices {
            bytes += tasks[number].writes.reduce(0) { $0 + storages[$1].byteCount }
            let isLast = number == tasks.count - 1
            if isLast || bytes > windowBytes || number - first >= windowTasks {
                joined += schedule.ordered(first..<(number + 1))
                (first, bytes) = (number + 1, 0)
            }
        }
        return joined
    }

    /// List scheduling: kernels of which all tasks are ready run first, in the old order; else the one
    /// with the task that most others wait for, with all of its tasks that are ready.
    private func ordered(_ window: Range<Int>) -> [PlannedTask] {
        var height: [Int: Int] = [:]
        var waiting: [Int: Int] = [:]
        var remaining: [String: Int] = [:]
        for number in window.reversed() {
            let next = graph.followers[number].filter(window.contains)
            height[number] = next.reduce(0) { max($0, 1 + (height[$1] ?? 0)) }
            waiting[number] = graph.predecessors[number].count(where: window.contains)
            remaining[name(number), default: 0] += 1
        }
        var ready: [String: [Int]] = [:]
        for number in window where waiting[number] == 0 {
            ready[name(number), default: []].append(number)
        }
        var result: [PlannedTask] = []
        while !ready.isEmpty {
            let complete = ready.filter { remaining[$0.key] == $0.value.count }
            let best =
                complete.min { ($0.value.min() ?? 0) < ($1.value.min() ?? 0) }
                ?? ready.min { rank($0.value, height) < rank($1.value, height) }
            guard let best else { break }
            ready[best.key] = nil
            remaining[best.key, default: 0] -= best.value.count
            let numbers = best.value.sorted()
            result += launches(numbers)
            for next in numbers.flatMap({ graph.followers[$0] }) where window.contains(next) {
                waiting[next, default: 0] -= 1
                if waiting[next] == 0 { ready[name(next), default: []].append(next) }
            }
        }
        // A circle would lose tasks.
        let count = result.reduce(0) { $0 + max($1.joined.count, 1) }
        return count == window.count ? result : Array(tasks[window])
    }

    /// The task with the longest path behind it comes first, then the one that was.
    private func rank(_ numbers: [Int], _ height: [Int: Int]) -> (Int, Int) {
        (-(numbers.compactMap { height[$0] }.max() ?? 0), numbers.min() ?? 0)
    }

    private func name(_ number: Int) -> String { kernels[number]?.name ?? "task \(number)" }

    /// Tasks of one kernel as one or, where their arguments are too many, as a few.
    private func launches(_ numbers: [Int]) -> [PlannedTask] {
        var result: [PlannedTask] = []
        var (members, shared, bytes, workspace): ([PlannedTask], Set<Int>, Int, Int) = (
            [], [], 0, 0
        )
        func close() {
            if members.count > 1 {
                var reads: [View] = []
                for view in members.flatMap(\.reads) where !reads.contains(view) {
                    reads.append(view)
                }
                result.append(
                    PlannedTask(
                        kind: .joint(members), reads: reads, writes: members.flatMap(\.writes)))
            } else {
                result += members
            }
        }
        for number in numbers {
            let own = (kernels[number]?.ownBytes ?? 0) + 4
            let all = shared.union(kernels[number]?.storages ?? [])
            let needed = kernels[number]?.workspaceBytes ?? 0
            if !members.isEmpty,
                8 * all.count + bytes + own > argumentBytes
                    || workspace + needed > Self.windowBytes
            {
                close()
                (members, shared, bytes, workspace) = ([], [], 0, 0)
            }
            members.append(tasks[number])
            shared.formUnion(kernels[number]?.storages ?? [])
            bytes += own
            workspace += needed
        }
        close()
        return result
    }
}

extension PlannedTask {
    /// The tasks of a joint one.
    fileprivate var joined: [PlannedTask] {
        if case .joint(let members) = kind { return members }
        return []
    }
}
