import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Divides each row by the root of its mean square (Zhang and Sennrich, 2019):
/// `y = gamma · x / √(mean(x²) + epsilon)`.
///
/// Input and output `[…, channels]`. `epsilon` is 1e-6 as in Keras.
public struct RMSNorm: Layer {
    /// The scale, `[channels]`, initially 1.
    public var gamma: Tensor
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.gamma)

    /// The settings of a norm by the root of the mean square.
    public struct Settings: LayerSettings {
        /// `rmsNorm`.
        public static let kind = "rmsNorm"
        /// Default settings.
        public static let defaults = Self()
        /// Added to the variance.
        public var epsilon: Double = 1e-6

        /// The layer for `[…, channels]`.
        public func layer(input: Shape) throws -> any Layer {
            RMSNorm(try lastAxis(input, Self.kind), self)
        }
    }

    /// Makes a layer with fresh parameters; `channels` is the number of input channels.
    public init(_ channels: Int, epsilon: Double = 1e-6) {
        self.init(channels, Settings(epsilon: epsilon))
    }

    /// Makes a layer from its settings.
    public init(_ channels: Int, _ settings: Settings) {
        self.settings = settings
        gamma = Initializer.ones.parameter([channels], of: Settings.kind)
    }

    /// The normalized input.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedLastAxis(x, Settings.kind, gamma) { return refused }
        let meanSquare = (x * x).mean(axes: [x.rank - 1], keepsAxes: true)
        return x * (meanSquare + settings.epsilon).rsqrt() * gamma
    }
}

extension LayerSpec {
    /// Rows divided by the root of their mean square; see ``RMSNorm``.
    public static func rmsNorm(epsilon: Double = 1e-6) -> LayerSpec {
        LayerSpec(RMSNorm.Settings(epsilon: epsilon))
    }
}
