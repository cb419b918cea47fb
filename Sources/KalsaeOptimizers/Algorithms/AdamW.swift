import KalsaeSupport
import KalsaeTensor

/// AdamW (Loshchilov and Hutter, 2019): Adam with a decay of the weights that is not part of the
/// gradient.
///
/// `p ← p · (1 - learningRate · decay)`, then the step of ``Adam``.
public struct AdamW: Optimizer {
    /// The settings that it shares with Adam.
    public var adam: Adam
    /// How much of a weight a step takes off, times the learning rate.
    public var decay: Double
    /// Which parameters decay.
    public var decayed: DecayedParameters

    /// The learning rate.
    public var learningRate: Double {
        get { adam.learningRate }
        set { adam.learningRate = newValue }
    }

    /// Makes the optimizer; the defaults are PyTorch's, but biases and norms do not decay. Keras
    /// has decay 0.004.
    public init(
        learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8, decay: Double = 0.01, decayed: DecayedParameters = .matrices
    ) {
        adam = Adam(learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
        self.decay = decay
        self.decayed = decayed
    }

    /// Adam's two.
    public var slotCount: Int { adam.slotCount }

    /// Adam's, then those of the decay.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try adam.visit(&settings)
        try settings("decay", &decay, .notNegative)
        try settings("decayed", &decayed)
    }

    /// Adam's, then the share of a weight that stays.
    public func scalars(step: Int) -> OptimizerScalars {
        adam.scalars(step: step) + ["kept": 1 - learningRate * decay]
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let kept = decayed.contains(parameter) ? parameter * s.kept : parameter
        return adam.update(kept, gradient: gradient, slots: slots, scalars: s)
    }
}

/// Which parameters weight decay acts on.
public enum DecayedParameters: String, Codable, CaseIterable, Sendable {
    /// Those of two or more axes: no biases, no scales and offsets of norms.
    case matrices
    /// All of them, as in PyTorch.
    case all

    /// Whether a parameter decays.
    public func contains(_ parameter: Tensor) -> Bool {
        switch self {
        case .matrices: parameter.rank >= 2
        case .all: true
        }
    }
}
