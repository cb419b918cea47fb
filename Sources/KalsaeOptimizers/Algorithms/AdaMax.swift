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

    /// Refuses a negative rate, betas outside of [0, 1) and an epsilon of 0.
    public func check() throws(KalsaeError) {
        try Setting.check(
            "AdaMax", Setting("learningRate", learningRate, .notNegative),
            Setting("beta1", beta1, .share), Setting("beta2", beta2, .share),
            Setting("epsilon", epsilon, .positive))
    }

    /// The corrected rate, the first beta with its complement, the second beta, epsilon.
    public func scalars(step: Int) -> [Double] {
        let rate = learningRate / (1 - pow(beta1, Double(step)))
        return [rate, beta1, 1 - beta1, beta2, epsilon]
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let mean = scalars[1] * slots[0] + scalars[2] * gradient
        let largest = (scalars[3] * slots[1]).maximum(gradient.abs() + scalars[4])
        return (parameter - scalars[0] * (mean / largest), [mean, largest])
    }
}
