import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeTensor

/// The networks by which training frameworks are compared, with batch and optimizer.
package enum BenchmarkNetwork: String, CaseIterable, Sendable {
    case iris, twolayer, mlp, convnet, deepconvnet, resnet, chargpt

    /// The shape of one input; tokens for the language model, numbers for the others.
    package var input: Shape {
        switch self {
        case .iris: [4]
        case .twolayer, .mlp: [784]
        case .convnet, .deepconvnet: [28, 28, 1]
        case .resnet: [32, 32, 3]
        case .chargpt: [64]
        }
    }

    /// The number of tokens that an input is made of; nil where inputs are numbers.
    package var vocabulary: Int? { self == .chargpt ? 65 : nil }

    package var classes: Int {
        switch self {
        case .iris: 3
        case .chargpt: 65
        case .twolayer, .mlp, .convnet, .deepconvnet, .resnet: 10
        }
    }

    /// The shape of a batch's targets.
    package var targets: Shape { self == .chargpt ? [batch, 64] : [batch] }

    package var batch: Int {
        switch self {
        case .iris: 32
        case .twolayer, .convnet, .deepconvnet: 100
        case .mlp: 128
        case .resnet: 64
        case .chargpt: 12
        }
    }

    package var optimizer: any Optimizer {
        switch self {
        case .iris, .mlp, .convnet, .deepconvnet: Adam()
        case .twolayer: SGD(learningRate: 0.1)
        case .resnet: SGD(learningRate: 0.1, momentum: 0.9)
        case .chargpt: AdamW()
        }
    }

    package var layers: [LayerSpec] {
        switch self {
        case .iris:
            [
                .dense(units: 8, activation: .relu), .dense(units: 8, activation: .relu),
                .dense(units: 3),
            ]
        case .twolayer: [.dense(units: 50, activation: .relu), .dense(units: 10)]
        case .mlp:
            [
                .dense(units: 256, useBias: false), .batchNorm, .activation(.relu),
                .dropout(rate: 0.5), .dense(units: 128, useBias: false), .batchNorm,
                .activation(.relu), .dropout(rate: 0.5), .dense(units: 10),
            ]
        case .convnet:
            [
                Self.conv(30, kernel: 5, padding: 0, activation: .relu), Self.pool, .flatten,
                .dense(units: 100, activation: .relu), .dense(units: 10),
            ]
        case .deepconvnet: Self.deepConvNet
        case .resnet: Self.resNet
        case .chargpt:
            [.embedding(vocabulary: 65, size: 128), .positionalEmbedding(length: 64)]
                + [LayerSpec](repeating: .transformerBlock(heads: 4, isCausal: true), count: 4)
                + [.layerNorm(), .dense(units: 65, useBias: false)]
        }
    }

    /// Six convolutions and three pools, then 50 units, of 'Deep Learning from Scratch', chapter 8.
    private static var deepConvNet: [LayerSpec] {
        var layers: [LayerSpec] = []
        for (filters, padding) in [(16, (1, 1)), (32, (1, 2)), (64, (1, 1))] {
            layers += [
                conv(filters, padding: padding.0, activation: .relu),
                conv(filters, padding: padding.1, activation: .relu), pool,
            ]
        }
        return layers + [
            .flatten, .dense(units: 50, activation: .relu), .dropout(rate: 0.5),
            .dense(units: 10), .dropout(rate: 0.5),
        ]
    }

    /// The network of 20 layers for images of 32x32 (He et al., 2016), projections as shortcuts.
    private static var resNet: [LayerSpec] {
        var layers = [conv(16, useBias: false), .batchNorm, .activation(.relu)]
        for (filters, stride) in [(16, 1), (32, 2), (64, 2)] {
            for block in 0..<3 {
                let strides = block == 0 ? stride : 1
                let inner: [LayerSpec] = [
                    conv(filters, strides: strides, useBias: false), .batchNorm,
                    .activation(.relu), conv(filters, useBias: false), .batchNorm,
                ]
                let projection: [LayerSpec] = [
                    conv(filters, kernel: 1, strides: strides, padding: 0, useBias: false),
                    .batchNorm,
                ]
                layers += [
                    .residual(inner, shortcut: strides == 1 ? [] : projection), .activation(.relu),
                ]
            }
        }
        return layers + [.globalAveragePool, .dense(units: 10)]
    }

    private static var pool: LayerSpec { .maxPool2D() }

    private static func conv(
        _ filters: Int, kernel: Int = 3, strides: Int = 1, padding: Int = 1,
        activation: Activation = .identity, useBias: Bool = true
    ) -> LayerSpec {
        .conv2D(
            filters: filters, kernel: Pair(kernel, kernel), strides: Pair(strides, strides),
            padding: .all(padding), activation: activation, useBias: useBias)
    }
}
