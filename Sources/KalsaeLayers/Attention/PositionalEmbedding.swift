import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Adds a trained vector to each position: `[batch, length, features]` plus the first rows of
/// `table`, `[length, features]`, initially normal with deviation .02 as in GPT-2.
public struct PositionalEmbedding: Layer {
    /// The vectors, `[length, features]`.
    public var table: Tensor
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.table)

    /// The settings of a positional embedding.
    public struct Settings: LayerSettings {
        /// `positionalEmbedding`.
        public static let kind = "positionalEmbedding"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["length"]
        /// The largest number of positions.
        public var length = 0

        /// The layer for `[length, features]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkSequence(input, Self.kind)
            return PositionalEmbedding(input[1], self)
        }
    }

    /// Makes a layer with fresh parameters; `features` is the number of input channels.
    public init(_ features: Int, length: Int) {
        self.init(features, Settings(length: length))
    }

    /// Makes a layer from its settings.
    public init(_ features: Int, _ settings: Settings) {
        self.settings = settings
        let shape: Shape = [settings.length, features]
        table = Initializer.normal(deviation: 0.02).parameter(shape, of: Settings.kind)
    }

    /// The input with the vectors of its positions.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        for tensor in [x, table] where tensor.fault != nil { return tensor }
        guard x.rank == 3, x.shape[2] == table.shape[1], x.shape[1] <= table.shape[0] else {
            return refusal(
                Settings.kind,
                expected: "input [batch, at most \(table.shape[0]), \(table.shape[1])]",
                got: "\(x.shape)", [table])
        }
        return x + table[..<x.shape[1]]
    }
}

extension LayerSpec {
    /// A trained vector for each position; see ``PositionalEmbedding``.
    public static func positionalEmbedding(length: Int) -> LayerSpec {
        LayerSpec(PositionalEmbedding.Settings(length: length))
    }
}
