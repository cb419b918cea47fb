import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Attention with several heads (Vaswani et al., 2017):
/// `softmax(q · kᵀ / √size) · v` for each head, side by side, then one product.
///
/// Queries `[batch, queries, features]`, keys and values `[batch, keys, features]`, output as the
/// queries; a head's size is `features / heads`. Masks are true where a query may look; a query
/// that may look nowhere looks everywhere alike. Dropout acts on the weights.
public struct MultiHeadAttention: Layer {
    /// The projections of queries, keys and values, and that of the output.
    public var query: Dense, key: Dense, value: Dense, output: Dense
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.query, \.key, \.value, \.output)

    /// The settings of attention with several heads.
    public struct Settings: LayerSettings {
        /// `multiHeadAttention`.
        public static let kind = "multiHeadAttention"
        /// Default settings.
        public static let defaults = Self()
        /// The number of heads; divides the size of the input.
        public var heads = 1
        /// Whether a position sees only itself and those before it.
        public var isCausal = false
        /// The rate of dropout.
        public var dropout: Double = 0
        /// Whether the four products have biases.
        public var useBias = true

        /// The layer for `[length, features]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkSequence(input, Self.kind)
            return MultiHeadAttention(input[1], self)
        }
    }

    /// Makes a layer with fresh parameters; `features` is the number of input channels.
    public init(
        _ features: Int, heads: Int, isCausal: Bool = false, dropout: Double = 0,
        useBias: Bool = true
    ) {
        self.init(
            features, Settings(heads: heads, isCausal: isCausal, dropout: dropout, useBias: useBias)
        )
    }

    /// Makes a layer from its settings.
    public init(_ features: Int, _ settings: Settings) {
        self.settings = settings
        func dense() -> Dense { Dense(features, features, useBias: settings.useBias) }
        (query, key, value, output) = (dense(), dense(), dense(), dense())
        guard features < 1 || settings.heads < 1 || features % settings.heads != 0 else { return }
        query.weight = refusal(
            Settings.kind, expected: "heads that divide the features",
            got: "\(settings.heads) heads, \(features) features")
    }

    /// Attention of a sequence to itself.
    public func callAsFunction(_ x: Tensor) -> Tensor { self(x, x, x) }

    /// Attention of a sequence to itself where `padding`, `bool[batch, length]`, is true.
    public func callAsFunction(_ x: Tensor, padding: Tensor) -> Tensor {
        if padding.fault != nil { return padding }
        guard padding.rank == 2 else { return refusedMask(padding, "[batch, length]") }
        return self(x, x, x, mask: padding.expandingShape(at: 1).expandingShape(at: 1))
    }

    /// Attention of queries to others.
    ///
    /// - Parameter mask: `bool`, broadcasts to `[batch, heads, queries, keys]`; true where a query
    ///   may look.
    public func callAsFunction(
        _ queries: Tensor, _ keys: Tensor, _ values: Tensor, mask: Tensor? = nil
    ) -> Tensor {
        let (q, k, v) = (query(queries), key(keys), value(values))
        for tensor in [q, k, v] where tensor.fault != nil { return tensor }
        guard q.rank == 3, k.rank == 3, v.shape == k.shape, q.shape[0] == k.shape[0] else {
            return refusal(
                Settings.kind, expected: "queries, keys and values [batch, length, features]",
                got: "\(queries.shape), \(keys.shape) and \(values.shape)", [query.weight])
        }
        let full: Shape = [q.shape[0], settings.heads, q.shape[1], k.shape[1]]
        if let mask {
            if mask.fault != nil { return mask }
            guard mask.dtype == .bool, mask.rank <= 4, mask.shape.broadcast(with: full) == full
            else { return refusedMask(mask, "that broadcasts to \(full)") }
        }
        let size = q.shape[2] / settings.heads
        let parameters = AttentionParameters(
            heads: settings.heads, isCausal: settings.isCausal,
            scale: 1 / Double(size).squareRoot())
        let rate = settings.dropout
        let dropping: ((Tensor) -> Tensor)? =
            Dropout.isInEffect(rate)
            ? { Dropout.dropping($0, rate, Settings.kind, noise: full) } : nil
        return output(
            .attention([q, k, v], parameters, mask: mask, changingWeights: dropping))
    }

    private func refusedMask(_ mask: Tensor, _ expected: String) -> Tensor {
        refusal(
            Settings.kind, expected: "a mask of bool \(expected)",
            got: "\(mask.dtype.rawValue)\(mask.shape)", [query.weight])
    }
}

extension LayerSpec {
    /// Attention of a sequence to itself; see ``MultiHeadAttention``.
    public static func multiHeadAttention(
        heads: Int, isCausal: Bool = false, dropout: Double = 0, useBias: Bool = true
    ) -> LayerSpec {
        LayerSpec(
            MultiHeadAttention.Settings(
                heads: heads, isCausal: isCausal, dropout: dropout, useBias: useBias))
    }
}
