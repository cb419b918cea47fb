import KalsaeBackend
import KalsaeGraph
import KalsaeLowering

/// What a plan is made of: tasks with their launches, and the list of memory that arguments speak of:
/// arena, error words, literals, then inputs, then outputs.
struct GPUPlanCode {
    /// An instruction.
    struct Task {
        var calls: [KernelCall]
        var workspace: Int?
        /// What its indices have to stay below, where it has any.
        var indexLimit: Int?
        var summary: InstructionSummary
    }

    let graph: Graph
    let tasks: [Task]
    let arenaByteCount: Int
    let inputBytes: [Int]
    let outputBytes: [Int]
    /// Whether a run may end with an error of the data.
    let mayFail: Bool
    /// All literals, one behind the other.
    let literals: [UInt8]
    /// For each call of each task its arguments.
    private(set) var arguments: [[Launch.Argument]] = []

    static let (arena, errors, literalMemory, firstInput) = (0, 1, 2, 3)

    var memoryCount: Int { Self.firstInput + inputBytes.count + outputBytes.count }

    init(_ lowered: LoweredPlan, _ tasks: [Task]) {
        graph = lowered.graph
        self.tasks = tasks
        arenaByteCount = lowered.memory.arena.byteCount
        inputBytes = graph.inputs.map(\.byteCount)
        outputBytes = graph.outputTypes.map(\.byteCount)
        mayFail = lowered.faultPoints.last >= 0
        var bytes: [UInt8] = []
        var starts: [Int: Int] = [:]
        for (number, storage) in lowered.storages.enumerated() {
            guard case .literal(let literal) = storage.kind else { continue }
            starts[number] = bytes.count
            bytes += literal + [UInt8](repeating: 0, count: -literal.count & 127)
        }
        literals = bytes
        for task in tasks {
            for call in task.calls {
                var list: [Launch.Argument] = []
                for argument in call.arguments {
                    list += arguments(argument, call, task, lowered, starts)
                }
                arguments.append(list)
            }
        }
    }

    private func arguments(
        _ argument: KernelCall.Argument, _ call: KernelCall, _ task: Task, _ lowered: LoweredPlan,
        _ literals: [Int: Int]
    ) -> [Launch.Argument] {
        func pointer(_ memory: Int, _ offset: Int) -> [Launch.Argument] {
            [.memory(memory), .wide(offset)]
        }
        let slots = lowered.memory.arena.slots
        switch argument {
        case .integer(let value): return [call.isWide ? .wide(value) : .narrow(Int32(value))]
        case .errors: return pointer(Self.errors, 0)
        case .donated(let input): return pointer(Self.firstInput + input, 0)
        case .workspace(let offset):
            return pointer(Self.arena, (task.workspace.map { slots[$0].offset } ?? 0) + offset)
        case .storage(let storage, let offset):
            switch lowered.memory.locations[storage] {
            case .input(let input): return pointer(Self.firstInput + input, offset)
            case .output(let output):
                return pointer(Self.firstInput + inputBytes.count + output, offset)
            case .slot(let slot): return pointer(Self.arena, slots[slot].offset + offset)
            case .literal: return pointer(Self.literalMemory, (literals[storage] ?? 0) + offset)
            case .none: return pointer(Self.arena, 0)
            }
        }
    }
}
