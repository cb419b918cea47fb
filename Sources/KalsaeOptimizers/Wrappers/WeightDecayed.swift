import KalsaeSupport
import KalsaeTensor

/// Pulls weights toward 0, in one of two ways that differ for every optimizer but plain descent.
///
/// - `gradient`: `g ← g + decay · p`, the gradient of `½ decay ‖p‖²` (L2; PyTorch's `weight_decay`
///   but AdamW's).
/// - `decoupled`: `p ← p′ - learningRate · decay · p`, where `p′` is `p` after the base's step
///   (AdamW, and Keras's `weight_decay` of all optimizers).
///
/// An average of the weights belongs outside: `ExponentialMovingAverage(WeightDecayed(…))`.
public struct WeightDecayed: OptimizerWrapper {
    /// How weights are pulled.
    public enum Style: String, Codable, CaseIterable, Sendable {
        /// As part of the gradient.
        case gradient
        /// Beside the gradient.
        case decoupled
    }

    /// The optimizer inside.
    public var base: any Optimizer
    /// How strongly weights are pulled.
    public var decay: Double
    /// How weights are pulled.
    public var style: Style
    /// Which parameters are pulled.
    public var decayed: DecayedParameters

    /// Wraps an optimizer; by default biases and norms do not decay.
    public init(
        _ base: any Optimizer, decay: Double, style: Style = .decoupled,
        decayed: DecayedParameters = .matrices
    ) {
        self.base = base
        self.decay = decay
        self.style = style
        self.decayed = decayed
    }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("decay", &decay, .notNegative)
        try settings("style", &style)
        try settings("decayed", &decayed)
        try settings("base", &base)
    }

    /// The decay, times the rate where it is decoupled.
    public func ownScalars(step: Int) -> OptimizerScalars {
        ["pull": style == .gradient ? decay : learningRate * decay]
    }

    /// The base's step and the decay.
    public func updateAll(
        _ parameters: [TrainedParameter], scalars: ScalarTensors
    ) -> [TrainedParameter] {
        let own = ownScalars(scalars)
        let pulls = parameters.map { parameter -> Tensor? in
            guard decayed.contains(parameter.value) else { return nil }
            return own.pull.cast(to: parameter.value.dtype) * parameter.value
        }
        var parameters = parameters
        if style == .gradient {
            for (index, pull) in pulls.enumerated() {
                if let pull { parameters[index].gradient += pull }
            }
        }
        var moved = base.updateAll(parameters, scalars: baseScalars(scalars))
        if style == .decoupled {
            for (index, pull) in pulls.enumerated() {
                if let pull { moved[index].value -= pull }
            }
        }
        return moved
    }
}
