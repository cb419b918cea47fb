import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// The mean of each channel over all positions: `[batch, …, channels] → [batch, channels]`.
public struct GlobalAveragePool: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of a pooling of everything by the mean.
    public struct Settings: LayerSettings {
        /// `globalAveragePool`.
        public static let kind = "globalAveragePool"
        /// Default settings.
        public static let defaults = Self()

        /// The layer for `[…, channels]` with at least one axis in front of the channels.
        public func layer(input: Shape) throws -> any Layer {
            guard input.rank >= 2 else {
                throw KalsaeError(
                    Self.kind, expected: "input [positions, channels]", got: "\(input)")
            }
            return GlobalAveragePool()
        }
    }

    /// Makes the layer.
    public init() { settings = Settings() }

    /// One number for each channel.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.fault == nil else { return x }
        guard x.rank >= 3, !x.shape.dropFirst().contains(0) else {
            return refusal(
                Settings.kind, expected: "input [batch, positions, channels]", got: "\(x.shape)",
                [x])
        }
        return x.mean(axes: Array(1..<(x.rank - 1)))
    }
}

/// The largest number of each channel over all positions: `[batch, …, channels] → [batch, channels]`.
public struct GlobalMaxPool: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of a pooling of everything by the largest number.
    public struct Settings: LayerSettings {
        /// `globalMaxPool`.
        public static let kind = "globalMaxPool"
        /// Default settings.
        public static let defaults = Self()

        /// The layer for `[…, channels]` with at least one axis in front of the channels.
        public func layer(input: Shape) throws -> any Layer {
            guard input.rank >= 2 else {
                throw KalsaeError(
                    Self.kind, expected: "input [positions, channels]", got: "\(input)")
            }
            return GlobalMaxPool()
        }
    }

    /// Makes the layer.
    public init() { settings = Settings() }

    /// One number for each channel.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.fault == nil else { return x }
        guard x.rank >= 3, !x.shape.dropFirst().contains(0) else {
            return refusal(
                Settings.kind, expected: "input [batch, positions, channels]", got: "\(x.shape)",
                [x])
        }
        return x.max(axes: Array(1..<(x.rank - 1)))
    }
}

extension LayerSpec {
    /// The mean of each channel; see ``GlobalAveragePool``.
    public static var globalAveragePool: LayerSpec {
        LayerSpec(GlobalAveragePool.Settings())
    }
}

extension LayerSpec {
    /// The largest number of each channel; see ``GlobalMaxPool``.
    public static var globalMaxPool: LayerSpec {
        LayerSpec(GlobalMaxPool.Settings())
    }
}
