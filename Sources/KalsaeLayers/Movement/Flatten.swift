import KalsaeGraph
import KalsaeTensor

/// All axes but the first as one: `[batch, …] → [batch, product of the rest]`.
public struct Flatten: Layer {
    /// No parameters.
    public static let parts = Parts<Self>()

    /// A flattening has no settings.
    public struct Settings: LayerSettings {
        /// `flatten`.
        public static let kind = "flatten"
        /// Default settings.
        public static let defaults = Self()

        /// The layer for any shape.
        public func layer(input: Shape) throws -> any Layer { Flatten() }
    }

    /// Makes the layer.
    public init() {}

    /// The input as rows.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.fault == nil, x.rank > 2 else { return x }
        return x.reshaped(to: [x.shape[0], x.shape.dropFirst().reduce(1, *)])
    }
}

extension LayerSpec {
    /// All axes but the first as one; see ``Flatten``.
    public static var flatten: LayerSpec { LayerSpec(Flatten.Settings()) }
}
