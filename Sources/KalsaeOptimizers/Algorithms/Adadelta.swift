import KalsaeSupport
import KalsaeTensor

/// Adadelta (Zeiler, 2012): steps as large as the last ones, so that units agree.
///
/// `v ← decay · v + (1 - decay) · g²`, `d = √(a + epsilon) / √(v + epsilon) · g`,
/// `a ← decay · a + (1 - decay) · d²`, `p ← p - learningRate · d`.
public struct Adadelta: Optimizer {
    /// The learning rate.
    public var learningRate: Double
    /// The share of both means that is kept; rho in Keras and PyTorch.
    public var decay: Double
    /// Added inside of both roots.
    public var epsilon: Double

    /// Makes the optimizer; the defaults are PyTorch's. Keras has rate 0.001, decay 0.95 and
    /// epsilon 1e-7.
    public init(learningRate: Double = 1, decay: Double = 0.9, epsilon: Double = 1e-6) {
        self.learningRate = learningRate
        self.decay = decay
        self.epsilon = epsilon
    }

    /// Mean squares of the gradient and of the steps.
    public var slotCount: Int { 2 }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("learningRate", &learningRate, .notNegative)
        try settings("decay", &decay, .share)
        try settings("epsilon", &epsilon, .positive)
    }

    /// The rate, the decay with its complement, epsilon.
    public func scalars(step: Int) -> OptimizerScalars {
        ["rate": learningRate, "decay": decay, "oneMinusDecay": 1 - decay, "epsilon": epsilon]
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let square = s.decay * slots[0] + s.oneMinusDecay * (gradient * gradient)
        let ratio = (slots[1] + s.epsilon).sqrt() / (square + s.epsilon).sqrt()
        let direction = ratio * gradient
        let moved = s.decay * slots[1] + s.oneMinusDecay * (direction * direction)
        return (parameter - s.rate * direction, [square, moved])
    }
}
