import KalsaeGraph
import KalsaeTensor

/// `x`, and `slope · x` below 0 with a slope that is learned (He et al., 2015).
///
/// Input `[…, channels]`; one slope for each channel, or one for all. Initially .25.
public struct PReLU: Layer {
    /// The slope, `[channels]` or `[1]`.
    public var slope: Tensor
    /// The slope is trained.
    public static let parts = Parts(\Self.slope)

    /// The settings of a trained slope.
    public struct Settings: LayerSettings {
        /// `prelu`.
        public static let kind = "prelu"
        /// Default settings.
        public static let defaults = Self()
        /// The slope at first.
        public var slope = 0.25
        /// Whether all channels have one slope together.
        public var isShared = false

        /// The layer for inputs with a last axis.
        public func layer(input: Shape) throws -> any Layer {
            let channels = try lastAxis(input, Self.kind)
            return PReLU(isShared ? 1 : channels, slope: slope)
        }
    }

    /// Makes a layer with a slope for each channel of the last axis; 1 for a common one.
    public init(_ channels: Int = 1, slope: Double = 0.25) {
        self.slope = Initializer.constant(slope).parameter([channels])
    }

    /// The function's value.
    public func callAsFunction(_ x: Tensor) -> Tensor { x.prelu(slope) }
}

extension LayerSpec {
    /// ReLU with a trained slope below 0 for each channel, or one for all; see ``PReLU``.
    public static func prelu(slope: Double = 0.25, isShared: Bool = false) -> LayerSpec {
        LayerSpec(PReLU.Settings(slope: slope, isShared: isShared))
    }
}
