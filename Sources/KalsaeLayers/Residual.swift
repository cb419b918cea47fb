import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Layers with a way round them (He et al., 2016): `x + layers(x)`, both of one shape.
public struct Residual: Layer {
    /// The layers beside the way round.
    public var inner: Sequential
    /// The layers.
    public static let parts = Parts(\Self.inner)

    /// The settings of layers with a way round them.
    public struct Settings: LayerSettings {
        /// `residual`.
        public static let kind = "residual"
        /// The layers.
        public var layers: [LayerSpec] = []

        /// Default settings; layers must be set.
        public init() {}

        /// Makes settings.
        public init(_ layers: [LayerSpec]) { self.layers = layers }

        /// Visits the settings.
        public mutating func visit(_ fields: inout SettingFields) throws {
            try fields("layers", &layers)
        }

        /// The layer for inputs of a shape.
        public func layer(input: Shape) throws -> any Layer {
            Residual(try Sequential(layers, input: input))
        }
    }

    /// Makes the layer.
    public init(_ inner: Sequential) { self.inner = inner }

    /// The input and the layers' output, added.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let output = inner(x)
        for tensor in [x, output] where tensor.fault != nil { return tensor }
        guard output.shape == x.shape else {
            return refusal(
                Settings.kind, expected: "layers that keep the shape \(x.shape)",
                got: "\(output.shape)", inner.tensors.map(\.tensor))
        }
        return x + output
    }
}

extension LayerSpec {
    /// Layers with a way round them; see ``Residual``.
    public static func residual(_ layers: [LayerSpec]) -> LayerSpec {
        .layer(AnyLayerSettings(Residual.Settings(layers)))
    }
}
