import KalsaeBackend
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// The training step of batches: rows of a set in memory are gathered by number inside of the plan.
package final class TrainingStep<Model: Layer> {
    private var step: BatchStep<Model>
    private let loss: Loss
    private let extras: StepExtras
    private let seed: Int
    private var rows: [Int: HostTensor<Int32>] = [:]
    /// Compilations of steps before a change of settings.
    private var formerCompilations = 0
    private let scale: HostTensor<Float>

    package init(
        _ model: Model, loss: Loss, optimizer: any Optimizer, seed: Int,
        extras: StepExtras = StepExtras()
    ) throws {
        (self.loss, self.extras, self.seed) = (loss, extras, seed)
        scale = try HostTensor(count: 1)
        step = try BatchStep(
            model, loss: loss, optimizer: optimizer, seed: seed, extras: extras,
            prepare: BatchInputs.prepared)
    }

    /// Goes on with another optimizer, and with a model of the same tensors, traced anew.
    ///
    /// - Throws: a `KalsaeError` where the optimizer remembers other tensors than the last one.
    package func reconfigure(model: Model?, optimizer: any Optimizer) throws {
        let state = step.optimizerState
        let model = model ?? step.model
        let fresh = OptimizerState(for: model, optimizer)
        try Self.checkSlots(
            state.tensors.map(\.tensor.type), are: fresh.tensors.map(\.tensor.type))
        try optimizer.check(for: model)
        formerCompilations += step.compilations
        step = try BatchStep(
            model, loss: loss, optimizer: optimizer, state: state, count: step.count, seed: seed,
            extras: extras, prepare: BatchInputs.prepared)
    }

    /// Throws where an optimizer of other settings remembers other tensors.
    static func checkSlots(_ now: [TensorType], are fresh: [TensorType]) throws(KalsaeError) {
        guard fresh == now else {
            throw KalsaeError(
                "setting", expected: "one with which the optimizer remembers what it did",
                got: "other tensors", advice: "branch from a checkpoint instead")
        }
    }

    /// A step of its own that does what this one does, from the same state on.
    package func replica() throws -> TrainingStep {
        var extras = extras
        extras.observesNorms = false
        let copy = try TrainingStep(
            step.model, loss: loss, optimizer: optimizer, seed: seed, extras: extras)
        try copy.restore(step.model, step.optimizerState, count: step.count)
        return copy
    }

    /// The graph of the next step on a batch, whose rows are gathered first.
    package func graph(for batch: Batch) throws -> StepGraph {
        try step.graph(for: BatchInputs.gathered(batch))
    }

    package var model: Model { step.model }
    package var optimizerState: OptimizerState { step.optimizerState }
    package var averagedModel: Model { step.averagedModel }
    package var count: Int { step.count }
    /// How often it was compiled.
    package var compilations: Int { formerCompilations + step.compilations }
    package var plan: (any Plan)? { step.plan }
    package var observesNorms: Bool { step.observesNorms }
    package var norms: [ParameterNorms] { step.norms }
    package var optimizer: any Optimizer {
        get { step.optimizer }
        set { step.optimizer = newValue }
    }

    package func restore(_ model: Model) throws { try step.restore(model) }

    /// Goes on from other weights and another memory of the optimizer, as after a number of steps.
    package func restore(_ model: Model, _ state: OptimizerState, count: Int) throws {
        try step.restore(model, state, count: count)
    }

    /// Takes one step and returns the loss before the update, whatever it is.
    package func runUnchecked(_ batch: Batch) throws -> Double {
        switch batch.storage {
        case .rows(let set, let numbers):
            let data = set.data
            let rows = try rowTensor(numbers)
            scale.values[0] = Float(data.featureScale)
            guard let weights = data.weights else {
                return try step.run(data.features, data.targets, rows.tensor, scale.tensor)
            }
            return try step.run(data.features, data.targets, rows.tensor, scale.tensor, weights)
        case .tensors(let inputs, let targets, let weights):
            scale.values[0] = 1
            guard let weights else { return try step.run(inputs, targets, scale.tensor) }
            return try step.run(inputs, targets, scale.tensor, weights)
        }
    }

    /// Takes one step and returns the loss before the update, which must be finite.
    package func run(_ batch: Batch) throws -> Double {
        let value = try runUnchecked(batch)
        guard value.isFinite else {
            throw KalsaeError(
                "training", expected: "a finite loss", got: "\(value) at step \(count)",
                advice: "use a smaller learning rate, or look for wrong numbers in the data")
        }
        return value
    }

    /// How much the last batch counts in the mean over an epoch: its rows, or their weights.
    package func weight(of batch: Batch) -> Double { step.weight ?? Double(batch.count) }

    /// The place in memory for batches of this size: an epoch has at most two sizes.
    private func rowTensor(_ batch: ArraySlice<Int32>) throws -> HostTensor<Int32> {
        let known = rows[batch.count]
        let tensor = try known ?? HostTensor<Int32>(count: batch.count)
        if known == nil { rows[batch.count] = tensor }
        tensor.write(batch)
        return tensor
    }
}
