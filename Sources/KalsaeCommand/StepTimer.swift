import KalsaeBackend
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

/// Times training steps, on the thread that training itself runs on.
actor StepTimer {
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        ComputeThread.shared.asUnownedSerialExecutor()
    }

    struct Timing: Sendable {
        var net: Yardstick
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
                "net": .string(net.rawValue), "threads": .integer(threads),
                "median_us": .number(median), "min_us": .number(minimum),
                "steps": .integer(steps), "parameters": .integer(parameters),
                "loss_first": .number(lossFirst), "loss_last": .number(lossLast),
            ]
        }
    }

    /// Times a network: rounds of steps until the budget is spent, the mean of each round counts.
    func time(_ net: Yardstick, seconds: Double) throws -> Timing {
        let model = try withSeed(0) { try Sequential(net.layers, input: net.input) }
        let shape = Shape([net.batch] + net.input.sizes)
        let key = RandomKey(seed: 0, stream: 1)
        let x =
            net.vocabulary.map {
                Tensor.uniform(shape, high: Double($0), key: key).cast(to: .int32)
            }
            ?? Tensor.normal(shape, key: key)
        let labels = Tensor.uniform(
            net.targets, high: Double(net.classes), key: RandomKey(seed: 0, stream: 2))
        let y = labels.cast(to: .int32)
        try Tensor.evaluate([x, y])
        let step = try BatchStep(
            model, loss: .softmaxCrossEntropy, optimizer: net.optimizer, seed: 0)
        let clock = ContinuousClock()
        let first = try step.run(x, y)
        for _ in 0..<5 { _ = try step.run(x, y) }
        let probe = clock.now
        var last = try step.run(x, y)
        let one = max(probe.duration(to: clock.now).seconds, 1e-7)
        let inner = min(max(Int(0.2 / one), 1), 2000)
        var rounds: [Double] = []
        let start = clock.now
        while start.duration(to: clock.now).seconds < seconds || rounds.count < 3 {
            let begin = clock.now
            for _ in 0..<inner { last = try step.run(x, y) }
            rounds.append(begin.duration(to: clock.now).seconds / Double(inner))
        }
        rounds.sort()
        return Timing(
            net: net, threads: ComputeThread.threadCount, median: rounds[rounds.count / 2] * 1e6,
            minimum: rounds[0] * 1e6, steps: step.count, parameters: model.parameterCount,
            lossFirst: first, lossLast: last)
    }
}
