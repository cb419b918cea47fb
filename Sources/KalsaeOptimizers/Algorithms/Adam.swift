import Glibc
import KalsaeSupport
import KalsaeTensor

/// Adam (Kingma and Ba, 2015): the mean gradient over the root of the mean squared gradient.
///
/// `m ← β₁m + (1 - β₁)g`, `v ← β₂v + (1 - β₂)g²`, then by the form of epsilon
/// - `afterCorrection` (the paper's algorithm 1, PyTorch):
///   `p ← p - learningRate · (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + epsilon)`
/// - `beforeCorrection` (the paper's section 2, Keras, "Deep Learning from Scratch"):
///   `p ← p - learningRate · √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + epsilon)`
public struct Adam: Optimizer {
    /// Which root epsilon is added to.
    public enum EpsilonForm: String, Codable, CaseIterable, Sendable {
        /// The root of the corrected mean square.
        case afterCorrection
        /// The root of the mean square as it is: in the first steps a larger epsilon.
        case beforeCorrection
    }

    /// The learning rate.
    public var learningRate: Double
    /// The share of the mean gradient that is kept.
    public var beta1: Double
    /// The share of the mean squared gradient that is kept.
    public var beta2: Double
    /// Added to the root of the mean squared gradient.
    public var epsilon: Double
    /// Which root epsilon is added to.
    public var epsilonForm: EpsilonForm

    /// Makes the optimizer; the defaults are those of the paper and of PyTorch. Keras and the book
    /// have epsilon 1e-7 before correction.
    public init(
        learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8, epsilonForm: EpsilonForm = .afterCorrection
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.epsilonForm = epsilonForm
    }

    /// Means of the gradient and of its square.
    public var slotCount: Int { 2 }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("learningRate", &learningRate, .notNegative)
        try settings("beta1", &beta1, .share)
        try settings("beta2", &beta2, .share)
        try settings("epsilon", &epsilon, .positive)
        try settings("epsilonForm", &epsilonForm)
    }

    /// The corrected rate, the root's correction, both betas with their complements, epsilon.
    public func scalars(step: Int) -> OptimizerScalars {
        let rate = learningRate / (1 - pow(beta1, Double(step)))
        let root = sqrt(1 - pow(beta2, Double(step)))
        let isAfter = epsilonForm == .afterCorrection
        return [
            "rate": isAfter ? rate : rate * root, "rootCorrection": isAfter ? 1 / root : 1,
            "beta1": beta1, "oneMinusBeta1": 1 - beta1, "beta2": beta2,
            "oneMinusBeta2": 1 - beta2, "epsilon": epsilon,
        ]
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let mean = s.beta1 * slots[0] + s.oneMinusBeta1 * gradient
        let square = s.beta2 * slots[1] + s.oneMinusBeta2 * (gradient * gradient)
        let root = square.sqrt() * s.rootCorrection + s.epsilon
        return (parameter - s.rate * (mean / root), [mean, square])
    }
}
