import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Layers with a way round them (He et al., 2016): `shortcut(x) + layers(x)`, both of one shape.
///
/// Without layers of its own the shortcut is `x`; a projection makes its shape fit.
public struct Residual: Layer {
    /// The layers beside the way round.
    public var inner: Sequential
    /// The layers on the way round; none where the input goes as it is.
    public var shortcut: Sequential
    /// The layers.
    public static let parts = Parts(\Self.inner, \.shortcut)

    /// The settings of layers with a way round them.
    public struct Settings: LayerSettings {
        /// `residual`.
        public static let kind = "residual"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["layers"]
        /// The layers.
        public var layers: [LayerSpec] = []
        /// The layers on the way round.
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

    /// The outputs of the layers and of the way round, added.
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
    /// Layers with a way round them; see ``Residual``.
    public static func residual(
        _ layers: [LayerSpec], shortcut: [LayerSpec] = []
    ) -> LayerSpec {
        LayerSpec(Residual.Settings(layers: layers, shortcut: shortcut))
    }
}
