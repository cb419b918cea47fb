import KalsaeBackend
import KalsaeFiles
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

/// Times training steps, on the thread that training itself runs on.
actor StepTimer {
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        ComputeThread.shared.asUnownedSerialExecutor()
    }

    struct Timing: Sendable {
        var net: BenchmarkNetwork
        /// What computes, as in `cpu`.
        var device: String
        var threads: Int
        /// Microseconds per step.
        var median: Double
        var minimum: Double
        var steps: Int
        var parameters: Int
        var lossFirst: Double
        var lossLast: Double

        var json: JSONValue {
            [
                "net": .string(net.rawValue), "device": .string(device),
                "threads": .integer(threads),
                "median_us": .number(median), "min_us": .number(minimum),
                "steps": .integer(steps), "parameters": .integer(parameters),
                "loss_first": .number(lossFirst), "loss_last": .number(lossLast),
            ]
        }
    }

    /// Times a network: rounds of steps until the budget is spent, the mean of each round counts.
    ///
    /// - Parameter together: how many steps are taken together.
    func time(_ net: BenchmarkNetwork, seconds: Double, together: Int) throws -> Timing {
        let step = try BenchmarkStep(net)
        let clock = ContinuousClock()
        let first = try step.run()
        for _ in 0..<5 { _ = try step.run(together) }
        let probe = clock.now
        var last = try step.run(together)
        let one = max(probe.duration(to: clock.now).seconds, 1e-7)
        let inner = min(max(Int(0.2 / one), 1), 2000)
        var rounds: [Double] = []
        let start = clock.now
        while start.duration(to: clock.now).seconds < seconds || rounds.count < 3 {
            let begin = clock.now
            for _ in 0..<inner { last = try step.run(together) }
            rounds.append(begin.duration(to: clock.now).seconds / Double(inner * together))
        }
        rounds.sort()
        return Timing(
            net: net, device: Device.current.name, threads: ComputeThread.threadCount,
            median: rounds[rounds.count / 2] * 1e6, minimum: rounds[0] * 1e6, steps: step.count,
            parameters: step.parameters,
            lossFirst: first, lossLast: last)
    }
}
