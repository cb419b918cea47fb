import Glibc
import KalsaeBackend
import KalsaeSupport
import Synchronization

/// Times of a plan's instructions, told on standard error after 1, 2, 4, 8, … runs
/// (`KALSAE_DEBUG=2`).
final class PlanProfile: Sendable {
    private struct State {
        var runs = 0
        var nanoseconds: [Double]
    }

    private let instructions: [InstructionSummary]
    private let state: Mutex<State>

    /// Makes a profile, or nil where nobody wants one.
    init?(_ instructions: [InstructionSummary]) {
        guard EnvironmentFlag.debug.integer >= 2 else { return nil }
        self.instructions = instructions
        state = Mutex(State(nanoseconds: [Double](repeating: 0, count: instructions.count)))
    }

    /// The monotonic clock in nanoseconds.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    /// Adds the times of one run.
    func add(_ times: [Double]) {
        state.withLock { state in
            state.runs += 1
            for (place, time) in times.enumerated() { state.nanoseconds[place] += time }
            guard state.runs & (state.runs - 1) == 0 else { return }
            let total = state.nanoseconds.reduce(0, +) / Double(state.runs) / 1e3
            Notice.say("plan of \(instructions.count) instructions, run \(state.runs): \(total) us")
            for (place, instruction) in instructions.enumerated() {
                let time = state.nanoseconds[place] / Double(state.runs) / 1e3
                Notice.say("  \(time) us  \(instruction.name)  \(Int(instruction.bytes)) bytes")
            }
        }
    }
}
