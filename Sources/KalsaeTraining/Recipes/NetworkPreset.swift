import KalsaeLayers

/// A network for small images, or for text, that goes by a name.
public enum NetworkPreset: String, CaseIterable, Sendable {
    /// One convolution, two dense layers: 'Deep Learning from Scratch', chapter 7.
    case simpleConvNet = "simple-convnet"
    /// Six convolutions, two dense layers with dropout: chapter 8.
    case deepConvNet = "deep-convnet"
    /// Five convolutions with batch norm, then the mean of each channel.
    case batchNormConvNet = "batch-norm-convnet"
    /// Two causal blocks of 128 numbers and four heads, norms in front, learned positions.
    case textTransformer = "text-transformer"
    /// A long short-term memory of 256 units.
    case textLSTM = "text-lstm"

    /// Whether it is for text.
    public var isOfText: Bool { self == .textTransformer || self == .textLSTM }

    /// The layers, for images `[height, width, channels]` and a number of outputs, or for so many
    /// tokens.
    ///
    /// - Parameter context: of text the tokens of a window.
    public func layers(outputs: Int, context: Int = 64) -> [LayerSpec] {
        switch self {
        case .textTransformer:
            [
                .embedding(vocabulary: outputs, size: 128), .positionalEmbedding(length: context),
                .transformerBlock(heads: 4, isCausal: true),
                .transformerBlock(heads: 4, isCausal: true), .layerNorm(),
                .dense(units: outputs, useBias: false),
            ]
        case .textLSTM:
            [
                .embedding(vocabulary: outputs, size: 64),
                .lstm(units: 256, returnsSequences: true), .dense(units: outputs),
            ]
        case .simpleConvNet:
            [
                .conv2D(filters: 30, kernel: 5, activation: .relu), .maxPool2D(), .flatten,
                .dense(units: 100, activation: .relu), .dense(units: outputs),
            ]
        case .deepConvNet:
            [(16, 1), (32, 2), (64, 1)].flatMap { filters, padding -> [LayerSpec] in
                [
                    .conv2D(filters: filters, kernel: 3, padding: .all(1), activation: .relu),
                    .conv2D(filters: filters, kernel: 3, padding: .all(padding), activation: .relu),
                    .maxPool2D(),
                ]
            } + [
                .flatten, .dense(units: 50, activation: .relu), .dropout(rate: 0.5),
                .dense(units: outputs),
            ]
        case .batchNormConvNet:
            Self.convolution(32) + [.maxPool2D()] + Self.convolution(64) + Self.convolution(64)
                + [.maxPool2D()] + Self.convolution(128) + Self.convolution(128)
                + [.globalAveragePool, .dense(units: outputs)]
        }
    }

    private static func convolution(_ filters: Int) -> [LayerSpec] {
        [
            .conv2D(filters: filters, kernel: 3, padding: .same, useBias: false), .batchNorm,
            .activation(.relu),
        ]
    }
}
