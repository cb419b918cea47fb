import KalsaeSupport

/// What a number of runs at once needs: memory with a part for each run.
struct GPURepetition: Sendable {
    /// Memory with a part for each run.
    struct Parts: Sendable {
        var memory: GPUMemory
        /// The bytes of the host.
        var bytes: [UInt8]
        let stride: Int

        init(_ byteCount: Int, _ times: Int, _ pool: MemoryPool) throws(KalsaeError) {
            stride = GPUPlanCode.stride(byteCount)
            memory = try GPUMemory(byteCount: stride * times, pool)
            bytes = [UInt8](repeating: 0, count: stride * times)
        }

        mutating func set(_ source: UnsafeRawBufferPointer, of run: Int) {
            let start = run * stride
            bytes.withUnsafeMutableBytes { all in
                UnsafeMutableRawBufferPointer(rebasing: all[start..<start + stride])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(stride)))
            }
        }

        func write() throws(KalsaeError) {
            try withBytes(of: bytes) { bytes throws(KalsaeError) in try memory.write(bytes) }
        }

        mutating func read() throws(KalsaeError) {
            let memory = memory
            try withMutableBytes(of: &bytes) { bytes throws(KalsaeError) in
                try memory.read(into: bytes)
            }
        }

        func bytes(of run: Int, count: Int) -> [UInt8] {
            Array(bytes[run * stride..<run * stride + count])
        }
    }

    let times: Int
    /// Of each input that is rewritten.
    var inputs: [Int: Parts] = [:]
    /// Of each result.
    var outputs: [Parts] = []
    /// The error words behind each run, where there are several launches.
    var errors: Parts
    /// The one launch that does all runs; nil where a run is several.
    let executable: (any Executable)?
    var hasRun = false

    init(_ plan: GPUPlan, times: Int) throws(KalsaeError) {
        let (code, pool) = (plan.code, plan.pool)
        self.times = times
        errors = try Parts(ErrorWords.byteCount, times, pool)
        for output in code.results {
            outputs.append(try Parts(code.outputBytes[output], times, pool))
        }
        guard let launch = code.repeatedLaunch, let program = plan.repeatedProgram else {
            executable = nil
            return
        }
        for input in code.rewrittenInputs {
            inputs[input] = try Parts(code.inputBytes[input], times, pool)
        }
        executable = try pool.driver.prepare(
            [launch.launch(program, runs: times)], memoryCount: code.memoryCount)
    }

    /// Takes over an input for a run; one that is not rewritten is the same for all.
    mutating func take(_ input: GPUPlan.HostInput, for run: Int) throws(KalsaeError) {
        guard inputs[input.number] != nil else {
            if run == 0 { try input.write() }
            return
        }
        try input.buffer.withHostBytes { inputs[input.number]?.set($0, of: run) }
    }

    /// What the first runs gave, of results that were read.
    func results(_ count: Int, _ code: GPUPlanCode) -> [[[UInt8]]] {
        (0..<count).map { run in
            zip(outputs, code.results).map { $0.bytes(of: run, count: code.outputBytes[$1]) }
        }
    }
}
