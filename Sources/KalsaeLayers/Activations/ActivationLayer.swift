import KalsaeGraph
import KalsaeTensor

/// An activation as a layer of its own.
public struct ActivationLayer: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of an activation as a layer.
    public struct Settings: LayerSettings {
        /// `activation`.
        public static let kind = "activation"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["activation"]
        /// The function.
        public var activation = Activation.identity
        /// The function's name.
        public var layerName: String { activation.name }

        /// The layer for any shape.
        public func layer(input: Shape) throws -> any Layer { ActivationLayer(activation) }
    }

    /// Makes the layer.
    public init(_ activation: Activation) { settings = Settings(activation: activation) }

    /// The function.
    public var activation: Activation { settings.activation }

    /// The function's value.
    public func callAsFunction(_ x: Tensor) -> Tensor { activation(x) }
}

extension LayerSpec {
    /// An activation as a layer of its own; see ``ActivationLayer``.
    public static func activation(_ activation: Activation) -> LayerSpec {
        LayerSpec(ActivationLayer.Settings(activation: activation))
    }
}
