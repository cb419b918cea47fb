import CKalsaeKernels
import CKalsaeOneDNN
import Glibc
import KalsaeBackend
import KalsaeGraph
import KalsaeSupport
import Synchronization

/// A flat list of instructions, each with its own pointers, over inputs, outputs and one arena.
public final class CPUPlan: Plan {
    private typealias Pointers = UnsafeMutablePointer<UnsafeMutableRawPointer>

    private struct Instruction {
        var body: @Sendable (UnsafePointer<UnsafeMutableRawPointer>) -> Void
        var pointers: UnsafePointer<UnsafeMutableRawPointer>
    }

    private struct State {
        var inputs: [UnsafeMutableRawPointer?]
        var outputs: [UnsafeMutableRawPointer?]
        /// The number under which these were given; 0 for none.
        var binding = 0
        /// Who wants the times of the instructions, if anybody does.
        var recorder: PlanRecorder?
        /// Intermediate values; nil for large ones, which have a place for each run.
        var arena: Buffer?
        /// Where the instructions look for them.
        var arenaStart: UnsafeMutableRawPointer?
    }

    private let code: CPUPlanCode
    private let isReplica: Bool
    private let isSingleThreaded: Bool
    private nonisolated(unsafe) let table: Pointers
    private nonisolated(unsafe) let list: [Instruction]
    private let state: Mutex<State>

    init(
        _ code: CPUPlanCode, isReplica: Bool = false, isSingleThreaded: Bool = false
    ) throws(KalsaeError) {
        self.code = code
        self.isReplica = isReplica
        self.isSingleThreaded = isSingleThreaded
        let count = max(code.pointerCount, 1)
        let table = Pointers.allocate(capacity: count)
        table.initialize(repeating: UnsafeMutableRawPointer(table), count: count)
        for (buffer, patch) in code.literalPatches {
            table[patch.index] = try buffer.hostPointer() + patch.byteOffset
        }
        list = zip(code.kernels, code.starts).map { kernel, start in
            Instruction(body: kernel.body, pointers: UnsafePointer(table + start))
        }
        self.table = table
        state = Mutex(
            State(
                inputs: [UnsafeMutableRawPointer?](repeating: nil, count: code.inputBytes.count),
                outputs: [UnsafeMutableRawPointer?](repeating: nil, count: code.outputBytes.count),
                recorder: code.tellsTimes ? PlanRecorder() : nil))
        guard !IdleArenas.isLarge(code.arenaByteCount) else { return }
        let arena = try Buffer(byteCount: code.arenaByteCount)
        try state.withLock { state throws(KalsaeError) in
            state.arena = arena
            try place(arena, &state)
        }
    }

    deinit { table.deallocate() }

    /// Lets the instructions find the intermediate values in an arena.
    private func place(_ arena: Buffer, _ state: inout State) throws(KalsaeError) {
        let start = try arena.hostPointer()
        guard start != state.arenaStart else { return }
        for patch in code.arenaPatches { table[patch.index] = start + patch.byteOffset }
        state.arenaStart = start
    }

    /// Takes an arena for a run, where the plan has none of its own.
    private func takeArena(_ state: inout State) throws(KalsaeError) -> Buffer? {
        guard state.arena == nil else { return nil }
        let arena = try IdleArenas.take(byteCount: code.arenaByteCount, at: state.arenaStart)
        try place(arena, &state)
        return arena
    }

    /// The graph as the passes left it.
    public var graph: Graph { code.graph }
    /// What runs, in order.
    public var instructions: [InstructionSummary] { code.instructions }
    /// Bytes of the arena that holds the intermediate values.
    public var arenaByteCount: Int { code.arenaByteCount }

    /// The same instructions with an arena of its own.
    public func replica() throws(KalsaeError) -> any Plan {
        try CPUPlan(code, isReplica: true)
    }

    /// The same without other threads.
    public func singleThreadedReplica() throws(KalsaeError) -> any Plan {
        try CPUPlan(code, isReplica: true, isSingleThreaded: true)
    }

    /// Whether several cores take part; of a replica, whether a library does whose threads belong
    /// to the thread that calls it. Own loops go on alone where the team is taken.
    public var usesComputeThread: Bool {
        code.usesThreads && !isSingleThreaded && (!isReplica || code.callsLibrary)
    }

    /// Computes the outputs from the inputs; on the compute thread if several cores take part.
    public func run(inputs: [Buffer], outputs: [Buffer]) throws(KalsaeError) {
        try run(inputs: inputs, outputs: outputs, binding: 0)
    }

    /// The same; buffers that were bound under this number the last time are not looked at.
    public func run(inputs: [Buffer], outputs: [Buffer], binding: Int) throws(KalsaeError) {
        try run(inputs, outputs, binding, nil)
    }

    /// The same, telling on the way how far it is.
    public func run(
        inputs: [Buffer], outputs: [Buffer], binding: Int, progress: @escaping (Int) -> Void
    ) throws(KalsaeError) {
        try run(inputs, outputs, binding, progress)
    }

    /// For each output, behind how many instructions it has its value.
    public var readiness: [Int] { code.readiness }

    private func run(
        _ inputs: [Buffer], _ outputs: [Buffer], _ binding: Int, _ progress: ((Int) -> Void)?
    ) throws(KalsaeError) {
        if usesComputeThread {
            try ComputeThread.shared.sync { () throws(KalsaeError) in
                kdnn_set_threads(Int32(code.threads))
                kls_share_openmp(code.sharesPool)
                try runHere(inputs, outputs, binding, progress)
            }
        } else {
            // Own loops ask for the same number.
            if code.usesThreads { kdnn_set_threads(isSingleThreaded ? 1 : Int32(code.threads)) }
            try runHere(inputs, outputs, binding, progress)
        }
        Counters.record {
            $0.plansRun += 1
            $0.instructionsRun += list.count
        }
    }

    private func runHere(
        _ inputs: [Buffer], _ outputs: [Buffer], _ binding: Int, _ progress: ((Int) -> Void)?
    ) throws(KalsaeError) {
        let noted = try state.withLock { state throws(KalsaeError) -> kls_error in
            let arena = try takeArena(&state)
            defer { if let arena { IdleArenas.give(arena) } }
            if binding == 0 || state.binding != binding {
                try bind(inputs, outputs, &state)
                state.binding = binding
            }
            if let recorder = state.recorder {
                execute(recorder)
                progress?(list.count)
            } else if let progress {
                execute(progress)
            } else {
                execute()
            }
            return kls_take_error()
        }
        if noted.code != 0 { throw CPUPlan.error(noted) }
    }

    private func bind(
        _ inputs: [Buffer], _ outputs: [Buffer], _ state: inout State
    ) throws(KalsaeError) {
        state.binding = 0
        try inputs.check(byteCounts: code.inputBytes, "inputs")
        try outputs.check(byteCounts: code.outputBytes, "outputs")
        for (number, buffer) in inputs.enumerated() {
            let start = try buffer.hostPointer()
            if state.inputs[number] == start { continue }
            state.inputs[number] = start
            patch(code.inputPatches[number], start)
        }
        for (number, buffer) in outputs.enumerated() {
            let start = try buffer.hostPointer()
            if state.outputs[number] == start { continue }
            state.outputs[number] = start
            patch(code.outputPatches[number], start)
        }
    }

    @inline(__always)
    private func execute() {
        var next = 0
        for end in code.faultPoints {
            while next < end {
                list[next].body(list[next].pointers)
                next += 1
            }
            if kls_has_error() { return }
        }
    }

    private func execute(_ progress: @escaping (Int) -> Void) {
        for (index, instruction) in list.enumerated() {
            instruction.body(instruction.pointers)
            if kls_has_error() { return }
            progress(index + 1)
        }
    }

    private func execute(_ recorder: PlanRecorder) {
        var marks: [UInt64] = []
        marks.reserveCapacity(list.count + 1)
        var fallbacks = [kls_amx_fallbacks()]
        for instruction in list {
            marks.append(PlanRecorder.now())
            instruction.body(instruction.pointers)
            if kls_has_error() { return }
            fallbacks.append(kls_amx_fallbacks())
        }
        marks.append(PlanRecorder.now())
        recorder.add(
            marks, fallbacks: zip(fallbacks.dropFirst(), fallbacks).map { Int($0 - $1) })
        if code.tellsTimes { PlanProfile.tell(recorder, instructions) }
    }

    /// Takes the times of its instructions from the next run on, until nil is given.
    public func record(into recorder: PlanRecorder?) {
        state.withLock { $0.recorder = recorder ?? (code.tellsTimes ? PlanRecorder() : nil) }
    }

    private func patch(_ patches: [CPUPlanCode.Patch], _ start: UnsafeMutableRawPointer) {
        for patch in patches { table[patch.index] = start + patch.byteOffset }
    }

    private static func error(_ noted: kls_error) -> KalsaeError {
        if noted.code == Int32(KLS_INDEX_OUT_OF_RANGE.rawValue) {
            return KalsaeError(
                "gather", expected: "indices from 0 to \(noted.limit - 1)", got: "\(noted.value)")
        }
        if noted.code == Int32(KLS_ZERO_DIVISOR.rawValue) {
            let operation: BinaryOperation = noted.limit == 1 ? .remainder : .divide
            return operation.zeroDivisor(at: noted.value < 0 ? nil : Int(noted.value))
        }
        return KalsaeError(
            "oneDNN", expected: "a kernel that runs", got: "status \(noted.value)")
    }
}
