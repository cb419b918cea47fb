import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Sets whole channels of `[batch, …, channels]` to 0 with a probability, in training only
/// (Tompson et al., 2015); what stays is divided by `1 - rate`.
public struct SpatialDropout: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of a dropout of channels.
    public struct Settings: LayerSettings {
        /// `spatialDropout`.
        public static let kind = "spatialDropout"
        /// Default settings.
        public static let defaults = Self()
        /// The probability of a 0, in `0 ..< 1`.
        public var rate: Double = 0

        /// The layer for any shape.
        public func layer(input: Shape) throws -> any Layer { SpatialDropout(rate) }
    }

    /// Makes the layer.
    public init(_ rate: Double) {
        settings = Settings(rate: rate)
    }

    /// The input with some channels dropped; in inference the input itself.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.fault == nil else { return x }
        guard x.rank >= 2 else {
            return refusal(
                Settings.kind, expected: "input [batch, …, channels]", got: "\(x.shape)", [x])
        }
        var noise = [Int](repeating: 1, count: x.rank)
        noise[0] = x.shape[0]
        noise[x.rank - 1] = x.shape[x.rank - 1]
        return Dropout.dropping(x, settings.rate, Settings.kind, noise: Shape(noise))
    }
}

/// Adds normal random numbers with mean 0, in training only.
public struct GaussianNoise: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of Gaussian noise.
    public struct Settings: LayerSettings {
        /// `gaussianNoise`.
        public static let kind = "gaussianNoise"
        /// Default settings.
        public static let defaults = Self()
        /// The standard deviation, at least 0.
        public var deviation: Double = 0

        /// The layer for any shape.
        public func layer(input: Shape) throws -> any Layer { GaussianNoise(deviation) }
    }

    /// Makes the layer.
    public init(_ deviation: Double) {
        settings = Settings(deviation: deviation)
    }

    /// The input with noise; in inference the input itself.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.fault == nil else { return x }
        guard settings.deviation >= 0, settings.deviation.isFinite else {
            return refusal(
                Settings.kind, expected: "a deviation of at least 0",
                got: "\(settings.deviation)", [x])
        }
        guard let scope = StepScope.current, scope.isTraining, settings.deviation > 0 else {
            return x
        }
        return x
            + Tensor.normal(
                x.shape, deviation: settings.deviation, key: scope.nextKey(), dtype: x.dtype)
    }
}

extension LayerSpec {
    /// Dropout of whole channels; see ``SpatialDropout``.
    public static func spatialDropout(_ rate: Double) -> LayerSpec {
        LayerSpec(SpatialDropout.Settings(rate: rate))
    }
}

extension LayerSpec {
    /// Normal random numbers added in training; see ``GaussianNoise``.
    public static func gaussianNoise(_ deviation: Double) -> LayerSpec {
        LayerSpec(GaussianNoise.Settings(deviation: deviation))
    }
}
