import KalsaeBackend
import KalsaeGraph
import KalsaeSupport
import Synchronization

/// A flat list of launches over inputs, outputs and one arena.
final class GPUPlan: RepeatingPlan {
    /// An input that is copied before each run.
    struct HostInput: Sendable {
        let number: Int
        let buffer: Buffer
        let copy: GPUMemory

        func write() throws(KalsaeError) {
            try buffer.withHostBytes { bytes throws(KalsaeError) in
                try copy.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(copy.byteCount)))
            }
        }
    }

    struct State: Sendable {
        /// The memory that arguments speak of, in the order of ``GPUPlanCode``.
        var memory: [any DriverMemory]
        /// The device's copies of inputs that lie on the host.
        var staged: [Int: GPUMemory] = [:]
        /// Inputs that are copied before each run.
        var hostInputs: [HostInput] = []
        var binding = 0
        var recorder: PlanRecorder?
        /// Whether it was run before.
        var hasRun = false
        /// What several runs at once need, by how many they are.
        var repetitions: [Int: GPURepetition] = [:]
    }

    let graph: Graph
    let instructions: [InstructionSummary]
    let arenaByteCount: Int
    let code: GPUPlanCode
    let pool: MemoryPool
    let executable: any Executable
    /// The launches of each instruction.
    private let ranges: [Range<Int>]
    let errors: GPUMemory
    private let literals: GPUMemory
    private let limits: [Int: Int]
    let state: Mutex<State>
    /// The program of the one launch that can do several runs.
    let repeatedProgram: (any DriverProgram)?

    init(
        _ code: GPUPlanCode, programs: [String: any DriverProgram], pool: MemoryPool
    ) throws(KalsaeError) {
        self.code = code
        self.pool = pool
        graph = code.graph
        instructions = code.tasks.map(\.summary)
        arenaByteCount = code.arenaByteCount
        errors = try GPUMemory(byteCount: ErrorWords.byteCount, pool)
        let literals = try GPUMemory(byteCount: code.literals.count, pool)
        try withBytes(of: code.literals) { bytes throws(KalsaeError) in try literals.write(bytes) }
        self.literals = literals
        var limits: [Int: Int] = [:]
        var ranges: [Range<Int>] = []
        var launches: [Launch] = []
        for (number, task) in code.tasks.enumerated() {
            for part in task.parts {
                if let limit = part.indexLimit { limits[part.number] = limit }
            }
            let first = launches.count
            for launch in code.launches[number] {
                let name = launch.source.name
                guard let program = programs[name] else {
                    throw KalsaeError(
                        "plan", expected: "a program with kernel \(name)", got: "none")
                }
                launches.append(launch.launch(program))
            }
            ranges.append(first..<launches.count)
        }
        (self.limits, self.ranges) = (limits, ranges)
        repeatedProgram = code.repeatedLaunch.flatMap { programs[$0.source.name] }
        executable = try pool.driver.prepare(launches, memoryCount: code.memoryCount)
        let empty = [any DriverMemory](
            repeating: errors.memory, count: code.memoryCount - GPUPlanCode.firstInput)
        state = Mutex(State(memory: [errors.memory, errors.memory, literals.memory] + empty))
        try resetErrors()
        Counters.record { $0.kernelsMade += launches.count }
    }

    func run(inputs: [Buffer], outputs: [Buffer]) throws(KalsaeError) {
        try run(inputs: inputs, outputs: outputs, binding: 0)
    }

    func run(inputs: [Buffer], outputs: [Buffer], binding: Int) throws(KalsaeError) {
        try bound(inputs, outputs, binding) { state throws(KalsaeError) in
            try executable.bind(state.memory)
            try launch(&state)
            if code.mayFail, let error = try noted().error { throw error }
        }
        count(runs: 1)
    }

    /// Calls `body` with memory bound and an arena taken.
    func bound<Value: Sendable>(
        _ inputs: [Buffer], _ outputs: [Buffer], _ binding: Int,
        _ body: (inout State) throws(KalsaeError) -> Value
    ) throws(KalsaeError) -> Value {
        let result = state.withLock { state in
            Result { () throws(KalsaeError) in
                // Work runs in order: whoever takes the arena next writes to it behind this run.
                let arena = try GPUMemory(byteCount: arenaByteCount, pool)
                defer { withExtendedLifetime(arena) {} }
                state.memory[GPUPlanCode.arena] = arena.memory
                if binding == 0 || state.binding != binding {
                    try bind(inputs, outputs, &state)
                    state.binding = binding
                }
                // Without the promise of more runs nothing is held.
                defer { if binding == 0 { release(&state) } }
                return try body(&state)
            }
        }
        return try result.get()
    }

    func count(runs: Int) {
        Counters.record {
            $0.plansRun += runs
            $0.instructionsRun += runs * instructions.count
        }
    }

    func record(into recorder: PlanRecorder?) { state.withLock { $0.recorder = recorder } }

    /// Copies the inputs that lie on the host and gives a run to the device.
    func launch(_ state: inout State) throws(KalsaeError) {
        for input in state.hostInputs { try input.write() }
        if let recorder = state.recorder {
            try record(recorder)
        } else if let last = ranges.last?.upperBound, last > 0 {
            try run(executable, 0..<last, isFirst: !state.hasRun)
        }
        state.hasRun = true
    }

    func run(
        _ executable: any Executable, _ range: Range<Int>, isFirst: Bool
    ) throws(KalsaeError) {
        let driver = pool.driver
        guard isFirst, driver.info.kind == .cpu else { return try executable.run(range) }
        // PoCL compiles a kernel when it is first run.
        try WaitingNotice.compiling(for: driver.info) { () throws(KalsaeError) in
            try executable.run(range)
            try driver.wait()
        }
    }

    /// What runs found wrong with their data, which is told once, and the number of the run.
    func noted() throws(KalsaeError) -> (error: KalsaeError?, run: Int) {
        var words = [UInt32](repeating: 0, count: ErrorWords.count)
        try withMutableBytes(of: &words) { bytes throws(KalsaeError) in try errors.read(into: bytes)
        }
        guard let error = ErrorWords.error(words, limits: limits) else { return (nil, 0) }
        try resetErrors()
        return (error, Int(words[ErrorWords.run]))
    }

    /// Errors stay noted until they were told.
    private func resetErrors() throws(KalsaeError) {
        try withBytes(of: ErrorWords.initial) { bytes throws(KalsaeError) in
            try errors.write(bytes)
        }
    }

    /// Waits behind each instruction, so that times are its own.
    private func record(_ recorder: PlanRecorder) throws(KalsaeError) {
        try pool.driver.wait()
        var marks = [PlanRecorder.now()]
        for range in ranges {
            if !range.isEmpty {
                try executable.run(range)
                try pool.driver.wait()
            }
            marks.append(PlanRecorder.now())
        }
        recorder.add(marks)
    }

    private func bind(
        _ inputs: [Buffer], _ outputs: [Buffer], _ state: inout State
    ) throws(KalsaeError) {
        state.binding = 0
        try inputs.check(byteCounts: code.inputBytes, "inputs")
        try outputs.check(byteCounts: code.outputBytes, "outputs")
        state.hostInputs.removeAll(keepingCapacity: true)
        for (number, buffer) in inputs.enumerated() {
            let memory: GPUMemory
            if let resident = resident(buffer) {
                memory = resident
                state.staged[number] = nil
            } else {
                memory = try staged(number, &state)
                state.hostInputs.append(HostInput(number: number, buffer: buffer, copy: memory))
            }
            state.memory[GPUPlanCode.firstInput + number] = memory.memory
        }
        for (number, buffer) in outputs.enumerated() {
            guard let memory = resident(buffer) else {
                throw KalsaeError(
                    "plan outputs", expected: "memory of \(pool.driver.info.device)",
                    got: "memory of \(buffer.device)")
            }
            state.memory[GPUPlanCode.firstInput + inputs.count + number] = memory.memory
        }
    }

    /// Lets go of the memory of others.
    private func release(_ state: inout State) {
        for index in state.memory.indices where index != GPUPlanCode.literalMemory {
            state.memory[index] = errors.memory
        }
        (state.staged, state.hostInputs, state.repetitions) = ([:], [], [:])
        try? executable.bind(state.memory)
    }

    private func staged(_ input: Int, _ state: inout State) throws(KalsaeError) -> GPUMemory {
        if let memory = state.staged[input] { return memory }
        let memory = try GPUMemory(byteCount: code.inputBytes[input], pool)
        state.staged[input] = memory
        return memory
    }

    private func resident(_ buffer: Buffer) -> GPUMemory? {
        guard let memory = buffer.deviceMemory as? GPUMemory, memory.pool === pool else {
            return nil
        }
        return memory
    }

}

/// The bytes of an array for a body that throws this project's error.
func withBytes<Element>(
    of array: [Element], _ body: (UnsafeRawBufferPointer) throws(KalsaeError) -> Void
) throws(KalsaeError) {
    let result = array.withUnsafeBytes { bytes in
        Result { () throws(KalsaeError) in try body(bytes) }
    }
    try result.get()
}

func withMutableBytes<Element>(
    of array: inout [Element], _ body: (UnsafeMutableRawBufferPointer) throws(KalsaeError) -> Void
) throws(KalsaeError) {
    let result = array.withUnsafeMutableBytes { bytes in
        Result { () throws(KalsaeError) in try body(bytes) }
    }
    try result.get()
}
