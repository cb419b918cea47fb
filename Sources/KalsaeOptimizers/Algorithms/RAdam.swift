import Glibc
import KalsaeSupport
import KalsaeTensor

/// RAdam (Liu et al., 2020): Adam that divides by the mean square only once that is known well
/// enough, and is rectified by its variance; before, the mean gradient alone. No warmup is needed.
///
/// `m` and `v` as in ``Adam``, `ρ∞ = 2 / (1 - β₂) - 1`, `ρₜ = ρ∞ - 2t β₂ᵗ / (1 - β₂ᵗ)`, then
/// - while `ρₜ ≤ 5` (5 steps by default): `p ← p - learningRate · m / (1 - β₁ᵗ)`
/// - after: `p ← p - learningRate · rₜ · m / (1 - β₁ᵗ) · √(1 - β₂ᵗ) / (√v + epsilon)`, with
///   `rₜ = √((ρₜ - 4)(ρₜ - 2) ρ∞ / ((ρ∞ - 4)(ρ∞ - 2) ρₜ))`
///
/// For PyTorch's `weight_decay` put it into ``WeightDecayed``, of the style `gradient`, or with
/// `decoupled_weight_decay` of the style `decoupled`.
public struct RAdam: Optimizer {
    /// The learning rate.
    public var learningRate: Double
    /// The share of the mean gradient that is kept.
    public var beta1: Double
    /// The share of the mean squared gradient that is kept.
    public var beta2: Double
    /// Added to the root of the mean squared gradient.
    public var epsilon: Double

    /// Makes the optimizer; the defaults are PyTorch's.
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

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("learningRate", &learningRate, .notNegative)
        try settings("beta1", &beta1, .share)
        try settings("beta2", &beta2, .share)
        try settings("epsilon", &epsilon, .positive)
    }

    /// The rates of the mean alone and of the rectified quotient, of which one is 0, both betas
    /// with their complements, epsilon.
    public func scalars(step: Int) -> OptimizerScalars {
        let rate = learningRate / (1 - pow(beta1, Double(step)))
        let factor = rectification(step)
        let root = sqrt(1 - pow(beta2, Double(step)))
        return [
            "meanRate": factor == nil ? rate : 0, "rectifiedRate": rate * root * (factor ?? 0),
            "beta1": beta1, "oneMinusBeta1": 1 - beta1, "beta2": beta2,
            "oneMinusBeta2": 1 - beta2, "epsilon": epsilon,
        ]
    }

    /// `rₜ`; nil while the mean square is of too few gradients.
    private func rectification(_ step: Int) -> Double? {
        let power = pow(beta2, Double(step))
        let limit = 2 / (1 - beta2) - 1
        let length = limit - 2 * Double(step) * power / (1 - power)
        guard length > 5 else { return nil }
        return sqrt(
            (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length))
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let mean = s.beta1 * slots[0] + s.oneMinusBeta1 * gradient
        let square = s.beta2 * slots[1] + s.oneMinusBeta2 * (gradient * gradient)
        let quotient = mean / (square.sqrt() + s.epsilon)
        let moved = parameter - (s.meanRate * mean + s.rectifiedRate * quotient)
        return (moved, [mean, square])
    }
}
