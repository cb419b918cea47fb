import KalsaeBackend
import KalsaeData
import KalsaeDistributed
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// Steps of a benchmark network, each divided among the ranks of a group.
package final class RankBenchmark {
    package let parameters: Int
    /// Bytes of the vector that is summed.
    package var sumBytes: Int { step.sumBytes }
    private let step: MicroBatchStep<Sequential>
    private let arguments: BatchArguments
    private let batch: Batch

    /// - Parameters:
    ///   - batch: rows of a step, on all ranks together.
    ///   - microBatches: into how many parts they are cut.
    ///   - group: nil for all parts in this process.
    package init(
        _ net: BenchmarkNetwork, batch rows: Int, microBatches: Int, _ group: (any ProcessGroup)?
    ) throws {
        let model = try withSeed(0) { try net.model() }
        parameters = model.parameterCount
        let inputs = RandomBatch.inputs(Shape([rows] + net.input.sizes), net.vocabulary)
        let targets = RandomBatch.classes(
            Shape([rows] + net.targets.sizes.dropFirst()), net.classes)
        let set = try Dataset(inputs.reshaped(to: inputs.shape), targets)
        batch = Batch(ResidentRows(set), rows: (0..<Int32(rows)).map { $0 }[...])
        arguments = try BatchArguments()
        step = try MicroBatchStep(
            model, loss: .softmaxCrossEntropy, optimizer: net.optimizer, seed: 0,
            microBatches: microBatches, group: group)
    }

    /// Takes so many steps; seconds, and those of them that waited for sums.
    package func run(_ count: Int) throws -> (seconds: Double, waited: Double) {
        let (start, before) = (ContinuousClock.now, step.secondsWaited)
        for _ in 0..<count { _ = try step.run(batch, arguments) }
        return (start.duration(to: .now).seconds, step.secondsWaited - before)
    }

    /// Sums so many times what ranks have, and computes nothing; seconds.
    package func runSums(_ count: Int) throws -> Double {
        let start = ContinuousClock.now
        for _ in 0..<count { try step.exchangeAgain() }
        return start.duration(to: .now).seconds
    }
}
