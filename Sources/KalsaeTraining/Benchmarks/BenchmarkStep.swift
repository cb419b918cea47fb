import KalsaeBackend
import KalsaeGraph
import KalsaeLayers
import KalsaeTensor

/// One training step of a benchmark network on a batch of random numbers that is in memory.
package final class BenchmarkStep {
    package let parameters: Int
    private let inputs: Tensor
    private let targets: Tensor
    private let step: BatchStep<Sequential>

    package init(_ net: BenchmarkNetwork) throws {
        let model = try withSeed(0) { try net.model() }
        parameters = model.parameterCount
        inputs = RandomBatch.inputs(Shape([net.batch] + net.input.sizes), net.vocabulary)
        targets = RandomBatch.classes(net.targets, net.classes)
        try Tensor.evaluate([inputs, targets])
        step = try BatchStep(model, loss: .softmaxCrossEntropy, optimizer: net.optimizer, seed: 0)
    }

    /// Takes a step and returns the loss before it.
    package func run() throws -> Double { try step.run(inputs, targets) }

    /// Takes some steps together and returns the loss before the last.
    package func run(_ together: Int) throws -> Double {
        guard together > 1 else { return try run() }
        let runs = try step.run([inputs, targets], times: together) { _ in }
        if let error = runs.error { throw error }
        return runs.scalars.last.map { Double($0[0]) } ?? .nan
    }

    /// Makes the plan and takes no step.
    package func compile() throws { try step.compile(inputs, targets) }

    /// The graph of the next step.
    package func graph() throws -> StepGraph { try step.graph(for: [inputs, targets]) }

    package var count: Int { step.count }
    package var plan: (any Plan)? { step.plan }
}

/// Batches of random numbers, to measure with.
package enum RandomBatch {
    /// Inputs of a shape: tokens below `vocabulary` where there is one, else normal numbers.
    package static func inputs(_ shape: Shape, _ vocabulary: Int?) -> Tensor {
        let key = RandomKey(seed: 0, stream: 1)
        guard let vocabulary else { return Tensor.normal(shape, key: key) }
        return Tensor.uniform(shape, high: Double(vocabulary), key: key).cast(to: .int32)
    }

    /// Class numbers below `count`.
    package static func classes(_ shape: Shape, _ count: Int) -> Tensor {
        let key = RandomKey(seed: 0, stream: 2)
        return Tensor.uniform(shape, high: Double(count), key: key).cast(to: .int32)
    }
}
