import KalsaeBackend

/// Finds tasks behind each other that are so small that one group of work items does them as fast as several
/// would: they become one launch.
struct TaskSequences {
    private let info: DeviceInfo

    /// Groups of one launch at most; kernels of a sequence, which compilers take as one function.
    private static let (mostGroups, mostKernels) = (4, 32)

    init(_ info: DeviceInfo) { self.info = info }

    /// The tasks with sequences in place of those that they are made of.
    func joined(_ tasks: [GPUPlanCode.Task]) -> [GPUPlanCode.Task] {
        var result: [GPUPlanCode.Task] = []
        var (open, kernels): ([GPUPlanCode.Task], Int) = ([], 0)
        func close() {
            result += kernels > 1 ? [sequence(open)] : open
            (open, kernels) = ([], 0)
        }
        for task in tasks {
            guard let count = kernelCount(task) else {
                close()
                result.append(task)
                continue
            }
            if kernels + count > Self.mostKernels { close() }
            open.append(task)
            kernels += count
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
            let shared = call.text.shared.reduce(0) { $0 + ($1.byteCount + 127) & ~127 }
            guard SequenceKernel.takes(call.text), shared <= info.sharedBytes else { return nil }
        }
        return members.reduce(0) { $0 + $1.count }
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
