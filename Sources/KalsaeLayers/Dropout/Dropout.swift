import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Sets each number to 0 with a probability, in training only (Srivastava et al., 2014).
///
/// Inverted, the usual form: what stays is divided by `1 - rate`, so that inference needs nothing.
/// Classic: what stays is left as it is, and inference multiplies by `1 - rate`.
public struct Dropout: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of dropout.
    public struct Settings: LayerSettings {
        /// `dropout`.
        public static let kind = "dropout"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["rate"]
        /// The probability of a 0, in `0 ..< 1`.
        public var rate = 0.0
        /// Whether inference scales instead of training.
        public var isClassic = false

        /// The layer for any shape.
        public func layer(input: Shape) throws -> any Layer {
            Dropout(rate, isClassic: isClassic)
        }
    }

    /// Makes the layer; inverted unless `isClassic`.
    public init(_ rate: Double, isClassic: Bool = false) {
        settings = Settings(rate: rate, isClassic: isClassic)
    }

    /// The probability of a 0, in `0 ..< 1`.
    public var rate: Double { settings.rate }

    /// Whether inference scales instead of training.
    public var isClassic: Bool { settings.isClassic }

    /// The input with some numbers dropped; in inference the input itself (classic: scaled).
    public func callAsFunction(_ x: Tensor) -> Tensor {
        Self.dropping(x, rate, Settings.kind, isClassic: isClassic, noise: x.shape)
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
        let scaled = isClassic ? x : x * (1 / (1 - rate))
        let isKept = (random .>= rate).broadcast(to: x.shape)
        return isKept.select(scaled, .zeros(like: x))
    }
}

extension LayerSpec {
    /// Dropout with a rate; classic dropout scales in inference instead of training; see
    /// ``Dropout``.
    public static func dropout(rate: Double, isClassic: Bool = false) -> LayerSpec {
        LayerSpec(Dropout.Settings(rate: rate, isClassic: isClassic))
    }
}
