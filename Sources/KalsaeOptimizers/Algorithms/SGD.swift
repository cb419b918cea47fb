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

    /// Refuses a negative rate, a momentum outside of [0, 1) and looking ahead without momentum.
    public func check() throws(KalsaeError) {
        try Setting.check(
            "SGD", Setting("learningRate", learningRate, .notNegative),
            Setting("momentum", momentum, .share))
        guard !nesterov || momentum > 0 else {
            throw KalsaeError("SGD", expected: "momentum above 0 with nesterov", got: "0.0")
        }
    }

    /// The rate and the momentum.
    public func scalars(step: Int) -> [Double] { [learningRate, momentum] }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let (rate, momentum) = (scalars[0], scalars[1])
        guard let velocity = slots.first else {
            return (parameter - rate * gradient, [])
        }
        let moved = momentum * velocity + gradient
        let direction = nesterov ? gradient + momentum * moved : moved
        return (parameter - rate * direction, [moved])
    }
}
