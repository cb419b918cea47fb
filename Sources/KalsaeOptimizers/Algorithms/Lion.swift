import KalsaeSupport
import KalsaeTensor

/// Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023): only the sign of the
/// mean gradient, so every number moves equally far.
///
/// `p ← p - learningRate · sign(β₁m + (1 - β₁)g)`, `m ← β₂m + (1 - β₂)g`.
public struct Lion: Optimizer {
    /// The learning rate; a third to a tenth of what suits Adam.
    public var learningRate: Double
    /// The share of the mean gradient in the step's direction.
    public var beta1: Double
    /// The share of the mean gradient that is kept.
    public var beta2: Double

    /// Makes the optimizer; the defaults are the paper's. Keras has rate 0.001.
    public init(learningRate: Double = 0.0001, beta1: Double = 0.9, beta2: Double = 0.99) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
    }

    /// The mean of the gradient.
    public var slotCount: Int { 1 }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("learningRate", &learningRate, .notNegative)
        try settings("beta1", &beta1, .share)
        try settings("beta2", &beta2, .share)
    }

    /// The rate, both betas with their complements.
    public func scalars(step: Int) -> OptimizerScalars {
        [
            "rate": learningRate, "beta1": beta1, "oneMinusBeta1": 1 - beta1, "beta2": beta2,
            "oneMinusBeta2": 1 - beta2,
        ]
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let direction = (s.beta1 * slots[0] + s.oneMinusBeta1 * gradient).sign()
        let mean = s.beta2 * slots[0] + s.oneMinusBeta2 * gradient
        return (parameter - s.rate * direction, [mean])
    }
}
