import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Sets each number to 0 with a probability, in training only (Srivastava et al., 2014).
///
/// Inverted, the usual form: what stays is divided by `1 - rate`, so that inference needs nothing.
/// Classic: what stays is left as it is, and inference multiplies by `1 - rate`.
public struct Dropout: Layer {
    /// The probability of a 0, in `0 ..< 1`.
    public let rate: Double
    /// Whether inference scales instead of training.
    public let isClassic: Bool
    /// No parameters.
    public static let parts = Parts<Self>()

    /// Makes the layer; inverted unless `isClassic`.
    public init(_ rate: Double, isClassic: Bool = false) {
        self.rate = rate
        self.isClassic = isClassic
    }

    /// The input with some numbers dropped; in inference the input itself (classic: scaled).
    public func callAsFunction(_ x: Tensor) -> Tensor {
        Self.dropping(x, rate, "dropout", isClassic: isClassic, noise: x.shape)
    }

    /// Whether inverted dropping changes anything here, or refuses to.
    static func isInEffect(_ rate: Double) -> Bool {
        guard (0..<1).contains(rate) else { return true }
        return rate > 0 && StepScope.current?.isTraining == true
    }

    /// The input with numbers dropped where noise of a shape that broadcasts to it falls below.
    static func dropping(
        _ x: Tensor, _ rate: Double, _ layer: String, isClassic: Bool = false, noise: Shape
    ) -> Tensor {
        guard x.fault == nil else { return x }
        guard (0..<1).contains(rate) else {
            return refusal(layer, expected: "a rate in 0 ..< 1", got: "\(rate)", [x])
        }
        guard rate > 0 else { return x }
        guard let scope = StepScope.current, scope.isTraining else {
            return isClassic ? x * (1 - rate) : x
        }
        let random = Tensor.uniform(noise, key: scope.nextKey(), dtype: x.dtype)
        let kept = isClassic ? x : x * (1 / (1 - rate))
        let isKept = (random .>= rate).broadcast(to: x.shape)
        return isKept.select(kept, .zeros(like: x))
    }
}
