import Glibc
import KalsaeSupport
import KalsaeTensor

/// AdaMax (Kingma and Ba, 2015, section 7.1): Adam with the largest gradient instead of the root.
///
/// `m ← β₁m + (1 - β₁)g`, `u ← max(β₂u, |g| + epsilon)`,
/// `p ← p - learningRate / (1 - β₁ᵗ) · m / u`.
public struct AdaMax: Optimizer {
    /// The learning rate.
    public var learningRate: Double
    /// The share of the mean gradient that is kept.
    public var beta1: Double
    /// The share of the largest gradient that is kept.
    public var beta2: Double
    /// Added to the size of the gradient.
    public var epsilon: Double

    /// Makes the optimizer; the defaults are PyTorch's. Keras has rate 0.001 and epsilon 1e-7.
    public init(
        learningRate: Double = 0.002, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
    }

    /// The mean of the gradient and the largest gradient.
    public var slotCount: Int { 2 }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("learningRate", &learningRate, .notNegative)
        try settings("beta1", &beta1, .share)
        try settings("beta2", &beta2, .share)
        try settings("epsilon", &epsilon, .positive)
    }

    /// The corrected rate, the first beta with its complement, the second beta, epsilon.
    public func scalars(step: Int) -> OptimizerScalars {
        let rate = learningRate / (1 - pow(beta1, Double(step)))
        return [
            "rate": rate, "beta1": beta1, "oneMinusBeta1": 1 - beta1, "beta2": beta2,
            "epsilon": epsilon,
        ]
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let mean = s.beta1 * slots[0] + s.oneMinusBeta1 * gradient
        let largest = (s.beta2 * slots[1]).maximum(gradient.abs() + s.epsilon)
        return (parameter - s.rate * (mean / largest), [mean, largest])
    }
}
