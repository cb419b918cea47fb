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
    package var optimizer: any Optimizer
    /// The number of members.
    package let memberCount: Int
    /// The steps taken.
    package private(set) var count = 0
    private let compiled: CompiledStep<TensorPair<Model, OptimizerState>>
    private let scalars: StepScalars
    private let keys: HostTensor<Int64>

    /// The loss of one member for its share of the inputs, one number.
    package typealias Body = (Model, [Tensor]) throws -> Tensor

    /// - Parameters:
    ///   - members: the models to start from.
    ///   - seed: of the random numbers that layers draw.
    ///   - shared: the tensors that every member gets, in front of its own.
    ///   - body: the loss of one member for the shared tensors and its own inputs.
    package init(
        _ members: [Model], optimizer: any Optimizer, seed: Int, shared: [Tensor],
        body: @escaping Body
    ) throws {
        self.optimizer = optimizer
        memberCount = members.count
        let stack = try members.stacked()
        scalars = try StepScalars(count: optimizer.scalars(step: 1).count, for: stack)
        keys = try HostTensor(count: 3 * members.count)
        for member in members.indices {
            keys.values[3 * member] = Int64(seed)
            keys.values[3 * member + 1] = Int64(member)
        }
        let memory = OptimizerState(for: members[0], optimizer).stacked(count: members.count)
        let (memberCount, sharedCount) = (members.count, shared.count)
        compiled = try CompiledStep(TensorPair(stack, memory)) { state, inputs in
            let scalars = inputs[0]
            let shared = Array(inputs[2..<(2 + sharedCount)])
            let own = inputs[(2 + sharedCount)...].map { $0.reshaped(to: [memberCount, -1]) }
            let keys = inputs[1].reshaped(to: [memberCount, 3])
            let result = try mapped(over: TensorPair(state, [keys] + own)) { member in
                var state = member.first
                let key = RandomKey(member.second[0])
                let traced = try StepScope.training(key: key) {
                    try valueAndGradient(at: state.first) { model in
                        try body(model, shared + member.second.dropFirst())
                    }
                }
                let model = traced.reports.applied(to: state.first)
                state.first = optimizer.updated(
                    model, gradient: traced.result.gradient, state: &state.second,
                    scalars: scalars)
                return TensorPair(state, traced.result.value.cast(to: .float32))
            }
            state = result.first
            return [result.second]
        }
        self.shared = shared
    }

    private let shared: [Tensor]

    /// The models now, stacked, as a value.
    package var models: Model { compiled.state.first }

    /// What the optimizer remembers now of all members, as a value.
    package var optimizerState: OptimizerState { compiled.state.second }

    /// Goes on from other weights and another memory of the optimizer, as after a number of steps.
    package func restore(_ models: Model, _ state: OptimizerState, count: Int) throws {
        try compiled.restore(TensorPair(models, state))
        self.count = count
    }

    /// Takes one step; an input is as many numbers for each member, one member behind the other.
    package func run(_ inputs: [Tensor]) throws {
        try optimizer.checkRate()
        scalars.write(optimizer.scalars(step: count + 1))
        for member in 0..<memberCount { keys.values[3 * member + 2] = Int64(count + 1) }
        try compiled.run([scalars.tensor, keys.tensor] + shared + inputs)
        count += 1
    }

    /// The members' losses before the last update.
    package func losses() throws -> [Float] { try compiled.results[0].values(Float.self) }

    /// The plan of the last step.
    package var plan: (any Plan)? { compiled.plan }
}
