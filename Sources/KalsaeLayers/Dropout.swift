import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Sets each number to 0 with a probability, in training only (Srivastava et al., 2014).
///
/// Inverted: what stays is divided by `1 - rate`, so that inference needs nothing.
public struct Dropout: Layer {
    /// The probability of a 0, in `0 ..< 1`.
    public let rate: Double
    /// No parameters.
    public static let parts = Parts<Self>()

    /// Makes the layer.
    public init(_ rate: Double) { self.rate = rate }

    /// The input with some numbers dropped; in inference the input itself.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.fault == nil else { return x }
        guard (0..<1).contains(rate) else {
            return Tensor(
                KalsaeError("dropout", expected: "a rate in 0 ..< 1", got: "\(rate)"),
                operands: [x])
        }
        guard let scope = StepScope.current, scope.isTraining, rate > 0 else { return x }
        let random = Tensor.uniform(x.shape, key: scope.nextKey(), dtype: x.dtype)
        let scale = 1 / (1 - rate)
        return (random .>= rate).select(x * scale, .zeros(like: x))
    }
}
