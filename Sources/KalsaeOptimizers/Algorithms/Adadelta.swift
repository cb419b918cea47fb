import KalsaeSupport
import KalsaeTensor

/// Adadelta (Zeiler, 2012): steps as large as the last ones, so that units agree.
///
/// `v ← decay · v + (1 - decay) · g²`, `d = √(a + epsilon) / √(v + epsilon) · g`,
/// `a ← decay · a + (1 - decay) · d²`, `p ← p - learningRate · d`.
public struct Adadelta: Optimizer {
    /// The learning rate.
    public var learningRate: Double
    /// The share of both means that is kept; rho in Keras and PyTorch.
    public var decay: Double
    /// Added inside of both roots.
    public var epsilon: Double

    /// Makes the optimizer; the defaults are PyTorch's. Keras has rate 0.001, decay 0.95 and
    /// epsilon 1e-7.
    public init(learningRate: Double = 1, decay: Double = 0.9, epsilon: Double = 1e-6) {
        self.learningRate = learningRate
        self.decay = decay
        self.epsilon = epsilon
    }

    /// Mean squares of the gradient and of the steps.
    public var slotCount: Int { 2 }

    /// Refuses a negative rate, a decay outside of [0, 1) and an epsilon of 0.
    public func check() throws(KalsaeError) {
        try Setting.check(
            "Adadelta", Setting("learningRate", learningRate, .notNegative),
            Setting("decay", decay, .share), Setting("epsilon", epsilon, .positive))
    }

    /// The rate, the decay with its complement, epsilon.
    public func scalars(step: Int) -> [Double] { [learningRate, decay, 1 - decay, epsilon] }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let (keep, take, epsilon) = (scalars[1], scalars[2], scalars[3])
        let square = keep * slots[0] + take * (gradient * gradient)
        let ratio = (slots[1] + epsilon).sqrt() / (square + epsilon).sqrt()
        let direction = ratio * gradient
        let moved = keep * slots[1] + take * (direction * direction)
        return (parameter - scalars[0] * direction, [square, moved])
    }
}
