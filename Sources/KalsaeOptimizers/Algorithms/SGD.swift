import KalsaeSupport
import KalsaeTensor

/// Stochastic gradient descent, with momentum if wished, in PyTorch's form.
///
/// `v ← momentum · v + g`, `p ← p - learningRate · v` (Nesterov: `p ← p - learningRate · (g +
/// momentum · v)`). The rate is not part of `v`, so that a change of rate acts at once.
public struct SGD: Optimizer {
    /// The learning rate.
    public var learningRate: Double
    /// The share of the velocity that is kept; 0 for plain descent.
    public var momentum: Double
    /// Whether the gradient looks ahead along the velocity.
    public var nesterov: Bool

    /// Makes the optimizer; by default plain descent with rate 0.01.
    public init(learningRate: Double = 0.01, momentum: Double = 0, nesterov: Bool = false) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
    }

    /// The velocity, where there is momentum.
    public var slotCount: Int { momentum == 0 ? 0 : 1 }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("learningRate", &learningRate, .notNegative)
        try settings("momentum", &momentum, .share)
        try settings("nesterov", &nesterov)
        try settings.require(
            !nesterov || momentum > 0, expected: "momentum above 0 with nesterov",
            got: "\(momentum)")
    }

    /// The rate and the momentum.
    public func scalars(step: Int) -> OptimizerScalars {
        ["rate": learningRate, "momentum": momentum]
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        guard let velocity = slots.first else {
            return (parameter - s.rate * gradient, [])
        }
        let moved = s.momentum * velocity + gradient
        let direction = nesterov ? gradient + s.momentum * moved : moved
        return (parameter - s.rate * direction, [moved])
    }
}
