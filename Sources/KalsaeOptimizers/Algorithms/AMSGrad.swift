import KalsaeSupport
import KalsaeTensor

/// AMSGrad (Reddi, Kale and Kumar, 2018): Adam with the largest mean square so far below the root.
///
/// `m` and `v` as in ``Adam``, `w ← max(w, v)`,
/// `p ← p - learningRate · (m / (1 - β₁ᵗ)) / (√(w / (1 - β₂ᵗ)) + epsilon)`.
public struct AMSGrad: Optimizer {
    /// The settings that it shares with Adam.
    public var adam: Adam

    /// The learning rate.
    public var learningRate: Double {
        get { adam.learningRate }
        set { adam.learningRate = newValue }
    }

    /// Makes the optimizer; the defaults are Adam's.
    public init(
        learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8, epsilonForm: Adam.EpsilonForm = .afterCorrection
    ) {
        adam = Adam(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
            epsilonForm: epsilonForm)
    }

    /// Means of the gradient and of its square, and the largest of the latter.
    public var slotCount: Int { 3 }

    /// Adam's.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try adam.visit(&settings)
    }

    /// Adam's.
    public func scalars(step: Int) -> OptimizerScalars { adam.scalars(step: step) }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let mean = s.beta1 * slots[0] + s.oneMinusBeta1 * gradient
        let square = s.beta2 * slots[1] + s.oneMinusBeta2 * (gradient * gradient)
        let largest = slots[2].maximum(square)
        let root = largest.sqrt() * s.rootCorrection + s.epsilon
        return (parameter - s.rate * (mean / root), [mean, square, largest])
    }
}
