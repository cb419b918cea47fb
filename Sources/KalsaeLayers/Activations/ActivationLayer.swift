import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// An activation as a layer of its own.
public struct ActivationLayer: Layer {
    /// The function.
    public let activation: Activation
    /// No parameters.
    public static let parts = Parts<Self>()

    /// Makes the layer.
    public init(_ activation: Activation) { self.activation = activation }

    /// The function's value.
    public func callAsFunction(_ x: Tensor) -> Tensor { activation(x) }
}
