import KalsaeSupport
import KalsaeTensor

/// RMSProp (Tieleman and Hinton, lecture 6.5, 2012), centered and with momentum if wished.
///
/// `v ← decay · v + (1 - decay) · g²`, `p ← p - learningRate · g / (√v + epsilon)`. Centered: with
/// `a ← decay · a + (1 - decay) · g`, the root is that of `v - a²`. With momentum:
/// `b ← momentum · b + g / root`, `p ← p - learningRate · b`.
public struct RMSProp: Optimizer {
    /// The learning rate.
    public var learningRate: Double
    /// The share of the mean squared gradient that is kept; Keras calls it rho, PyTorch alpha.
    public var decay: Double
    /// The share of the velocity that is kept; 0 for none.
    public var momentum: Double
    /// Whether the square of the mean gradient is taken off.
    public var isCentered: Bool
    /// Added to the root, or below it.
    public var epsilon: Double
    /// Where epsilon is added.
    public var epsilonPlacement: EpsilonPlacement

    /// Makes the optimizer; the defaults are PyTorch's. Keras has rate 0.001, decay 0.9 and epsilon
    /// 1e-7 inside of the root.
    public init(
        learningRate: Double = 0.01, decay: Double = 0.99, momentum: Double = 0,
        isCentered: Bool = false, epsilon: Double = 1e-8,
        epsilonPlacement: EpsilonPlacement = .outsideRoot
    ) {
        self.learningRate = learningRate
        self.decay = decay
        self.momentum = momentum
        self.isCentered = isCentered
        self.epsilon = epsilon
        self.epsilonPlacement = epsilonPlacement
    }

    /// The mean square; then the mean, if centered; then the velocity, if there is momentum.
    public var slotCount: Int { 1 + (isCentered ? 1 : 0) + (momentum == 0 ? 0 : 1) }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("learningRate", &learningRate, .notNegative)
        try settings("decay", &decay, .share)
        try settings("momentum", &momentum, .share)
        try settings("isCentered", &isCentered)
        try settings("epsilon", &epsilon, .positive)
        try settings("epsilonPlacement", &epsilonPlacement)
    }

    /// The rate, the decay with its complement, the momentum, epsilon.
    public func scalars(step: Int) -> OptimizerScalars {
        [
            "rate": learningRate, "decay": decay, "oneMinusDecay": 1 - decay,
            "momentum": momentum, "epsilon": epsilon,
        ]
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let square = s.decay * slots[0] + s.oneMinusDecay * (gradient * gradient)
        var after = [square]
        var spread = square
        if isCentered {
            let mean = s.decay * slots[1] + s.oneMinusDecay * gradient
            after.append(mean)
            // Rounding may take the difference below 0, and its root would be NaN.
            spread = (square - mean * mean).maximum(0)
        }
        var direction = gradient / epsilonPlacement.root(of: spread, s.epsilon)
        if momentum != 0 {
            direction = s.momentum * slots[after.count] + direction
            after.append(direction)
        }
        return (parameter - s.rate * direction, after)
    }
}
