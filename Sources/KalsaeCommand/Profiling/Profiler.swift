import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeSupport
import KalsaeTraining

/// What was found out about a training step.
struct StepProfile: Sendable {
    var name: String
    var rows: Int
    /// Microseconds of a step that nobody recorded: median and least mean of a round.
    var median: Double
    var minimum: Double
    var instructions: [InstructionSummary]
    var arenaBytes: Int
    var record: PlanRecorder.Record
    var peak: MachinePeak
    var stages: [GraphStages.Stage]
}

/// Profiles steps, on the thread that training itself runs on.
actor Profiler {
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        ComputeThread.shared.asUnownedSerialExecutor()
    }

    /// Runs the step for half of the time as it is, and for the other half with a recorder.
    func profile(_ request: StepRequest, seconds: Double) throws -> StepProfile {
        let peak = try MachinePeak.measure()
        let step = try request.make()
        let stages = try GraphStages.collect { try step.run() }.stages
        guard let plan = step.plan() else {
            throw KalsaeError(request.name, expected: "a plan", got: "none")
        }
        for _ in 0..<5 { _ = try step.run() }
        let rounds = try StepRounds.measure(seconds: seconds / 2) { _ = try step.run() }
        let recorder = PlanRecorder(keeping: 10)
        plan.record(into: recorder)
        defer { plan.record(into: nil) }
        let clock = ContinuousClock()
        let start = clock.now
        repeat { _ = try step.run() } while start.duration(to: clock.now).seconds < seconds / 2
        return StepProfile(
            name: request.name, rows: step.rows, median: rounds.median * 1e6,
            minimum: rounds.minimum * 1e6, instructions: plan.instructions,
            arenaBytes: plan.arenaByteCount, record: recorder.record, peak: peak, stages: stages)
    }
}

/// Seconds of something that was done again and again, in rounds of which the mean counts.
struct StepRounds {
    var median: Double
    var minimum: Double
    var count: Int

    /// - Parameters:
    ///   - seconds: the budget; three rounds are made at least.
    ///   - round: seconds of a round, about.
    static func measure(
        seconds: Double, round: Double = 0.05, _ body: () throws -> Void
    ) rethrows -> StepRounds {
        let clock = ContinuousClock()
        let probe = clock.now
        try body()
        let one = max(probe.duration(to: clock.now).seconds, 1e-8)
        let inner = min(max(Int(round / one), 1), 100_000)
        var rounds: [Double] = []
        let start = clock.now
        while start.duration(to: clock.now).seconds < seconds || rounds.count < 3 {
            let begin = clock.now
            for _ in 0..<inner { try body() }
            rounds.append(begin.duration(to: clock.now).seconds / Double(inner))
        }
        rounds.sort()
        return StepRounds(
            median: rounds[rounds.count / 2], minimum: rounds[0], count: rounds.count * inner)
    }
}
