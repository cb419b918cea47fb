import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Adds a trained vector to each place: `[batch, places, features]` plus the first rows of
/// `table`, `[length, features]`, at first normal with deviation .02 as in GPT-2.
public struct LearnedPositions: Layer {
    /// The vectors, `[length, features]`.
    public var table: Tensor
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.table)

    /// The settings of learned positions.
    public struct Settings: LayerSettings {
        /// `learnedPositions`.
        public static let kind = "learnedPositions"
        /// The largest number of places.
        public var length = 0

        /// Default settings; `length` must be set.
        public init() {}

        /// Makes settings.
        public init(length: Int) {
            self.length = length
        }

        /// Visits the settings.
        public mutating func visit(_ fields: inout SettingFields) throws {
            try fields("length", &length)
        }

        /// The layer for `[places, features]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkSequence(input, Self.kind)
            return LearnedPositions(input[1], self)
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

    /// The input with the vectors of its places.
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
    /// A trained vector for each place; see ``LearnedPositions``.
    public static func learnedPositions(length: Int) -> LayerSpec {
        .layer(AnyLayerSettings(LearnedPositions.Settings(length: length)))
    }
}
