import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// An optimizer with what it remembers of a model, for a loop of one's own: a value, so that a
/// copy is a snapshot.
///
/// ```swift
/// var optimizer = try StatefulOptimizer(Adam(learningRate: 0.01), for: model)
/// let (loss, gradient) = valueAndGradient(at: model) { model in lossOf(model(x), y) }
/// try optimizer.step(&model, gradient)
/// ```
public struct StatefulOptimizer: Sendable {
    /// How parameters move.
    public private(set) var rule: any Optimizer
    /// What is remembered of all parameters.
    public private(set) var state: OptimizerState
    /// The steps taken.
    public private(set) var stepCount: Int
    /// For each parameter in order, its name and type.
    package let parameters: [(path: TensorPath, type: TensorType)]

    /// Prepares an optimizer for the parameters of a model.
    ///
    /// - Throws: a `KalsaeError` where a setting makes no sense for this model, or a fault of it.
    public init<Model: TensorTree>(_ rule: any Optimizer, for model: Model) throws {
        try rule.check(for: model)
        for entry in model.tensors { if let fault = entry.tensor.fault { throw fault } }
        self.rule = rule
        state = OptimizerState(for: model, rule)
        stepCount = 0
        parameters = Self.parameters(of: model).map { ($0.path, $0.tensor.type) }
        // What is data has the first step's plan serve all others.
        try model.evaluate()
        try state.evaluate()
        state = state.detached(like: state)
    }

    /// The learning rate; a change acts from the next step on and compiles nothing. A rate that is
    /// negative or not finite is refused by that step; ``setLearningRate(_:)`` refuses it at once.
    public var learningRate: Double {
        get { rule.learningRate }
        set { rule.learningRate = newValue }
    }

    /// Sets the learning rate.
    ///
    /// - Throws: a `KalsaeError` for one that is negative or not finite; the rate then stays.
    public mutating func setLearningRate(_ rate: Double) throws(KalsaeError) {
        try LearningRate.check(rate)
        rule.learningRate = rate
    }

    /// Moves a model along its gradient: forward, backward and update in one plan, which is found
    /// again by the next step.
    ///
    /// - Throws: the fault that the gradient carries, or a `KalsaeError` where the model is another
    ///   one; model and state then stay as they were.
    public mutating func step<Model: TensorTree>(_ model: inout Model, _ gradient: Model) throws {
        try step(&model, gradient, alongside: [])
    }

    /// The same, with other tensors computed in the same plan.
    package mutating func step<Model: TensorTree>(
        _ model: inout Model, _ gradient: Model, alongside others: [Tensor]
    ) throws {
        try rule.checkRate()
        try check(model)
        try check(gradient)
        let numbers = rule.scalars(step: stepCount + 1).values
        let isDouble = model.tensors.contains { $0.tensor.dtype == .float64 }
        let scalars = isDouble ? Tensor(numbers) : Tensor(numbers.map { Float($0) })
        var after = state
        let moved = rule.updated(model, gradient: gradient, state: &after, scalars: scalars)
        try Tensor.evaluate((moved.tensors + after.tensors).map(\.tensor) + others)
        model = moved.detached(like: model)
        state = after.detached(like: state)
        stepCount += 1
    }

    /// The model with the weights that the optimizer keeps for use outside of training, as
    /// ``ExponentialMovingAverage`` does; else the model.
    public func averaged<Model: TensorTree>(_ model: Model) -> Model {
        rule.averaged(model, state: state)
    }

    /// Goes on from what was remembered after a number of steps; the rule may have another rate.
    package mutating func restore(_ state: OptimizerState, stepCount: Int) {
        self.state = state
        self.stepCount = stepCount
    }

    private func check<Model: TensorTree>(_ tree: Model) throws {
        let given = Self.parameters(of: tree)
        for entry in given { if let fault = entry.tensor.fault { throw fault } }
        guard given.map(\.tensor.type) == parameters.map(\.type) else {
            throw KalsaeError(
                "optimizer", expected: "the \(parameters.count) parameters that it was made for",
                got: "\(given.count) parameters, or other types",
                advice: "make a StatefulOptimizer for this model")
        }
    }

    private static func parameters<Model: TensorTree>(
        of model: Model
    ) -> [(path: TensorPath, tensor: Tensor)] {
        model.tensors.filter { $0.path.role == .parameter }
    }
}

extension TensorTree {
    /// The same computed numbers without what they were computed from, marked as the tensors of
    /// another tree of this structure are.
    fileprivate func detached(like other: Self) -> Self {
        let marks = other.tensors
        var index = 0
        return mapTensors { path, tensor in
            defer { index += 1 }
            guard let buffer = tensor.node.buffer, index < marks.count else { return tensor }
            return Tensor(
                node: TensorNode(
                    buffer, tensor.type, label: path.name,
                    isParameter: marks[index].tensor.node.isParameter))
        }
    }
}
