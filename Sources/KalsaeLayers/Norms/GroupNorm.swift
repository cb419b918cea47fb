import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Normalizes each image over groups of channels and all positions (Wu and He, 2018):
/// `y = gamma · (x - mean) / √(variance + epsilon) + beta`, the variance biased.
///
/// Input and output `[batch, …, channels]`; channels of a group stand side by side. `epsilon` is
/// 1e-5 as in PyTorch; Keras takes 1e-3.
public struct GroupNorm: Layer {
    /// The scale, `[channels]`, initially 1.
    public var gamma: Tensor
    /// The offset, `[channels]`, initially 0.
    public var beta: Tensor
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.gamma, \.beta)

    /// The settings of a group norm.
    public struct Settings: LayerSettings {
        /// `groupNorm`.
        public static let kind = "groupNorm"
        /// Default settings.
        public static let defaults = Self()
        /// The number of groups; divides the channels.
        public var groups = 1
        /// Added to the variance.
        public var epsilon: Double = 1e-5

        /// The layer for `[…, channels]`.
        public func layer(input: Shape) throws -> any Layer {
            GroupNorm(try lastAxis(input, Self.kind), self)
        }
    }

    /// Makes a layer with fresh parameters; `channels` is the number of input channels.
    public init(_ channels: Int, groups: Int, epsilon: Double = 1e-5) {
        self.init(channels, Settings(groups: groups, epsilon: epsilon))
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
        let (groups, channels) = (settings.groups, gamma.count)
        guard x.rank >= 2, groups > 0, channels % groups == 0 else {
            return refusal(
                Settings.kind, expected: "groups that divide the channels of [batch, …, channels]",
                got: "\(groups) groups for \(x.shape)", [gamma])
        }
        let middle = x.shape.sizes.dropFirst().dropLast()
        let split = x.reshaped(
            to: Shape([x.shape[0]] + middle + [groups, channels / groups]))
        let axes = Array(1..<(middle.count + 1)) + [middle.count + 2]
        let normalized = split.standardized(axes: axes, epsilon: settings.epsilon)
        return normalized.reshaped(to: x.shape) * gamma + beta
    }
}

extension LayerSpec {
    /// Images normalized over groups of channels; see ``GroupNorm``.
    public static func groupNorm(groups: Int, epsilon: Double = 1e-5) -> LayerSpec {
        LayerSpec(GroupNorm.Settings(groups: groups, epsilon: epsilon))
    }
}
