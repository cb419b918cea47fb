import KalsaeBackend
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// One training step as a plan: forward, loss, backward, update, on a batch that is given.
package final class BatchStep<Model: Layer> {
    package var optimizer: any Optimizer
    /// The steps taken.
    package private(set) var count: Int
    private let compiled: CompiledStep<TensorPair<Model, OptimizerState>>
    private let scalars: StepScalars
    private let key: HostTensor<Int64>
    /// What the step is called with, kept so that a step asks for no memory.
    private var arguments: [Tensor]

    /// Turns the inputs that are left into a batch: what the network gets, the targets, and how
    /// much each row counts.
    package typealias Prepare = ([Tensor]) -> (inputs: Tensor, targets: Tensor, weights: Tensor?)

    /// The loss of the model for a batch, traced in the scope of a training's step.
    package typealias Body = (Model, [Tensor]) throws -> Tensor

    package convenience init(
        _ model: Model, loss: Loss, optimizer: any Optimizer, seed: Int,
        extras: StepExtras = StepExtras(), prepare: @escaping Prepare = { ($0[0], $0[1], nil) }
    ) throws {
        let state = OptimizerState(for: model, optimizer)
        try self.init(
            model, optimizer, state, seed: seed, finish: extras.constrained
        ) { model, inputs in
            let (raw, targets, weights) = prepare(inputs)
            let (x, y) = extras.mixed(raw, targets)
            return extras.penalized(loss(model(x), y, weights: weights), model)
        }
    }

    /// - Parameters:
    ///   - count: the steps that were taken before.
    ///   - finish: what is done with the model after each update.
    package init(
        _ model: Model, _ optimizer: any Optimizer, _ state: OptimizerState, count: Int = 0,
        seed: Int, finish: @escaping (Model) -> Model = { $0 }, body: @escaping Body
    ) throws {
        self.optimizer = optimizer
        self.count = count
        scalars = try StepScalars(count: optimizer.scalars(step: 1).count, for: model)
        key = try HostTensor(count: 3)
        key.values[0] = Int64(seed)
        arguments = [scalars.tensor, key.tensor]
        compiled = try CompiledStep(TensorPair(model, state)) { state, inputs in
            let traced = try StepScope.training(key: RandomKey(inputs[1])) {
                try valueAndGradient(at: state.first) { model in
                    try body(model, Array(inputs.dropFirst(2)))
                }
            }
            let model = traced.reports.applied(to: state.first)
            let updated = optimizer.updated(
                model, gradient: traced.result.gradient, state: &state.second, scalars: inputs[0])
            state.first = finish(updated)
            return [traced.result.value.cast(to: .float32)]
        }
    }

    /// The model now, as a value.
    package var model: Model { compiled.state.first }

    /// What the optimizer remembers now, as a value.
    package var optimizerState: OptimizerState { compiled.state.second }

    /// The model with the weights that the optimizer keeps for use outside of training.
    package var averagedModel: Model {
        let state = compiled.state
        return optimizer.averaged(state.first, state: state.second)
    }

    /// Goes on from other weights.
    package func restore(_ model: Model) throws {
        try compiled.restore(TensorPair(model, compiled.state.second))
    }

    /// The plan of the last step.
    package var plan: (any Plan)? { compiled.plan }

    /// Makes the plan for inputs like these and takes no step.
    package func compile(_ inputs: Tensor...) throws {
        try compiled.compile([scalars.tensor, key.tensor] + inputs)
    }

    /// Takes one step and returns the loss before the update.
    package func run(_ inputs: Tensor...) throws -> Double { try run(inputs) }

    /// Takes one step and returns the loss before the update.
    package func run(_ inputs: [Tensor]) throws -> Double {
        let number = count + 1
        scalars.write(optimizer.scalars(step: number))
        key.values[2] = Int64(number)
        if arguments.count != inputs.count + 2 {
            arguments = [scalars.tensor, key.tensor] + inputs
        } else {
            for (index, input) in inputs.enumerated()
            where arguments[index + 2].node !== input.node {
                arguments[index + 2] = input
            }
        }
        try compiled.run(arguments)
        count = number
        return Double(compiled.scalar(0))
    }
}

/// The training step of a data set: gathers its batch by row number inside of the plan.
package final class TrainingStep<Model: Layer> {
    private let step: BatchStep<Model>
    private var rows: [Int: HostTensor<Int32>] = [:]
    private let scale: HostTensor<Float>

    package init(
        _ model: Model, loss: Loss, optimizer: any Optimizer, seed: Int,
        extras: StepExtras = StepExtras()
    ) throws {
        scale = try HostTensor(count: 1)
        step = try BatchStep(
            model, loss: loss, optimizer: optimizer, seed: seed, extras: extras
        ) { inputs in
            let (features, targets, rows) = (inputs[0], inputs[1], inputs[2])
            let x = Dataset.inputs(features.gathered(at: rows), scale: inputs[3])
            let weights = inputs.count > 4 ? inputs[4].gathered(at: rows) : nil
            return (x, targets.gathered(at: rows), weights)
        }
    }

    package var model: Model { step.model }
    package var averagedModel: Model { step.averagedModel }
    package var count: Int { step.count }
    package var plan: (any Plan)? { step.plan }
    package var optimizer: any Optimizer {
        get { step.optimizer }
        set { step.optimizer = newValue }
    }

    package func restore(_ model: Model) throws { try step.restore(model) }

    /// Takes one step on some rows and returns the loss before the update, whatever it is.
    package func runUnchecked(_ data: Dataset, _ batch: ArraySlice<Int32>) throws -> Double {
        let rows = try rowTensor(batch)
        scale.values[0] = Float(data.featureScale)
        guard let weights = data.weights else {
            return try step.run(data.features, data.targets, rows.tensor, scale.tensor)
        }
        return try step.run(data.features, data.targets, rows.tensor, scale.tensor, weights)
    }

    /// Takes one step on some rows and returns the loss before the update, which must be finite.
    package func run(_ data: Dataset, _ batch: ArraySlice<Int32>) throws -> Double {
        let value = try runUnchecked(data, batch)
        guard value.isFinite else {
            throw KalsaeError(
                "training", expected: "a finite loss", got: "\(value) at step \(count)",
                advice: "use a smaller learning rate, or look for wrong numbers in the data")
        }
        return value
    }

    /// The place in memory for batches of this size: an epoch has at most two sizes.
    private func rowTensor(_ batch: ArraySlice<Int32>) throws -> HostTensor<Int32> {
        let known = rows[batch.count]
        let tensor = try known ?? HostTensor<Int32>(count: batch.count)
        if known == nil { rows[batch.count] = tensor }
        tensor.write(batch)
        return tensor
    }
}
