import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// What an optimizer remembers of all parameters of a model.
public struct OptimizerState: TensorTree, Sendable {
    /// For each parameter in order, its slots.
    public var slots: [[Tensor]]
    /// How the loss is scaled; nil where it is not. It is where the device in force multiplies in `float16`.
    public var lossScale: LossScale?

    /// What is remembered before the first step.
    public init<Model: TensorTree>(for model: Model, _ optimizer: some Optimizer) {
        slots = model.tensors.filter { $0.path.role == .parameter }.map { path, tensor in
            optimizer.trains(path) ? optimizer.initialSlots(for: tensor, at: path) : []
        }
        lossScale = Device.current.precision == .float16 ? LossScale() : nil
    }

    /// Walks the slots of all parameters, then the scale.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try slots.forEachTensor(at: path.appending("slots", role: .state), body)
        try lossScale?.forEachTensor(at: path.appending("lossScale", role: .state), body)
    }
}

extension Optimizer {
    /// Checks all settings, on their own and for a model.
    public func check<Model: TensorTree>(for model: Model) throws(KalsaeError) {
        try check()
        let paths = model.tensors.map(\.path).filter { $0.role == .parameter }
        try check(paths: paths)
        guard paths.isEmpty || paths.contains(where: trains) else {
            throw KalsaeError(
                "optimizer", expected: "a parameter that is trained",
                got: "\(paths.count) frozen ones")
        }
    }

    /// A model after a step along its gradient, the state changed with it.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - gradient: the gradient, in the model's structure.
    ///   - state: what the optimizer remembers.
    ///   - scalars: the values of ``scalars(step:)`` as one tensor.
    public func updated<Model: TensorTree>(
        _ model: Model, gradient: Model, state: inout OptimizerState, scalars: Tensor
    ) -> Model {
        let named = ScalarTensors(scalars, names: self.scalars(step: 1).names)
        let all = zip(model.tensors, gradient.tensors).filter { $0.0.path.role == .parameter }
        let trained = all.indices.filter { trains(all[$0].0.path) }
        let parameters = trained.map { index in
            TrainedParameter(
                path: all[index].0.path, value: all[index].0.tensor,
                gradient: all[index].1.tensor, slots: state.slots[index])
        }
        let before = state
        var values = all.map(\.0.tensor)
        for (index, after) in zip(trained, updateAll(parameters, scalars: named)) {
            values[index] = after.value
            state.slots[index] = after.slots
        }
        state.undoWhereInfinite(parameters, before, &values, at: trained)
        return model.replacingParameters(values)
    }

    /// The model with the numbers that it should have outside of training: see
    /// ``averaged(_:at:slots:)``.
    public func averaged<Model: TensorTree>(_ model: Model, state: OptimizerState) -> Model {
        let parameters = model.tensors.filter { $0.path.role == .parameter }
        let averages = zip(parameters, state.slots).map { entry, slots in
            trains(entry.path)
                ? averaged(entry.tensor, at: entry.path, slots: slots) : entry.tensor
        }
        return model.replacingParameters(averages)
    }
}

extension TensorTree {
    /// The same structure with its parameters replaced in order, the rest as it was.
    fileprivate func replacingParameters(_ parameters: [Tensor]) -> Self {
        var next = 0
        return mapTensors { path, tensor in
            guard path.role == .parameter, next < parameters.count else { return tensor }
            defer { next += 1 }
            return parameters[next]
        }
    }
}
