import KalsaeGraph
import KalsaeTensor

/// A block of a transformer, norms in front (Xiong et al., 2020):
/// `y = x + attention(norm1(x))`, then `y + contract(gelu(expand(norm2(y))))`.
///
/// Input and output `[batch, length, features]`. Between the two products there are `hidden`
/// numbers, by default four times the features. Dropout acts on the weights of the attention and
/// after both branches.
public struct TransformerBlock: Layer {
    /// The norm in front of the attention.
    public var norm1: LayerNorm
    /// The attention.
    public var attention: MultiHeadAttention
    /// The norm in front of the two products.
    public var norm2: LayerNorm
    /// The products.
    public var expand: Dense, contract: Dense
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.norm1, \.attention, \.norm2, \.expand, \.contract)

    /// The settings of a transformer block.
    public struct Settings: LayerSettings {
        /// `transformerBlock`.
        public static let kind = "transformerBlock"
        /// Default settings.
        public static let defaults = Self()
        /// The number of heads; divides the size of the input.
        public var heads = 1
        /// The numbers between the two products; nil for four times the features.
        public var hidden: Int?
        /// Whether a position sees only itself and those before it.
        public var isCausal = false
        /// The rate of dropout.
        public var dropout: Double = 0

        /// The layer for `[length, features]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkSequence(input, Self.kind)
            return TransformerBlock(input[1], self)
        }
    }

    /// Makes a layer with fresh parameters; `features` is the number of input channels.
    public init(
        _ features: Int, heads: Int, hidden: Int? = nil, isCausal: Bool = false, dropout: Double = 0
    ) {
        self.init(
            features, Settings(heads: heads, hidden: hidden, isCausal: isCausal, dropout: dropout))
    }

    /// Makes a layer from its settings.
    public init(_ features: Int, _ settings: Settings) {
        self.settings = settings
        norm1 = LayerNorm(features)
        attention = MultiHeadAttention(
            features, heads: settings.heads, isCausal: settings.isCausal,
            dropout: settings.dropout)
        norm2 = LayerNorm(features)
        let hidden = settings.hidden ?? product(4, features)
        expand = Dense(features, hidden)
        contract = Dense(hidden, features)
    }

    /// The block's output.
    public func callAsFunction(_ x: Tensor) -> Tensor { output(x) { attention($0) } }

    /// The block's output; positions where `padding`, `bool[batch, length]`, is false are not looked
    /// at.
    public func callAsFunction(_ x: Tensor, padding: Tensor) -> Tensor {
        output(x) { attention($0, padding: padding) }
    }

    private func output(_ x: Tensor, _ attend: (Tensor) -> Tensor) -> Tensor {
        let middle = x + dropped(attend(norm1(x)))
        return middle + dropped(contract(expand(norm2(middle)).gelu()))
    }

    private func dropped(_ x: Tensor) -> Tensor {
        Dropout.dropping(x, settings.dropout, Settings.kind, noise: x.shape)
    }
}

extension LayerSpec {
    /// A block of a transformer; see ``TransformerBlock``.
    public static func transformerBlock(
        heads: Int, hidden: Int? = nil, isCausal: Bool = false, dropout: Double = 0
    ) -> LayerSpec {
        LayerSpec(
            TransformerBlock.Settings(
                heads: heads, hidden: hidden, isCausal: isCausal, dropout: dropout))
    }
}
