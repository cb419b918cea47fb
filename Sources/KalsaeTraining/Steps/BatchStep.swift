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
    private let weighing = Weighing()
    /// Whether ``norms`` are told.
    package let observesNorms: Bool

    /// Whether a loss was traced whose rows have weights.
    private final class Weighing {
        var isWeighted = false
    }

    /// Turns the inputs that are left into a batch: what the network gets, the targets, and how
    /// much each row counts.
    package typealias Prepare = ([Tensor]) -> (inputs: Tensor, targets: Tensor, weights: Tensor?)

    /// The loss of the model for a batch and, where its rows have weights, their sum; traced in the
    /// scope of a training's step.
    package typealias Body = (Model, [Tensor]) throws -> (loss: Tensor, weight: Tensor?)

    package convenience init(
        _ model: Model, loss: Loss, optimizer: any Optimizer, seed: Int,
        extras: StepExtras = StepExtras(), prepare: @escaping Prepare = { ($0[0], $0[1], nil) }
    ) throws {
        try self.init(
            model, loss: loss, optimizer: optimizer, state: OptimizerState(for: model, optimizer),
            count: 0, seed: seed, extras: extras, prepare: prepare)
    }

    /// - Parameters:
    ///   - state: what the optimizer remembers.
    ///   - count: the steps that were taken before.
    package convenience init(
        _ model: Model, loss: Loss, optimizer: any Optimizer, state: OptimizerState, count: Int,
        seed: Int, extras: StepExtras, prepare: @escaping Prepare
    ) throws {
        try self.init(
            model, optimizer, state, count: count, seed: seed, finish: extras.constrained,
            observesNorms: extras.observesNorms
        ) { model, inputs in
            let (raw, targets, weights) = prepare(inputs)
            let (x, y) = extras.mixed(raw, targets)
            let output = model(x)
            return TraceNotes.within("loss") {
                let (mean, weight) = loss.mean(output, y, weights: weights)
                return (extras.penalized(mean, model), weight)
            }
        }
    }

    /// - Parameters:
    ///   - count: the steps that were taken before.
    ///   - finish: what is done with the model after each update.
    ///   - observesNorms: whether the step tells the sizes of gradients and updates.
    package init(
        _ model: Model, _ optimizer: any Optimizer, _ state: OptimizerState, count: Int = 0,
        seed: Int, finish: @escaping (Model) -> Model = { $0 }, observesNorms: Bool = false,
        body: @escaping Body
    ) throws {
        self.observesNorms = observesNorms
        self.optimizer = optimizer
        self.count = count
        scalars = try StepScalars(count: optimizer.scalars(step: 1).count, for: model)
        key = try HostTensor(count: 3)
        key.values[0] = Int64(seed)
        arguments = [scalars.tensor, key.tensor]
        compiled = try CompiledStep(TensorPair(model, state)) { [weighing] state, inputs in
            var weight: Tensor?
            let traced = try StepScope.training(key: RandomKey(inputs[1])) {
                try state.second.valueAndGradient(at: state.first) { model in
                    let result = try body(model, Array(inputs.dropFirst(2)))
                    weight = result.weight
                    return result.loss
                }
            }
            let model = traced.reports.applied(to: state.first)
            let updated = TraceNotes.within("optimizer") {
                optimizer.updated(
                    model, gradient: traced.result.gradient, state: &state.second,
                    scalars: inputs[0])
            }
            state.first = finish(updated)
            var results = [traced.result.value.cast(to: .float32)]
            if let weight {
                weighing.isWeighted = true
                results.append(weight.cast(to: .float32))
            }
            if observesNorms {
                results.append(
                    StepNorms.tensor(
                        gradient: traced.result.gradient, before: model, after: state.first))
            }
            return results
        }
    }

    /// The model now, as a value.
    package var model: Model { compiled.state.first.labeled() }

    /// What the optimizer remembers now, as a value.
    package var optimizerState: OptimizerState { compiled.state.second }

    /// The model with the weights that the optimizer keeps for use outside of training.
    package var averagedModel: Model {
        let state = compiled.state
        return optimizer.averaged(state.first.labeled(), state: state.second)
    }

    /// Goes on from other weights.
    package func restore(_ model: Model) throws {
        try compiled.restore(TensorPair(model, compiled.state.second))
    }

    /// Goes on from other weights and another memory of the optimizer, as after a number of steps.
    package func restore(_ model: Model, _ state: OptimizerState, count: Int) throws {
        try compiled.restore(TensorPair(model, state))
        self.count = count
    }

    /// The sum of the weights of the last batch's rows; nil where they have none.
    package var weight: Double? {
        guard weighing.isWeighted else { return nil }
        let weight = compiled.scalar(1)
        return weight.isNaN ? nil : Double(weight)
    }

    /// The sizes of parameters, gradients and updates in the last step; none where they are not
    /// observed, or no step was taken.
    package var norms: [ParameterNorms] {
        guard observesNorms, let numbers = try? compiled.results.last?.values(Float.self) else {
            return []
        }
        return StepNorms.norms(of: model, numbers)
    }

    /// For how many types of inputs it was compiled.
    package var compilations: Int { compiled.traceCount }

    /// The plan of the last step.
    package var plan: (any Plan)? { compiled.plan }

    /// The graph of the next step on inputs, with names and data, for the optimizer's rate.
    package func graph(for inputs: [Tensor]) throws -> StepGraph {
        scalars.write(optimizer.scalars(step: count + 1))
        key.values[2] = Int64(count + 1)
        let copies = try [scalars.tensor, key.tensor].map { tensor in
            Tensor(try tensor.evaluatedBuffer().copied(), tensor.type)
        }
        var graph = try compiled.graph(for: copies + inputs)
        let names = StepNames(model)
        graph.inputNames = graph.inputNames.map(names.input)
        graph.outputNames = graph.outputNames.map(names.output)
        return graph
    }

    /// Makes the plan for inputs like these and takes no step.
    package func compile(_ inputs: Tensor...) throws { try compile(inputs) }

    /// Makes the plan for inputs like these and takes no step.
    package func compile(_ inputs: [Tensor]) throws {
        try compiled.compile([scalars.tensor, key.tensor] + inputs)
    }

    /// Takes one step and returns the loss before the update.
    package func run(_ inputs: Tensor...) throws -> Double { try run(inputs) }

    /// Takes one step and returns the loss before the update.
    package func run(_ inputs: [Tensor]) throws -> Double {
        try write(step: count + 1)
        take(inputs)
        try compiled.run(arguments)
        count += 1
        return Double(try compiled.checkedScalar(0))
    }

    /// Takes several steps on inputs that `prepare` rewrites before each, with the optimizer's rate then.
    func run(
        _ inputs: [Tensor], times: Int, prepare: (Int) throws(KalsaeError) -> Void
    ) throws -> CompiledStep<TensorPair<Model, OptimizerState>>.Runs {
        take(inputs)
        let first = count + 1
        let runs = try compiled.run(arguments, times: times) { index throws(KalsaeError) in
            try prepare(index)
            try write(step: first + index)
        }
        count += runs.scalars.count
        return runs
    }

    /// The sum of the weights of a batch's rows among the results of its step; nil where they have none.
    func weight(in scalars: [Float]) -> Double? {
        guard weighing.isWeighted, scalars.count > 1, !scalars[1].isNaN else { return nil }
        return Double(scalars[1])
    }

    /// Writes what the optimizer and random numbers depend on.
    private func write(step number: Int) throws(KalsaeError) {
        try optimizer.checkRate()
        scalars.write(optimizer.scalars(step: number))
        key.values[2] = Int64(number)
    }

    /// Keeps the inputs behind the arguments of each step.
    private func take(_ inputs: [Tensor]) {
        if arguments.count != inputs.count + 2 {
            arguments = [scalars.tensor, key.tensor] + inputs
        } else {
            for (index, input) in inputs.enumerated()
            where arguments[index + 2].node !== input.node {
                arguments[index + 2] = input
            }
        }
    }
}
