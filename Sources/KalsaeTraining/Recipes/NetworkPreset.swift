import KalsaeLayers

/// A network for small images that goes by a name.
public enum NetworkPreset: String, CaseIterable, Sendable {
    /// One convolution, two dense layers: 'Deep Learning from Scratch', chapter 7.
    case simpleConvNet = "simple-convnet"
    /// Six convolutions, two dense layers with dropout: chapter 8.
    case deepConvNet = "deep-convnet"
    /// Five convolutions with batch norm, then the mean of each channel.
    case batchNormConvNet = "batch-norm-convnet"

    /// The layers, for images `[height, width, channels]` and a number of outputs.
    public func layers(outputs: Int) -> [LayerSpec] {
        switch self {
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
