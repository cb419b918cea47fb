import Glibc
import KalsaeTensor

/// Adam (Kingma and Ba, 2015), with epsilon added after bias correction, as in PyTorch.
///
/// `m ← β₁m + (1 - β₁)g`, `v ← β₂v + (1 - β₂)g²`,
/// `p ← p - learningRate · (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + epsilon)`.
public struct Adam: Optimizer {
    /// The learning rate.
    public var learningRate: Double
    /// The share of the mean gradient that is kept.
    public var beta1: Double
    /// The share of the mean squared gradient that is kept.
    public var beta2: Double
    /// Added to the root of the mean squared gradient.
    public var epsilon: Double

    /// Makes the optimizer; the defaults are those of the paper.
    public init(
        learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
    }

    /// Means of the gradient and of its square.
    public var slotCount: Int { 2 }

    /// The corrected rate, the root's correction, both betas with their complements, epsilon.
    public func scalars(step: Int) -> [Double] {
        let rate = learningRate / (1 - pow(beta1, Double(step)))
        let correction = 1 / sqrt(1 - pow(beta2, Double(step)))
        // The complements are taken in Double: in Float, 1 - 0.999 would be off by 5e-5.
        return [rate, correction, beta1, 1 - beta1, beta2, 1 - beta2, epsilon]
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let mean = scalars[2] * slots[0] + scalars[3] * gradient
        let square = scalars[4] * slots[1] + scalars[5] * (gradient * gradient)
        let root = square.sqrt() * scalars[1] + scalars[6]
        return (parameter - scalars[0] * (mean / root), [mean, square])
    }
}
