import CKalsaeKernels
import CKalsaeOneDNN
import Glibc
import KalsaeBackend
import KalsaeGraph
import KalsaeSupport
import Synchronization

/// A flat list of instructions, each with its own pointers, over inputs, outputs and one arena.
public final class CPUPlan: Plan {
    /// The graph as the passes left it.
    public let graph: Graph
    /// What runs, in order.
    public let instructions: [InstructionSummary]
    /// Bytes of the arena that holds the intermediate values.
    public let arenaByteCount: Int

    private typealias Pointers = UnsafeMutablePointer<UnsafeMutableRawPointer>

    private struct Instruction {
        var body: @Sendable (UnsafePointer<UnsafeMutableRawPointer>) -> Void
        var pointers: UnsafePointer<UnsafeMutableRawPointer>
    }

    /// A place in the pointer table that follows a buffer.
    private struct Patch {
        var place: Int
        var byteOffset: Int
    }

    private struct State {
        var inputs: [UnsafeMutableRawPointer?]
        var outputs: [UnsafeMutableRawPointer?]
        /// The number under which these were given; 0 for none.
        var binding = 0
        /// Who wants the times of the instructions, if anybody does.
        var recorder: PlanRecorder?
    }

    private let arena: Buffer
    private let literals: [Buffer]
    private nonisolated(unsafe) let table: Pointers
    private nonisolated(unsafe) let list: [Instruction]
    private let inputPatches: [[Patch]]
    private let outputPatches: [[Patch]]
    private let inputBytes: [Int]
    private let outputBytes: [Int]
    private let threads: Int
    private let usesThreads: Bool
    /// Whether loops run on the library's pool of threads, which would fight with another.
    private let sharesPool: Bool
    private let state: Mutex<State>
    /// Whether the times are told on standard error.
    private let tellsTimes: Bool

    init(
        graph: Graph, assembly: PlanAssembly, memory: MemoryPlan, threads: Int
    ) throws(KalsaeError) {
        self.graph = graph
        self.threads = threads
        instructions = assembly.summaries
        tellsTimes = PlanProfile.isWanted
        sharesPool = kls_openmp_spins() && assembly.kernels.contains { $0.callsLibrary }
        usesThreads = threads > 1 && assembly.kernels.contains { $0.usesThreads }
        arenaByteCount = memory.arena.byteCount
        arena = try Buffer(byteCount: memory.arena.byteCount)
        var literals: [Int: Buffer] = [:]
        for (number, storage) in assembly.storages.enumerated() {
            guard case .literal(let bytes) = storage.kind else { continue }
            let buffer = try Buffer(byteCount: bytes.count)
            UnsafeMutableRawBufferPointer(start: buffer.pointer, count: bytes.count)
                .copyBytes(from: bytes)
            literals[number] = buffer
        }
        self.literals = Array(literals.values)
        inputBytes = graph.inputs.map(\.byteCount)
        outputBytes = graph.outputTypes.map(\.byteCount)
        let count = assembly.targets.reduce(0) { $0 + $1.count }
        let table = Pointers.allocate(capacity: max(count, 1))
        table.initialize(repeating: arena.pointer, count: max(count, 1))
        var inputPatches = [[Patch]](repeating: [], count: graph.inputs.count)
        var outputPatches = [[Patch]](repeating: [], count: graph.outputs.count)
        var list: [Instruction] = []
        var place = 0
        for (kernel, targets) in zip(assembly.kernels, assembly.targets) {
            list.append(Instruction(body: kernel.body, pointers: UnsafePointer(table + place)))
            for target in targets {
                var (location, byteOffset) = (Location.none, 0)
                switch target {
                case .slot(let slot): location = .slot(slot)
                case .input(let input): location = .input(input)
                case .storage(let storage, let offset):
                    (location, byteOffset) = (memory.locations[storage], offset)
                    if let literal = literals[storage] {
                        table[place] = literal.pointer + offset
                    }
                }
                switch location {
                case .input(let input):
                    inputPatches[input].append(Patch(place: place, byteOffset: byteOffset))
                case .output(let output):
                    outputPatches[output].append(Patch(place: place, byteOffset: byteOffset))
                case .slot(let slot):
                    table[place] = arena.pointer + memory.arena.slots[slot].offset + byteOffset
                case .literal, .none: break
                }
                place += 1
            }
        }
        self.table = table
        self.list = list
        self.inputPatches = inputPatches
        self.outputPatches = outputPatches
        state = Mutex(
            State(
                inputs: [UnsafeMutableRawPointer?](repeating: nil, count: graph.inputs.count),
                outputs: [UnsafeMutableRawPointer?](repeating: nil, count: graph.outputs.count),
                recorder: tellsTimes ? PlanRecorder() : nil))
    }

    deinit { table.deallocate() }

    /// Computes the outputs from the inputs; on the compute thread if several cores take part.
    public func run(inputs: [Buffer], outputs: [Buffer]) throws(KalsaeError) {
        try run(inputs: inputs, outputs: outputs, binding: 0)
    }

    /// The same; buffers that were bound under this number the last time are not looked at.
    public func run(inputs: [Buffer], outputs: [Buffer], binding: Int) throws(KalsaeError) {
        if usesThreads {
            try ComputeThread.shared.sync { () throws(KalsaeError) in
                kdnn_set_threads(Int32(threads))
                kls_share_openmp(sharesPool)
                try runHere(inputs, outputs, binding)
            }
        } else {
            try runHere(inputs, outputs, binding)
        }
        Counters.record {
            $0.plansRun += 1
            $0.instructionsRun += list.count
        }
    }

    private func check(
        _ buffers: [Buffer], _ bytes: [Int], _ what: String
    ) throws(KalsaeError) {
        guard buffers.count == bytes.count else {
            throw KalsaeError(
                "plan", expected: "\(bytes.count) \(what)", got: "\(buffers.count)")
        }
        for (buffer, count) in zip(buffers, bytes) where buffer.byteCount < count {
            throw KalsaeError(
                "plan \(what)", expected: "a buffer of \(count) bytes", got: "\(buffer.byteCount)")
        }
    }

    private func runHere(
        _ inputs: [Buffer], _ outputs: [Buffer], _ binding: Int
    ) throws(KalsaeError) {
        let noted = try state.withLock { state throws(KalsaeError) -> kls_error in
            if binding == 0 || state.binding != binding {
                try bind(inputs, outputs, &state)
                state.binding = binding
            }
            if let recorder = state.recorder { execute(recorder) } else { execute() }
            return kls_take_error()
        }
        if noted.code != 0 { throw CPUPlan.error(noted) }
    }

    private func bind(
        _ inputs: [Buffer], _ outputs: [Buffer], _ state: inout State
    ) throws(KalsaeError) {
        state.binding = 0
        try check(inputs, inputBytes, "inputs")
        try check(outputs, outputBytes, "outputs")
        for (number, buffer) in inputs.enumerated() where state.inputs[number] != buffer.pointer {
            state.inputs[number] = buffer.pointer
            patch(inputPatches[number], buffer)
        }
        for (number, buffer) in outputs.enumerated()
        where state.outputs[number] != buffer.pointer {
            state.outputs[number] = buffer.pointer
            patch(outputPatches[number], buffer)
        }
    }

    @inline(__always)
    private func execute() {
        for instruction in list { instruction.body(instruction.pointers) }
    }

    private func execute(_ recorder: PlanRecorder) {
        var marks: [UInt64] = []
        marks.reserveCapacity(list.count + 1)
        var fallbacks = [kls_tile_fallbacks()]
        for instruction in list {
            marks.append(PlanRecorder.now())
            instruction.body(instruction.pointers)
            fallbacks.append(kls_tile_fallbacks())
        }
        marks.append(PlanRecorder.now())
        recorder.add(
            marks, fallbacks: zip(fallbacks.dropFirst(), fallbacks).map { Int($0 - $1) })
        if tellsTimes { PlanProfile.tell(recorder, instructions) }
    }

    /// Takes the times of its instructions from the next run on, until nil is given.
    public func record(into recorder: PlanRecorder?) {
        state.withLock { $0.recorder = recorder ?? (tellsTimes ? PlanRecorder() : nil) }
    }

    private func patch(_ patches: [Patch], _ buffer: Buffer) {
        for patch in patches { table[patch.place] = buffer.pointer + patch.byteOffset }
    }

    private static func error(_ noted: kls_error) -> KalsaeError {
        if noted.code == Int32(KLS_INDEX_OUT_OF_RANGE.rawValue) {
            return KalsaeError(
                "gather", expected: "indices from 0 to \(noted.limit - 1)", got: "\(noted.value)")
        }
        return KalsaeError(
            "oneDNN", expected: "a kernel that runs", got: "status \(noted.value)")
    }
}
