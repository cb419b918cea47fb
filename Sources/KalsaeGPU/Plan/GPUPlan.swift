import KalsaeBackend
import KalsaeGraph
import KalsaeSupport
import Synchronization

/// A flat list of launches over inputs, outputs and one arena.
final class GPUPlan: Plan {
    private struct State {
        /// The memory that arguments speak of, in the order of ``GPUPlanCode``.
        var memory: [any DriverMemory]
        /// The device's copies of inputs that lie on the host.
        var staged: [Int: GPUMemory] = [:]
        /// Inputs that are copied before each run.
        var hostInputs: [(buffer: Buffer, copy: GPUMemory)] = []
        var binding = 0
        var recorder: PlanRecorder?
        /// Whether it was run before.
        var hasRun = false
    }

    let graph: Graph
    let instructions: [InstructionSummary]
    let arenaByteCount: Int
    private let code: GPUPlanCode
    private let pool: MemoryPool
    private let executable: any Executable
    /// The launches of each instruction.
    private let ranges: [Range<Int>]
    private let errors: GPUMemory
    private let literals: GPUMemory
    private let limits: [Int: Int]
    private let state: Mutex<State>

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
                launches.append(
                    Launch(
                        program: program, kernel: name, groupSize: launch.groupSize,
                        groupCount: launch.groupCount, arguments: launch.arguments))
            }
            ranges.append(first..<launches.count)
        }
        (self.limits, self.ranges) = (limits, ranges)
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
                try executable.bind(state.memory)
                // Without the promise of more runs nothing is held.
                defer { if binding == 0 { release(&state) } }
                for (buffer, copy) in state.hostInputs {
                    try buffer.withHostBytes { bytes throws(KalsaeError) in
                        try copy.write(
                            UnsafeRawBufferPointer(rebasing: bytes.prefix(copy.byteCount)))
                    }
                }
                let isFirst = !state.hasRun
                state.hasRun = true
                try execute(state.recorder, isFirst: isFirst)
            }
        }
        try result.get()
        Counters.record {
            $0.plansRun += 1
            $0.instructionsRun += instructions.count
        }
    }

    func record(into recorder: PlanRecorder?) { state.withLock { $0.recorder = recorder } }

    private func execute(_ recorder: PlanRecorder?, isFirst: Bool) throws(KalsaeError) {
        if let recorder {
            try record(recorder)
        } else if let last = ranges.last?.upperBound, last > 0 {
            let driver = pool.driver
            if isFirst, driver.info.kind == .cpu {
                // PoCL compiles a kernel when it is first run.
                try WaitingNotice.compiling(for: driver.info) { () throws(KalsaeError) in
                    try executable.run(0..<last)
                    try driver.wait()
                }
            } else {
                try executable.run(0..<last)
            }
        }
        guard code.mayFail else { return }
        var words = [UInt32](repeating: 0, count: ErrorWords.count)
        try withMutableBytes(of: &words) { bytes throws(KalsaeError) in try errors.read(into: bytes)
        }
        guard let error = ErrorWords.error(words, limits: limits) else { return }
        try resetErrors()
        throw error
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
                state.hostInputs.append((buffer, memory))
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
        (state.staged, state.hostInputs) = ([:], [])
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
private func withBytes<Element>(
    of array: [Element], _ body: (UnsafeRawBufferPointer) throws(KalsaeError) -> Void
) throws(KalsaeError) {
    let result = array.withUnsafeBytes { bytes in
        Result { () throws(KalsaeError) in try body(bytes) }
    }
    try result.get()
}

private func withMutableBytes<Element>(
    of array: inout [Element], _ body: (UnsafeMutableRawBufferPointer) throws(KalsaeError) -> Void
) throws(KalsaeError) {
    let result = array.withUnsafeMutableBytes { bytes in
        Result { () throws(KalsaeError) in try body(bytes) }
    }
    try result.get()
}
