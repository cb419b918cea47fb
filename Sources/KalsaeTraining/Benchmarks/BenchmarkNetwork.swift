import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeTensor

/// The networks by which training frameworks are compared, with batch and optimizer.
package enum BenchmarkNetwork: String, CaseIterable, Sendable {
    case iris, twolayer, mlp, convnet, deepconvnet, resnet, chargpt
    /// Networks for accelerators with much memory.
    case gpt2, resnet50

    /// Those that any machine can train.
    package static let small = allCases.filter { ![.gpt2, .resnet50].contains($0) }

    /// The shape of one input; tokens for the language model, numbers for the others.
    package var input: Shape {
        switch self {
        case .iris: [4]
        case .twolayer, .mlp: [784]
        case .convnet, .deepconvnet: [28, 28, 1]
        case .resnet: [32, 32, 3]
        case .chargpt: [64]
        case .gpt2: [1024]
        case .resnet50: [224, 224, 3]
        }
    }

    /// The number of tokens that an input is made of; nil where inputs are numbers.
    package var vocabulary: Int? {
        switch self {
        case .chargpt: 65
        case .gpt2: 50_257
        case .iris, .twolayer, .mlp, .convnet, .deepconvnet, .resnet, .resnet50: nil
        }
    }

    package var classes: Int {
        switch self {
        case .iris: 3
        case .chargpt, .gpt2: vocabulary ?? 0
        case .resnet50: 1000
        case .twolayer, .mlp, .convnet, .deepconvnet, .resnet: 10
        }
    }

    /// The shape of a batch's targets.
    package var targets: Shape { vocabulary == nil ? [batch] : [batch, input[0]] }

    package var batch: Int {
        switch self {
        case .iris: 32
        case .twolayer, .convnet, .deepconvnet: 100
        case .mlp, .resnet50: 128
        case .resnet: 64
        case .chargpt: 12
        case .gpt2: 16
        }
    }

    package var optimizer: any Optimizer {
        switch self {
        case .iris, .mlp, .convnet, .deepconvnet: Adam()
        case .twolayer: SGD(learningRate: 0.1)
        case .resnet, .resnet50: SGD(learningRate: 0.1, momentum: 0.9)
        case .chargpt: AdamW()
        case .gpt2: AdamW(learningRate: 6e-4, beta1: 0.9, beta2: 0.95, decay: 0.1)
        }
    }

    /// The network with fresh parameters.
    package func model() throws -> Sequential {
        self == .gpt2 ? Sequential(try GPT2()) : try Sequential(layers, input: input)
    }

    /// The layers; those of ``gpt2``, whose output shares the embedding's weights, are in ``GPT2``.
    private var layers: [LayerSpec] {
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
        case .gpt2: []
        case .resnet50: Self.resNet50
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

    /// The network of 50 layers for large images (He et al., 2016), strides in the convolutions of 3x3.
    private static var resNet50: [LayerSpec] {
        func block(_ filters: Int, _ strides: Int, isFirst: Bool) -> [LayerSpec] {
            let inner: [LayerSpec] = [
                conv(filters, kernel: 1, padding: 0, useBias: false), .batchNorm,
                .activation(.relu), conv(filters, strides: strides, useBias: false), .batchNorm,
                .activation(.relu), conv(4 * filters, kernel: 1, padding: 0, useBias: false),
                .batchNorm,
            ]
            let projection: [LayerSpec] = [
                conv(4 * filters, kernel: 1, strides: strides, padding: 0, useBias: false),
                .batchNorm,
            ]
            return [.residual(inner, shortcut: isFirst ? projection : []), .activation(.relu)]
        }
        var layers = [
            conv(64, kernel: 7, strides: 2, padding: 3, useBias: false), .batchNorm,
            .activation(.relu), .maxPool2D(3, strides: 2, padding: .all(1)),
        ]
        for (filters, blocks) in [(64, 3), (128, 4), (256, 6), (512, 3)] {
            for number in 0..<blocks {
                let strides = number == 0 && filters > 64 ? 2 : 1
                layers += block(filters, strides, isFirst: number == 0)
            }
        }
        return layers + [.globalAveragePool, .dense(units: 1000)]
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
