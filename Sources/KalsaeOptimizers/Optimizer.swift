import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// How parameters move along their gradients: a pure function.
///
/// Most optimizers look at one parameter at a time and write ``update(_:gradient:slots:scalars:)``.
/// One that must see all of them at once (the norm of all gradients) or their paths writes
/// ``updateAll(_:scalars:)`` as an ``OptimizerWrapper``.
///
/// The numbers that may change from step to step (rates, bias corrections) come as scalars, which
/// are inputs of the plan: changing the rate compiles nothing.
public protocol Optimizer: Sendable {
    /// The learning rate.
    var learningRate: Double { get set }

    /// How many tensors are remembered for a parameter, where its settings are not its own.
    var slotCount: Int { get }

    /// Visits every setting under its name with its rule: the one list that reads them from an
    /// ``OptimizerSpec``, writes them into one, and checks them. By default the learning rate alone.
    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError)

    /// Throws where a setting makes no sense: called before training begins. By default it checks
    /// the rules of ``visit(_:)``.
    func check() throws(KalsaeError)

    /// Throws where a setting is about parameters that a model does not have.
    func check(paths: [TensorPath]) throws(KalsaeError)

    /// Whether a parameter is trained at all: by default all are. Others are not handed to
    /// ``updateAll(_:scalars:)`` and have no slots.
    func trains(_ path: TensorPath) -> Bool

    /// What is remembered of a parameter before the first step; by default `slotCount` times zeros
    /// of the parameter's shape and type.
    func initialSlots(for parameter: Tensor, at path: TensorPath) -> [Tensor]

    /// The scalars that the update of a step uses; steps count from 1.
    func scalars(step: Int) -> OptimizerScalars

    /// The parameter and its slots after a step.
    ///
    /// - Parameters:
    ///   - parameter: the parameter.
    ///   - gradient: the gradient, of the same shape and type.
    ///   - slots: what is remembered, at first ``initialSlots(for:at:)``.
    ///   - scalars: those of the step, as tensors of shape `[]` and the parameter's type.
    func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor])

    /// All parameters after a step; by default each by itself.
    ///
    /// - Parameters:
    ///   - parameters: all of them, in the model's order.
    ///   - scalars: those of the step, as tensors of shape `[]` and any floating-point type.
    func updateAll(_ parameters: [TrainedParameter], scalars: ScalarTensors) -> [TrainedParameter]

    /// The numbers that a parameter should have outside of training: by default its own, with an
    /// averaging wrapper their average.
    func averaged(_ parameter: Tensor, at path: TensorPath, slots: [Tensor]) -> Tensor
}

/// A parameter with all that an optimizer knows of it.
public struct TrainedParameter: Sendable {
    /// Where it stands in the model.
    public var path: TensorPath
    /// The parameter.
    public var value: Tensor
    /// Its gradient, of the same shape and type.
    public var gradient: Tensor
    /// What is remembered of it.
    public var slots: [Tensor]

    /// Puts a parameter together.
    public init(path: TensorPath, value: Tensor, gradient: Tensor, slots: [Tensor]) {
        self.path = path
        self.value = value
        self.gradient = gradient
        self.slots = slots
    }
}

extension Optimizer {
    /// The learning rate.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("learningRate", &learningRate, .notNegative)
    }

    /// Checks the rules of all settings.
    public func check() throws(KalsaeError) {
        var copy = self
        var visitor = SettingVisitor(checking: "\(Self.self)")
        try copy.visit(&visitor)
    }

    /// Refuses a learning rate that was set to what makes no sense after ``check()``: cheap enough
    /// for every step.
    package func checkRate() throws(KalsaeError) {
        if !SettingRule.notNegative.allows(learningRate) { try check() }
    }

    /// Nothing to check.
    public func check(paths: [TensorPath]) throws(KalsaeError) {}

    /// All parameters are trained.
    public func trains(_ path: TensorPath) -> Bool { true }

    /// Zeros.
    public func initialSlots(for parameter: Tensor, at path: TensorPath) -> [Tensor] {
        (0..<slotCount).map { _ in Tensor.zeros(like: parameter) }
    }

    /// Each parameter by itself.
    public func updateAll(
        _ parameters: [TrainedParameter], scalars: ScalarTensors
    ) -> [TrainedParameter] {
        parameters.map { parameter in
            var after = parameter
            (after.value, after.slots) = update(
                parameter.value, gradient: parameter.gradient, slots: parameter.slots,
                scalars: scalars.cast(to: parameter.value.dtype))
            return after
        }
    }

    /// The parameter itself.
    public func averaged(_ parameter: Tensor, at path: TensorPath, slots: [Tensor]) -> Tensor {
        parameter
    }
}
