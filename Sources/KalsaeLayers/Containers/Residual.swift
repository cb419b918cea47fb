import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Layers with a skip connection (He et al., 2016): `shortcut(x) + layers(x)`, both of one shape.
///
/// Without layers of its own the shortcut is `x`; a projection makes its shape fit.
public struct Residual: Layer {
    /// The residual branch.
    public var inner: Sequential
    /// The shortcut branch; empty for the identity.
    public var shortcut: Sequential
    /// The layers.
    public static let parts = Parts(\Self.inner, \.shortcut)

    /// The settings of layers with a skip connection.
    public struct Settings: LayerSettings {
        /// `residual`.
        public static let kind = "residual"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["layers"]
        /// The layers.
        public var layers: [LayerSpec] = []
        /// The shortcut branch; empty for the identity.
        public var shortcut: [LayerSpec] = []

        /// The layer for inputs of a shape.
        public func layer(input: Shape) throws -> any Layer {
            Residual(
                try Sequential(layers, input: input),
                shortcut: shortcut.isEmpty ? Sequential() : try Sequential(shortcut, input: input))
        }
    }

    /// Makes the layer.
    public init(_ inner: Sequential, shortcut: Sequential = Sequential()) {
        self.inner = inner
        self.shortcut = shortcut
    }

    /// The sum of both branches.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let (output, around) = (inner(x), shortcut(x))
        for tensor in [x, output, around] where tensor.fault != nil { return tensor }
        guard output.shape == around.shape else {
            return refusal(
                Settings.kind, expected: "layers that keep the shape \(around.shape)",
                got: "\(output.shape)", inner.tensors.map(\.tensor))
        }
        return around + output
    }
}

extension LayerSpec {
    /// Layers with a skip connection; see ``Residual``.
    public static func residual(
        _ layers: [LayerSpec], shortcut: [LayerSpec] = []
    ) -> LayerSpec {
        LayerSpec(Residual.Settings(layers: layers, shortcut: shortcut))
    }
}
