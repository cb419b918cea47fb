import KalsaeLayers
import KalsaeTensor

/// The language model of 124 million parameters (Radford et al., 2019): 12 blocks, 12 heads, 768 features, 1,024
/// positions; the output is multiplied with the embedding's table.
struct GPT2: Layer {
    /// Rows of the table; those behind the 50,257 tokens fill it up to a multiple of 128.
    static let rows = 50_304
    private static let features = 768, positions = 1024

    var tokens = Embedding(vocabulary: rows, size: features)
    var blocks: Sequential
    static let parts = Parts(\Self.tokens, \.blocks)

    init() throws {
        let layers =
            [LayerSpec.positionalEmbedding(length: Self.positions)]
            + [LayerSpec](repeating: .transformerBlock(heads: 12, isCausal: true), count: 12)
            + [.layerNorm()]
        blocks = try Sequential(layers, input: [Self.positions, Self.features])
    }

    /// Logits `[batch, length, rows]` of tokens `[batch, length]`.
    func callAsFunction(_ x: Tensor) -> Tensor {
        blocks(tokens(x)).matmul(tokens.table, transposeRight: true)
    }
}
