import KalsaeBackend
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// One training step of several models of one structure as one plan, each on rows of its own.
///
/// Every tensor of the models and of what the optimizer remembers has a leading axis. Each member
/// draws its own random numbers.
package final class StackedStep<Model: Layer> {
    /// Whose random numbers a member draws: those of a lone training of the seed have stream 0.
    package struct Source {
        package var seed: Int, stream: Int

        package init(seed: Int, stream: Int = 0) { (self.seed, self.stream) = (seed, stream) }
    }

    /// How the members move: one optimizer for all, or one each, which differ in their scalars alone.
    package var optimizers: [any Optimizer]
    /// The number of members.
    package let memberCount: Int
    /// The steps that each member took.
    package private(set) var counts: [Int]
    private let compiled: CompiledStep<TensorPair<Model, OptimizerState>>
    private let scalars: StepScalars
    private let scalarCount: Int
    private let keys: HostTensor<Int64>
    /// What the step is called with, kept so that a step asks for no memory.
    private var arguments: [Tensor]

    /// The loss of one member for the shared tensors and its own inputs, and where its rows have
    /// weights, their sum.
    package typealias Body = (Model, [Tensor]) throws -> (loss: Tensor, weight: Tensor?)

    /// Members that share an optimizer and begin at their first step.
    ///
    /// - Parameters:
    ///   - members: the models to start from.
    ///   - seed: of the random numbers that layers draw.
    ///   - shared: the tensors that every member gets, in front of its own.
    ///   - body: the loss of one member for the shared tensors and its own inputs.
    package convenience init(
        _ members: [Model], optimizer: any Optimizer, seed: Int, shared: [Tensor],
        body: @escaping (Model, [Tensor]) throws -> Tensor
    ) throws {
        let memory = OptimizerState(for: members[0], optimizer).stacked(count: members.count)
        try self.init(
            try members.stacked(), memory, optimizers: [optimizer],
            sources: members.indices.map { Source(seed: seed, stream: $0) }, shared: shared
        ) { (try body($0, $1), nil) }
    }

    /// - Parameters:
    ///   - stack: the models, stacked.
    ///   - memory: what the optimizers remember, stacked.
    ///   - optimizers: one for all members, or one each.
    ///   - sources: the random numbers of each member.
    ///   - shared: the tensors that every member gets, in front of its own.
    ///   - body: the loss of one member.
    package init(
        _ stack: Model, _ memory: OptimizerState, optimizers: [any Optimizer],
        sources: [Source], shared: [Tensor], body: @escaping Body
    ) throws {
        self.optimizers = optimizers
        memberCount = sources.count
        counts = sources.map { _ in 0 }
        let rule = optimizers[0]
        scalarCount = rule.scalars(step: 1).count
        scalars = try StepScalars(count: optimizers.count * scalarCount, for: stack)
        keys = try HostTensor(count: 3 * sources.count)
        for (member, source) in sources.enumerated() {
            keys.values[3 * member] = Int64(source.seed)
            keys.values[3 * member + 1] = Int64(source.stream)
        }
        arguments = [scalars.tensor, keys.tensor] + shared
        let (memberCount, sharedCount) = (sources.count, shared.count)
        let (scalarCount, isOwn) = (scalarCount, optimizers.count > 1)
        compiled = try CompiledStep(TensorPair(stack, memory)) { state, inputs in
            let shared = Array(inputs[2..<(2 + sharedCount)])
            var own = [inputs[1].reshaped(to: [memberCount, 3])]
            own += inputs[(2 + sharedCount)...].map { $0.reshaped(to: [memberCount, -1]) }
            if isOwn { own.append(inputs[0].reshaped(to: [memberCount, scalarCount])) }
            let result = try mapped(over: TensorPair(state, own)) { member in
                var state = member.first
                var own = member.second
                let scalars = isOwn ? own.removeLast() : inputs[0]
                var weight: Tensor?
                let traced = try StepScope.training(key: RandomKey(own.removeFirst())) {
                    try state.second.valueAndGradient(at: state.first) { model in
                        let result = try body(model, shared + own)
                        weight = result.weight
                        return result.loss
                    }
                }
                let model = traced.reports.applied(to: state.first)
                state.first = rule.updated(
                    model, gradient: traced.result.gradient, state: &state.second,
                    scalars: scalars)
                let results = [traced.result.value] + (weight.map { [$0] } ?? [])
                return TensorPair(state, results.map { $0.cast(to: .float32) })
            }
            state = result.first
            return result.second
        }
    }

    /// The optimizer that all members share, or the first one's.
    package var optimizer: any Optimizer {
        get { optimizers[0] }
        set { optimizers[0] = newValue }
    }

    /// The models now, stacked, as a value.
    package var models: Model { compiled.state.first }

    /// The steps taken, where all members took as many.
    package var count: Int { counts[0] }

    /// What the optimizer remembers now of all members, as a value.
    package var optimizerState: OptimizerState { compiled.state.second }

    /// Goes on from other weights and another memory of the optimizer, as after a number of steps.
    package func restore(_ models: Model, _ state: OptimizerState, count: Int) throws {
        try restore(models, state)
        counts = counts.map { _ in count }
    }

    /// Goes on from other weights and another memory, those of each member as after its steps.
    package func restore(_ models: Model, _ state: OptimizerState) throws {
        try compiled.restore(TensorPair(models, state))
    }

    /// Has a member go on as another one, whose weights are those that the stack has in its stead.
    package func replace(member: Int, _ optimizer: any Optimizer, _ source: Source, count: Int) {
        optimizers[member] = optimizer
        keys.values[3 * member] = Int64(source.seed)
        keys.values[3 * member + 1] = Int64(source.stream)
        counts[member] = count
    }

    /// Takes one step; an input is as many numbers for each member, one member behind the other.
    package func run(_ inputs: [Tensor]) throws {
        for optimizer in optimizers { try optimizer.checkRate() }
        writeScalars()
        let first = arguments.count
        arguments += inputs
        defer { arguments.removeLast(arguments.count - first) }
        try compiled.run(arguments)
        for member in counts.indices { counts[member] += 1 }
    }

    /// The graph of the next step on inputs, with names and data, for the optimizers' rates.
    func graph(for inputs: [Tensor]) throws -> StepGraph {
        writeScalars()
        let own = try (Array(arguments[..<2]) + inputs).map { tensor in
            Tensor(try tensor.evaluatedBuffer().copied(), tensor.type)
        }
        let all = Array(own[..<2]) + Array(arguments[2...]) + Array(own[2...])
        var graph = try compiled.graph(for: all)
        let names = StepNames(models)
        graph.inputNames = graph.inputNames.map { names.stackedInput($0, count: all.count) }
        graph.outputNames = graph.outputNames.map(names.output)
        return graph
    }

    /// Writes the rates and random keys of the next step.
    private func writeScalars() {
        for (index, optimizer) in optimizers.enumerated() {
            scalars.write(optimizer.scalars(step: counts[index] + 1), at: index * scalarCount)
        }
        for member in counts.indices { keys.values[3 * member + 2] = Int64(counts[member] + 1) }
    }

    /// The members' losses before the last update.
    package func losses() throws -> [Float] {
        var losses: [Float] = []
        try compiled.read(0, into: &losses)
        return losses
    }

    /// Reads the members' losses before the last update, and the weights of their batches where rows
    /// have some.
    package func read(losses: inout [Float], weights: inout [Float]) throws {
        try compiled.read(0, into: &losses)
        if compiled.resultCount > 1 { try compiled.read(1, into: &weights) }
    }

    /// How often it was compiled.
    package var compilations: Int { compiled.traceCount }

    /// The plan of the last step.
    package var plan: (any Plan)? { compiled.plan }
}
