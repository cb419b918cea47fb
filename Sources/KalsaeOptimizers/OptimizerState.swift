import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// What an optimizer remembers of all parameters of a model.
public struct OptimizerState: TensorTree, Sendable {
    /// For each parameter in order, its slots.
    public var slots: [[Tensor]]

    /// What is remembered before the first step.
    public init<Model: TensorTree>(for model: Model, _ optimizer: some Optimizer) {
        slots = model.tensors.filter(\.path.isTrained).map { entry in
            optimizer.initialSlots(for: entry.tensor, at: entry.path)
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
        var parameters: [TrainedParameter] = []
        for (entry, slope) in zip(model.tensors, gradient.tensors) where entry.path.isTrained {
            parameters.append(
                TrainedParameter(
                    path: entry.path, value: entry.tensor, gradient: slope.tensor,
                    slots: state.slots[parameters.count]))
        }
        let after = updateAll(parameters, scalars: numbers)
        state.slots = after.map(\.slots)
        return model.replacingParameters(after.map(\.value))
    }

    /// The model with the numbers that it should have outside of training: see
    /// ``averaged(_:at:slots:)``.
    public func averaged<Model: TensorTree>(_ model: Model, state: OptimizerState) -> Model {
        let parameters = model.tensors.filter(\.path.isTrained)
        let averages = zip(parameters, state.slots).map { entry, slots in
            averaged(entry.tensor, at: entry.path, slots: slots)
        }
        return model.replacingParameters(averages)
    }
}

extension TensorTree {
    /// The same structure with its parameters replaced in order, the rest as it was.
    fileprivate func replacingParameters(_ parameters: [Tensor]) -> Self {
        var next = 0
        return mapTensors { path, tensor in
            guard path.isTrained, next < parameters.count else { return tensor }
            defer { next += 1 }
            return parameters[next]
        }
    }
}
