import Glibc
import KalsaeSupport
import KalsaeTensor

/// NAdam (Dozat, 2016): Adam that looks ahead along the mean gradient, as Nesterov does.
///
/// `m` and `v` as in ``Adam``, `μᵢ = β₁ (1 - ½ · 0.96^(i · momentumDecay))`, `Mₜ = μ₁ … μₜ`,
/// `r = √(v / (1 - β₂ᵗ)) + epsilon`,
/// `p ← p - learningRate · ((1 - μₜ) / (1 - Mₜ) · g + μₜ₊₁ / (1 - Mₜ₊₁) · m) / r`.
public struct NAdam: Optimizer {
    /// The learning rate.
    public var learningRate: Double
    /// The share of the mean gradient that is kept.
    public var beta1: Double
    /// The share of the mean squared gradient that is kept.
    public var beta2: Double
    /// Added to the root of the mean squared gradient.
    public var epsilon: Double
    /// How quickly the momentum grows to its full size.
    public var momentumDecay: Double

    /// Makes the optimizer; the defaults are PyTorch's. Keras has rate 0.001 and epsilon 1e-7.
    public init(
        learningRate: Double = 0.002, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8, momentumDecay: Double = 0.004
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.momentumDecay = momentumDecay
    }

    /// Means of the gradient and of its square.
    public var slotCount: Int { 2 }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("learningRate", &learningRate, .notNegative)
        try settings("beta1", &beta1, .share)
        try settings("beta2", &beta2, .share)
        try settings("epsilon", &epsilon, .positive)
        try settings("momentumDecay", &momentumDecay, .notNegative)
    }

    /// The rates of gradient and mean, the root's correction, both betas with their complements,
    /// epsilon.
    public func scalars(step: Int) -> OptimizerScalars {
        let (now, next) = (momentum(step), momentum(step + 1))
        let product = momentumProduct(step)
        return [
            "gradientRate": learningRate * (1 - now) / (1 - product),
            "meanRate": learningRate * next / (1 - product * next),
            "rootCorrection": 1 / sqrt(1 - pow(beta2, Double(step))), "beta1": beta1,
            "oneMinusBeta1": 1 - beta1, "beta2": beta2, "oneMinusBeta2": 1 - beta2,
            "epsilon": epsilon,
        ]
    }

    private func momentum(_ step: Int) -> Double {
        beta1 * (1 - 0.5 * pow(0.96, Double(step) * momentumDecay))
    }

    /// `μ₁ … μₜ`, in a time that does not grow with `t`.
    ///
    /// With `q = 0.96^momentumDecay`, `Σᵢ log(1 - ½qⁱ) = -Σₖ (½)ᵏ/k · Σᵢ qⁱᵏ`, and the inner sum is
    /// geometric; sixty terms leave less than 2^-60.
    private func momentumProduct(_ step: Int) -> Double {
        let count = Double(step)
        let slope = momentumDecay * log(0.96)
        var sum = 0.0
        var half = 1.0
        for term in 1...60 {
            half /= 2
            let power = Double(term) * slope
            let geometric =
                power == 0 ? count : exp(power) * expm1(power * count) / expm1(power)
            sum -= half / Double(term) * geometric
        }
        return pow(beta1, count) * exp(sum)
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let mean = s.beta1 * slots[0] + s.oneMinusBeta1 * gradient
        let square = s.beta2 * slots[1] + s.oneMinusBeta2 * (gradient * gradient)
        let root = square.sqrt() * s.rootCorrection + s.epsilon
        let direction = s.gradientRate * gradient + s.meanRate * mean
        return (parameter - direction / root, [mean, square])
    }
}
