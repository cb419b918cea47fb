import KalsaeBackend
import KalsaeLowering

/// Finds tasks behind each other that are so small that one group of work items does them as fast as several
/// would: they become one launch.
struct TaskSequences {
    private let info: DeviceInfo
    private let locations: [Location]

    /// Groups of one launch at most; kernels of a sequence, which compilers take as one function.
    private static let (mostGroups, mostKernels) = (4, 32)

    /// - Parameter locations: where each storage lies.
    init(_ info: DeviceInfo, locations: [Location]) {
        (self.info, self.locations) = (info, locations)
    }

    /// The tasks with sequences in place of those that they are made of.
    func joined(_ tasks: [GPUPlanCode.Task]) -> [GPUPlanCode.Task] {
        var result: [GPUPlanCode.Task] = []
        var (open, kernels): ([GPUPlanCode.Task], Int) = ([], 0)
        var memory: Set<String> = []
        func close() {
            result += open.count > 1 ? [sequence(open)] : open
            (open, kernels, memory) = ([], 0, [])
        }
        for task in tasks {
            guard let count = kernelCount(task) else {
                close()
                result.append(task)
                continue
            }
            let all = memory.union(self.memory(of: task))
            if kernels + count > Self.mostKernels || 8 * (all.count + 1) > info.argumentBytes {
                close()
            }
            open.append(task)
            kernels += count
            memory.formUnion(self.memory(of: task))
        }
        close()
        return result
    }

    /// How many kernels a small task has; nil for one that is not small.
    private func kernelCount(_ task: GPUPlanCode.Task) -> Int? {
        let members = task.parts.flatMap(\.members)
        let calls = members.first?.indices ?? 0..<0
        for call in calls {
            let groups = members.reduce(0) { $0 + $1[call].groupCount }
            guard groups <= Self.mostGroups else { return nil }
        }
        for call in members.joined() {
            guard SequenceKernel.takes(call.text), call.text.sharedBytes <= info.sharedBytes else {
                return nil
            }
        }
        return members.reduce(0) { $0 + $1.count }
    }

    /// The pieces of memory that a task's kernels are given.
    private func memory(of task: GPUPlanCode.Task) -> Set<String> {
        var result: Set<String> = []
        for call in task.parts.flatMap(\.members).joined() {
            for argument in call.arguments {
                switch argument {
                case .integer: break
                case .errors: result.insert("errors")
                case .workspace: result.insert("arena")
                case .donated(let input): result.insert("\(Location.input(input))")
                case .storage(let storage, _):
                    if case .slot = locations[storage] {
                        result.insert("arena")
                    } else {
                        result.insert("\(locations[storage])")
                    }
                }
            }
        }
        return result
    }

    private func sequence(_ tasks: [GPUPlanCode.Task]) -> GPUPlanCode.Task {
        GPUPlanCode.Task(
            parts: tasks.flatMap(\.parts),
            summary: InstructionSummary(
                name: "sequence(\(tasks.map(\.summary.name).joined(separator: "; ")))",
                detail: "\(tasks.count) tasks, one behind the other", engine: info.device,
                flops: tasks.reduce(0) { $0 + $1.summary.flops },
                bytes: tasks.reduce(0) { $0 + $1.summary.bytes }))
    }
}
