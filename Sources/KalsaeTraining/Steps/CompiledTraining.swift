import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// A loop's step that is compiled: traced once for each type of batch, then run in place.
///
/// ```swift
/// let step = try optimizer.compiled(for: model) { model, batch in
///     Loss.softmaxCrossEntropy(model(batch[0]), batch[1])
/// }
/// for (x, y) in batches { let loss = try step(x, y) }
/// (model, optimizer) = (step.model, step.optimizer)
/// ```
///
/// The steps have the bits of `optimizer.step(&model) { … }`, without the time of tracing. Tensors
/// that the loss uses without getting them are data as they were when it was traced.
public final class CompiledTraining<Model: Layer> {
    private let step: BatchStep<Model>
    private let start: StatefulOptimizer

    fileprivate init(
        _ model: Model, _ optimizer: StatefulOptimizer, seed: Int,
        loss: @escaping (Model, [Tensor]) throws -> Tensor
    ) throws {
        start = optimizer
        step = try BatchStep(
            model, optimizer.rule, optimizer.state, count: optimizer.stepCount, seed: seed
        ) { model, batch in (try loss(model, batch), nil) }
    }

    /// Takes a step on a batch and returns the loss before it.
    @discardableResult
    public func callAsFunction(_ batch: Tensor...) throws -> Double { try step.run(batch) }

    /// The model now, as a value that later steps do not change.
    public var model: Model { step.model }

    /// The optimizer now, to be saved or to go on with.
    public var optimizer: StatefulOptimizer {
        var optimizer = start
        optimizer.learningRate = learningRate
        optimizer.restore(step.optimizerState, stepCount: step.count)
        return optimizer
    }

    /// The learning rate; a change acts from the next step on and compiles nothing. A rate that is
    /// negative or not finite is refused by that step; ``setLearningRate(_:)`` refuses it at once.
    public var learningRate: Double {
        get { step.optimizer.learningRate }
        set { step.optimizer.learningRate = newValue }
    }

    /// Sets the learning rate.
    ///
    /// - Throws: a `KalsaeError` for one that is negative or not finite; the rate then stays.
    public func setLearningRate(_ rate: Double) throws(KalsaeError) {
        try LearningRate.check(rate)
        learningRate = rate
    }
}

extension StatefulOptimizer {
    /// The step of a loop, compiled, going on from here.
    ///
    /// - Parameters:
    ///   - model: the model to start from; it is not changed, ask for ``CompiledTraining/model``.
    ///   - seed: of the random numbers that layers draw; each step has its own.
    ///   - loss: the loss of the model for a batch, one number.
    public func compiled<Model: Layer>(
        for model: Model, seed: Int = 0, loss: @escaping (Model, [Tensor]) throws -> Tensor
    ) throws -> CompiledTraining<Model> {
        try CompiledTraining(model, self, seed: seed, loss: loss)
    }
}
