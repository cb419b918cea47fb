import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// All axes but the first as one: `[batch, …] → [batch, product of the rest]`.
public struct Flatten: Layer {
    /// No parameters.
    public static let parts = Parts<Self>()

    /// Makes the layer.
    public init() {}

    /// The input as rows.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.fault == nil, x.rank > 2 else { return x }
        return x.reshaped(to: [x.shape[0], x.shape.dropFirst().reduce(1, *)])
    }
}
