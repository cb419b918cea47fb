import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// How parameters move along their gradients: a pure function for one parameter.
///
/// The numbers that may change from step to step (rates, bias corrections) come as scalars, which
/// are inputs of the plan: changing the rate compiles nothing.
public protocol Optimizer: Sendable {
    /// The learning rate.
    var learningRate: Double { get set }

    /// How many tensors of the parameter's shape are remembered for it.
    var slotCount: Int { get }

    /// The scalars that the update of a step uses; steps count from 1.
    func scalars(step: Int) -> [Double]

    /// The parameter and its slots after a step.
    ///
    /// - Parameters:
    ///   - parameter: the parameter.
    ///   - gradient: the gradient, of the same shape and type.
    ///   - slots: what is remembered, at first zeros; `slotCount` tensors.
    ///   - scalars: those of the step, as tensors of shape `[]` and the parameter's type.
    func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
    ) -> (parameter: Tensor, slots: [Tensor])
}

/// What an optimizer remembers of all parameters of a model.
public struct OptimizerState: TensorTree, Sendable {
    /// For each parameter in order, its slots.
    public var slots: [[Tensor]]

    /// Zeros for every parameter of a model.
    public init<Model: TensorTree>(for model: Model, _ optimizer: some Optimizer) {
        slots = model.tensors.filter(\.path.isTrained).map { entry in
            (0..<optimizer.slotCount).map { _ in Tensor.zeros(like: entry.tensor) }
        }
    }

    /// Walks the slots of all parameters.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try slots.forEachTensor(at: path.appending("slots", role: .state), body)
    }
}

extension TensorPath {
    fileprivate var isTrained: Bool { role == .parameter }
}

extension Optimizer {
    /// A model after a step along its gradient, the state changed with it.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - gradient: the gradient, in the model's structure.
    ///   - state: what the optimizer remembers.
    ///   - scalars: ``scalars(step:)`` as one tensor.
    public func updated<Model: TensorTree>(
        _ model: Model, gradient: Model, state: inout OptimizerState, scalars: Tensor
    ) -> Model {
        let count = self.scalars(step: 1).count
        let numbers = (0..<count).map { scalars[$0] }
        let gradients = gradient.tensors
        var place = 0
        var parameter = 0
        return model.mapTensors { path, tensor in
            defer { place += 1 }
            guard path.role == .parameter else { return tensor }
            defer { parameter += 1 }
            let typed = numbers.map { $0.cast(to: tensor.dtype) }
            let result = update(
                tensor, gradient: gradients[place].tensor, slots: state.slots[parameter],
                scalars: typed)
            state.slots[parameter] = result.slots
            return result.parameter
        }
    }
}
