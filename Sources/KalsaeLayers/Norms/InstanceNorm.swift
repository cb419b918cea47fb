import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Normalizes each channel of each image over all positions (Ulyanov et al., 2016):
/// `y = gamma · (x - mean) / √(variance + epsilon) + beta`, the variance biased.
///
/// Input and output `[batch, …, channels]`, with at least one axis of positions. Scale and offset are
/// trained only if `isAffine`, which PyTorch's default is not. `epsilon` is 1e-5 as there.
public struct InstanceNorm: Layer {
    /// The scale, `[channels]`, initially 1; nil unless affine.
    public var gamma: Tensor?
    /// The offset, `[channels]`, initially 0; nil unless affine.
    public var beta: Tensor?
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.gamma, \.beta)

    /// The settings of an instance norm.
    public struct Settings: LayerSettings {
        /// `instanceNorm`.
        public static let kind = "instanceNorm"
        /// Default settings.
        public static let defaults = Self()
        /// Whether there are scale and offset.
        public var isAffine = false
        /// Added to the variance.
        public var epsilon: Double = 1e-5

        /// The layer for `[…, channels]`.
        public func layer(input: Shape) throws -> any Layer {
            InstanceNorm(try lastAxis(input, Self.kind), self)
        }
    }

    /// Makes a layer with fresh parameters; `channels` is the number of input channels.
    public init(_ channels: Int, isAffine: Bool = false, epsilon: Double = 1e-5) {
        self.init(channels, Settings(isAffine: isAffine, epsilon: epsilon))
    }

    /// Makes a layer from its settings.
    public init(_ channels: Int, _ settings: Settings) {
        self.settings = settings
        let isAffine = settings.isAffine
        gamma = isAffine ? Initializer.ones.parameter([channels], of: Settings.kind) : nil
        beta = isAffine ? Initializer.zeros.parameter([channels], of: Settings.kind) : nil
    }

    /// The normalized input.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let gamma, let refused = refusedLastAxis(x, Settings.kind, gamma) { return refused }
        guard x.fault == nil else { return x }
        guard x.rank >= 3 else {
            return refusal(
                Settings.kind, expected: "input [batch, positions, channels]", got: "\(x.shape)",
                [x])
        }
        let axes = Array(1..<(x.rank - 1))
        let normalized = x.standardized(axes: axes, epsilon: settings.epsilon)
        guard let gamma, let beta else { return normalized }
        return normalized * gamma + beta
    }
}

extension LayerSpec {
    /// Channels of each image normalized; see ``InstanceNorm``.
    public static func instanceNorm(isAffine: Bool = false, epsilon: Double = 1e-5) -> LayerSpec {
        LayerSpec(InstanceNorm.Settings(isAffine: isAffine, epsilon: epsilon))
    }
}
