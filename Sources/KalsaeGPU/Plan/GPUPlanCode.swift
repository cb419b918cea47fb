import KalsaeBackend
import KalsaeGraph
import KalsaeLowering

/// What a plan is made of: tasks with their launches, and the list of memory that arguments speak of:
/// arena, error words, literals, then inputs, then outputs.
struct GPUPlanCode {
    /// What is done behind each other or at the same time by the launches of an instruction.
    struct Part {
        /// The number of the lowered task.
        var number: Int
        /// For each task that it does at the same time, the calls.
        var members: [[KernelCall]]
        /// Where each member's part of the workspace begins.
        var workspaceOffsets: [Int] = [0]
        var workspace: Int?
        /// What its indices have to stay below, where it has any.
        var indexLimit: Int?
    }

    /// An instruction: one part, or small ones that one kernel does one behind the other.
    struct Task {
        var parts: [Part]
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
    /// Inputs that the program rewrites between runs.
    let rewrittenInputs: [Int]
    /// Outputs that no input was donated for.
    let results: [Int]
    /// For each task its launches.
    private(set) var launches: [[KernelLaunch]] = []

    static let (arena, errors, literalMemory, firstInput) = (0, 1, 2, 3)

    var memoryCount: Int { Self.firstInput + inputBytes.count + outputBytes.count }

    /// The launch that can do several runs, where all of the plan is one.
    var repeatedLaunch: KernelLaunch? {
        guard launches.count == 1, let launch = launches[0].first, launch.runsArgument != nil else {
            return nil
        }
        return launch
    }

    /// Where in the list of memory an output is.
    func memory(ofOutput output: Int) -> Int { Self.firstInput + inputBytes.count + output }

    /// The bytes that each of several runs has of an input or output.
    static func stride(_ byteCount: Int) -> Int { (byteCount + 127) & ~127 }

    /// The memory that has a part for each of several runs, with the bytes of a part; none where the
    /// program rewrites nothing between them.
    private var strides: [Int: Int] {
        guard !rewrittenInputs.isEmpty else { return [:] }
        let inputs = rewrittenInputs.map {
            (Self.firstInput + $0, Self.stride(inputBytes[$0]))
        }
        let outputs = results.map { (memory(ofOutput: $0), Self.stride(outputBytes[$0])) }
        return Dictionary(inputs + outputs) { first, _ in first }
    }

    /// - Parameter argumentBytes: bytes of all arguments of a kernel at most.
    init(_ lowered: LoweredPlan, _ tasks: [Task], _ options: PlanOptions, argumentBytes: Int) {
        graph = lowered.graph
        self.tasks = tasks
        arenaByteCount = lowered.memory.arena.byteCount
        inputBytes = graph.inputs.map(\.byteCount)
        outputBytes = graph.outputTypes.map(\.byteCount)
        mayFail = lowered.faultPoints.last >= 0
        rewrittenInputs = options.rewrittenInputs
        results = outputBytes.indices.filter {
            !options.donations.indices.contains($0) || options.donations[$0] == nil
        }
        var bytes: [UInt8] = []
        var starts: [Int: Int] = [:]
        for (number, storage) in lowered.storages.enumerated() {
            guard case .literal(let literal) = storage.kind else { continue }
            starts[number] = bytes.count
            bytes += literal + [UInt8](repeating: 0, count: -literal.count & 127)
        }
        literals = bytes
        let strides = tasks.count == 1 ? self.strides : [:]
        for task in tasks {
            let members = task.parts.map { part in
                part.members.indices.map { number in
                    part.members[number].map { member($0, part, number, lowered, starts) }
                }
            }
            launches.append(
                task.parts.count > 1
                    ? [Self.sequence(task.parts, members, strides)]
                    : zip(task.parts, members).flatMap {
                        Self.launches($0, $1, argumentBytes: argumentBytes)
                    })
        }
    }

    private static func sequence(
        _ parts: [Part], _ members: [[[KernelLaunch.Member]]], _ strides: [Int: Int]
    ) -> KernelLaunch {
        var kernel = SequenceKernel(strides: strides)
        for (part, members) in zip(parts, members) {
            for (calls, members) in zip(part.members, members) {
                for (call, member) in zip(calls, members) { kernel.add(call.text, member) }
            }
        }
        return kernel.launch()
    }

    private static func launches(
        _ part: Part, _ members: [[KernelLaunch.Member]], argumentBytes: Int
    ) -> [KernelLaunch] {
        let texts = (part.members.first ?? []).map(\.text)
        return texts.indices.flatMap { call in
            launches(texts[call], members.map { $0[call] }, argumentBytes: argumentBytes)
        }
    }

    /// One launch of all members; where their arguments are too many, a few.
    private static func launches(
        _ text: KernelText, _ members: [KernelLaunch.Member], argumentBytes: Int
    ) -> [KernelLaunch] {
        guard members.count > 1 else { return members.map { KernelLaunch(text, $0) } }
        let launch = KernelLaunch(text, members)
        if launch.argumentBytes <= argumentBytes { return [launch] }
        let middle = members.count / 2
        return [members[..<middle], members[middle...]].flatMap {
            launches(text, Array($0), argumentBytes: argumentBytes)
        }
    }

    private func member(
        _ call: KernelCall, _ part: Part, _ number: Int, _ lowered: LoweredPlan,
        _ literals: [Int: Int]
    ) -> KernelLaunch.Member {
        let slots = lowered.memory.arena.slots
        let workspace =
            (part.workspace.map { slots[$0].offset } ?? 0) + part.workspaceOffsets[number]
        let arguments = call.arguments.flatMap { argument -> [Launch.Argument] in
            switch argument {
            case .integer(let value):
                return [call.text.isWide ? .wide(value) : .narrow(Int32(value))]
            case .errors: return [.memory(Self.errors), .wide(0)]
            case .donated(let input): return [.memory(Self.firstInput + input), .wide(0)]
            case .workspace(let offset): return [.memory(Self.arena), .wide(workspace + offset)]
            case .storage(let storage, let offset):
                let (memory, start) = location(storage, lowered, literals)
                return [.memory(memory), .wide(start + offset)]
            }
        }
        return KernelLaunch.Member(groupCount: call.groupCount, arguments: arguments)
    }

    /// The memory that a storage lies in, and where it begins there.
    private func location(
        _ storage: Int, _ lowered: LoweredPlan, _ literals: [Int: Int]
    ) -> (memory: Int, offset: Int) {
        switch lowered.memory.locations[storage] {
        case .input(let input): (Self.firstInput + input, 0)
        case .output(let output): (memory(ofOutput: output), 0)
        case .slot(let slot): (Self.arena, lowered.memory.arena.slots[slot].offset)
        case .literal: (Self.literalMemory, literals[storage] ?? 0)
        case .none: (Self.arena, 0)
        }
    }
}
