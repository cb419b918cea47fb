import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Normalizes each row along its last axis (Ba et al., 2016):
/// `y = gamma · (x - mean) / √(variance + epsilon) + beta`, the variance biased.
///
/// Input and output `[…, channels]`. `epsilon` is 1e-5 as in PyTorch; Keras takes 1e-3.
public struct LayerNorm: Layer {
    /// The scale, `[channels]`, initially 1.
    public var gamma: Tensor
    /// The offset, `[channels]`, initially 0.
    public var beta: Tensor
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.gamma, \.beta)

    /// The settings of a layer norm.
    public struct Settings: LayerSettings {
        /// `layerNorm`.
        public static let kind = "layerNorm"
        /// Default settings.
        public static let defaults = Self()
        /// Added to the variance.
        public var epsilon: Double = 1e-5

        /// The layer for `[…, channels]`.
        public func layer(input: Shape) throws -> any Layer {
            LayerNorm(try lastAxis(input, Self.kind), self)
        }
    }

    /// Makes a layer with fresh parameters; `channels` is the number of input channels.
    public init(_ channels: Int, epsilon: Double = 1e-5) {
        self.init(channels, Settings(epsilon: epsilon))
    }

    /// Makes a layer from its settings.
    public init(_ channels: Int, _ settings: Settings) {
        self.settings = settings
        gamma = Initializer.ones.parameter([channels], of: Settings.kind)
        beta = Initializer.zeros.parameter([channels], of: Settings.kind)
    }

    /// The normalized input.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedLastAxis(x, Settings.kind, gamma) { return refused }
        return x.standardized(axes: [x.rank - 1], epsilon: settings.epsilon) * gamma + beta
    }
}

extension LayerSpec {
    /// Rows normalized along their last axis; see ``LayerNorm``.
    public static func layerNorm(epsilon: Double = 1e-5) -> LayerSpec {
        LayerSpec(LayerNorm.Settings(epsilon: epsilon))
    }
}

/// The size of the last axis; throws where there is none above 0.
func lastAxis(_ input: Shape, _ layer: String) throws -> Int {
    guard let size = input.last, size > 0 else {
        throw KalsaeError(layer, expected: "at least one channel", got: "input \(input)")
    }
    return size
}

/// The refusal of an input whose last axis is not that of a parameter.
func refusedLastAxis(_ x: Tensor, _ layer: String, _ parameter: Tensor) -> Tensor? {
    for tensor in [x, parameter] where tensor.fault != nil { return tensor }
    guard x.shape.last != parameter.shape.last else { return nil }
    return refusal(
        layer, expected: "input […, \(parameter.count)]", got: "\(x.shape)", [parameter])
}

extension Tensor {
    /// `(x - mean) / √(variance + epsilon)` over some axes, the variance biased.
    ///
    /// The gradient is that of the whole: with u upstream and x̂ the result,
    /// `(u - mean(u) - x̂ · mean(u·x̂)) / √(variance + epsilon)`.
    func standardized(axes: [Int], epsilon: Double) -> Tensor {
        withCustomGradient([self]) { inputs in
            let (centered, deviation) = inputs[0].centered(axes: axes, epsilon: epsilon)
            return centered * deviation
        } backward: { upstream in
            let (centered, deviation) = self.centered(axes: axes, epsilon: epsilon)
            let result = centered * deviation
            let mean = upstream.mean(axes: axes, keepsAxes: true)
            let share = (upstream * result).mean(axes: axes, keepsAxes: true)
            return [(upstream - mean - result * share) * deviation]
        }
    }

    /// `x - mean` over some axes, and `1 / √(variance + epsilon)` with these axes of size 1.
    func centered(axes: [Int], epsilon: Double) -> (centered: Tensor, deviation: Tensor) {
        let centered = self - mean(axes: axes, keepsAxes: true)
        let variance = (centered * centered).mean(axes: axes, keepsAxes: true)
        return (centered, (variance + epsilon).rsqrt())
    }
}
