import KalsaeBackend
import KalsaeSupport

/// Several runs, for which the program waits once.
extension GPUPlan {
    /// Numbers of runs for which memory is kept.
    private static let keptRepetitions = 4

    func run(
        times: Int, inputs: [Buffer], outputs: [Buffer], binding: Int,
        prepare: (Int) throws(KalsaeError) -> Void
    ) throws(KalsaeError) -> RepeatedRuns {
        let runs = try bound(inputs, outputs, binding) { state throws(KalsaeError) in
            var repetition = try repetition(times, &state)
            defer { state.repetitions[times] = repetition }
            let areRewritten = Set(state.hostInputs.map(\.number))
                .isSuperset(of: code.rewrittenInputs)
            if let executable = repetition.executable, areRewritten, state.recorder == nil {
                return try runAtOnce(executable, &repetition, state, prepare)
            }
            return try runInTurn(&repetition, &state, prepare)
        }
        count(runs: runs.results.count)
        return runs
    }

    /// Takes what a number of runs needs out of the state, so that it changes in place.
    private func repetition(
        _ times: Int, _ state: inout State
    ) throws(KalsaeError) -> GPURepetition {
        if let known = state.repetitions.removeValue(forKey: times) { return known }
        if state.repetitions.count >= Self.keptRepetitions { state.repetitions = [:] }
        return try GPURepetition(self, times: times)
    }

    /// One launch does all runs.
    private func runAtOnce(
        _ executable: any Executable, _ repetition: inout GPURepetition, _ state: State,
        _ prepare: (Int) throws(KalsaeError) -> Void
    ) throws(KalsaeError) -> RepeatedRuns {
        for run in 0..<repetition.times {
            try prepare(run)
            for input in state.hostInputs { try repetition.take(input, for: run) }
        }
        var memory = state.memory
        for (number, parts) in repetition.inputs {
            try parts.write()
            memory[GPUPlanCode.firstInput + number] = parts.memory.memory
        }
        for (output, parts) in zip(code.results, repetition.outputs) {
            memory[code.memory(ofOutput: output)] = parts.memory.memory
        }
        try executable.bind(memory)
        try run(executable, 0..<1, isFirst: !repetition.hasRun)
        repetition.hasRun = true
        var found: (error: KalsaeError?, run: Int) = (nil, 0)
        if code.mayFail { found = try noted() }
        for index in repetition.outputs.indices { try repetition.outputs[index].read() }
        let count = found.error == nil ? repetition.times : found.run
        return RepeatedRuns(results: repetition.results(count, code), error: found.error)
    }

    /// The device gets one run behind the other, and keeps what each gave.
    private func runInTurn(
        _ repetition: inout GPURepetition, _ state: inout State,
        _ prepare: (Int) throws(KalsaeError) -> Void
    ) throws(KalsaeError) -> RepeatedRuns {
        try executable.bind(state.memory)
        let driver = pool.driver
        var (count, failure): (Int, KalsaeError?) = (0, nil)
        for run in 0..<repetition.times {
            do throws(KalsaeError) { try prepare(run) } catch {
                failure = error
                break
            }
            count += 1
            try launch(&state)
            for (output, parts) in zip(code.results, repetition.outputs)
            where code.outputBytes[output] > 0 {
                try driver.copy(
                    state.memory[code.memory(ofOutput: output)], to: parts.memory.memory,
                    at: run * parts.stride, byteCount: code.outputBytes[output])
            }
            if code.mayFail {
                try driver.copy(
                    errors.memory, to: repetition.errors.memory.memory,
                    at: run * repetition.errors.stride, byteCount: ErrorWords.byteCount)
            }
        }
        for index in repetition.outputs.indices { try repetition.outputs[index].read() }
        if code.mayFail, let error = try noted().error {
            failure = error
            try repetition.errors.read()
            count =
                (0..<count).prefix { run in
                    repetition.errors.bytes(of: run, count: 4) == [0, 0, 0, 0]
                }.count
        }
        return RepeatedRuns(results: repetition.results(count, code), error: failure)
    }
}
