import KalsaeBackend
import KalsaeSupport

/// Tells the times of a plan's instructions on standard error after 1, 2, 4, 8, … runs
/// (`KALSAE_DEBUG=2`).
enum PlanProfile {
    /// Whether anybody wants it.
    static var isWanted: Bool { EnvironmentFlag.debug.integer >= 2 }

    static func tell(_ recorder: PlanRecorder, _ instructions: [InstructionSummary]) {
        let record = recorder.record
        guard record.runs > 0, record.runs & (record.runs - 1) == 0 else { return }
        let total = record.totals.reduce(0, +) / Double(record.runs) / 1e3
        Notice.say("plan of \(instructions.count) instructions, run \(record.runs): \(total) us")
        for (number, instruction) in instructions.enumerated() {
            let fallbacks = record.fallbacks[number]
            Notice.say(
                "  \(record.mean(number) / 1e3) us  \(instruction.name)  \(instruction.engine)  "
                    + "\(instruction.detail)  \(Int(instruction.bytes)) bytes"
                    + (fallbacks > 0 ? "  \(fallbacks) parts on vectors" : ""))
        }
    }
}
