import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A table of vectors, looked up by number: `[…] → […, size]`.
///
/// Numbers are whole, from 0 to `vocabulary - 1`; floating-point ones are cut. Others are refused.
/// `table` is `[vocabulary, size]`, initially uniform in ±.05, as in Keras.
public struct Embedding: Layer {
    /// The vectors, `[vocabulary, size]`.
    public var table: Tensor
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.table)

    /// The settings of a table of vectors.
    public struct Settings: LayerSettings {
        /// `embedding`.
        public static let kind = "embedding"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["vocabulary", "size"]
        /// The number of vectors.
        public var vocabulary = 0
        /// The length of a vector.
        public var size = 0

        /// The layer for any shape.
        public func layer(input: Shape) throws -> any Layer { Embedding(self) }
    }

    /// Makes the layer.
    public init(vocabulary: Int, size: Int) {
        self.init(Settings(vocabulary: vocabulary, size: size))
    }

    /// Makes a layer from its settings.
    public init(_ settings: Settings, initializer: Initializer? = nil) {
        self.settings = settings
        let shape: Shape = [settings.vocabulary, settings.size]
        let drawn = initializer ?? .uniform(low: -0.05, high: 0.05)
        table = drawn.parameter(shape, of: Settings.kind)
    }

    /// The vectors of the numbers.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        for tensor in [x, table] where tensor.fault != nil { return tensor }
        let numbers = x.dtype == .int64 ? x : x.cast(to: .int32)
        // Numbers that are known are checked here, where the layer has a name.
        if x.node.buffer != nil, let known = try? numbers.values(Int64.self),
            let wrong = known.first(where: { $0 < 0 || $0 >= Int64(settings.vocabulary) })
        {
            return refusal(
                Settings.kind, expected: "numbers in 0 ..< \(settings.vocabulary)",
                got: "\(wrong)", [table])
        }
        return table.gathered(at: numbers)
    }
}

extension LayerSpec {
    /// Vectors looked up by number; see ``Embedding``.
    public static func embedding(vocabulary: Int, size: Int) -> LayerSpec {
        LayerSpec(Embedding.Settings(vocabulary: vocabulary, size: size))
    }
}
