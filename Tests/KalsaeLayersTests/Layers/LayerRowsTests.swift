import FoundationEssentials
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// One row a layer: a name, its specification, the shape of one input, the numbers of the input.
private struct LayerRow: CustomTestStringConvertible, Sendable {
    var name: String
    var spec: LayerSpec
    var input: Shape
    var domain = Domain.normal
    var checksInput = true
    var testDescription: String { name }

    init(
        _ name: String, _ spec: LayerSpec, _ input: Shape, _ domain: Domain = .normal,
        checksInput: Bool = true
    ) {
        (self.name, self.spec, self.input) = (name, spec, input)
        (self.domain, self.checksInput) = (domain, checksInput)
    }
}

private let rows: [LayerRow] = [
    LayerRow("dense", .dense(units: 3, activation: .tanh), [4]),
    LayerRow("dense with gates", .dense(units: 6, activation: .glu), [4]),
    LayerRow("prelu", .prelu(), [3, 4], .nonzero),
    LayerRow("prelu with one slope", .prelu(slope: 0.1, isShared: true), [4], .nonzero),
    LayerRow("flatten", .flatten, [2, 3]),
    LayerRow("activation", .activation(.softplus), [4]),
    LayerRow("dropout", .dropout(rate: 0.4), [5]),
    LayerRow("classic dropout", .dropout(rate: 0.4, isClassic: true), [5]),
    LayerRow("batch norm", .batchNorm, [3, 2]),
    LayerRow("batch norm of Keras", .batchNorm(.keras), [3, 2]),
    LayerRow("sequential", .sequential([.batchNorm, .dense(units: 2)]), [3]),
    LayerRow("piecewise linear", .piecewiseLinear(columns: [0, 2], bins: 3), [4]),
    LayerRow("standardize", .standardize, [3, 2]),
    LayerRow(
        "ensemble of values",
        .ensemble(
            [
                .init(layers: [.dense(units: 3, activation: .tanh), .dense(units: 2)], count: 2),
                .init(layers: [.dense(units: 2)], count: 3, weight: 0.5),
            ]), [4]),
    LayerRow(
        "ensemble of probabilities",
        .ensemble(
            [.init(layers: [.dense(units: 3)], count: 2)], averaging: .probabilities,
            temperature: 1.5), [4]),
    LayerRow("conv2D", .conv2D(filters: 3, kernel: 2), [4, 5, 2]),
    LayerRow("conv2D same", .conv2D(filters: 2, kernel: 3, strides: 2, padding: .same), [4, 5, 2]),
    LayerRow(
        "conv2D of everything",
        .conv2D(
            filters: 4, kernel: Pair(2, 3), strides: Pair(1, 2), padding: .all(2),
            dilations: Pair(2, 1), groups: 2, activation: .tanh, useBias: false), [5, 6, 4]),
    LayerRow("conv1D", .conv1D(filters: 3, kernel: 3, stride: 2, padding: .all(1)), [7, 2]),
    LayerRow("conv1D same", .conv1D(filters: 3, kernel: 4, padding: .same), [7, 2]),
    LayerRow("depthwise", .depthwiseConv2D(kernel: 2, multiplier: 2), [4, 3, 3]),
    LayerRow("separable", .separableConv2D(filters: 3, kernel: 2, multiplier: 2), [4, 3, 2]),
    LayerRow(
        "transposed",
        .conv2DTransposed(
            filters: 4, kernel: 3, strides: 2, padding: .all(1), outputPadding: 1, groups: 2),
        [3, 2, 2]),
    LayerRow(
        "transposed same", .conv2DTransposed(filters: 2, kernel: 3, strides: 2, padding: .same),
        [3, 2, 1]),
    LayerRow(
        "transposed with a large stride",
        .conv2DTransposed(filters: 2, kernel: 1, strides: 3, padding: .valid), [3, 2, 1]),
    LayerRow("max pool", .maxPool2D(2), [4, 5, 2], .distinct),
    LayerRow("max pool same", .maxPool2D(3, strides: 2, padding: .same), [4, 5, 2], .distinct),
    LayerRow("average pool", .averagePool2D(3, strides: 2, padding: .all(1)), [5, 5, 2]),
    LayerRow(
        "average pool with padding", .averagePool2D(3, padding: .all(1), countsPadding: true),
        [5, 5, 2]),
    LayerRow("max pool 1D", .maxPool1D(3, stride: 2, padding: .all(1)), [7, 2], .distinct),
    LayerRow("average pool 1D", .averagePool1D(2), [7, 2]),
    LayerRow("global average", .globalAveragePool, [3, 4, 2]),
    LayerRow("global max", .globalMaxPool, [3, 2], .distinct),
    LayerRow("adaptive average", .adaptiveAveragePool2D(Pair(2, 3)), [5, 7, 2]),
    LayerRow("adaptive max", .adaptiveMaxPool2D(Pair(3, 2)), [4, 5, 2], .distinct),
    LayerRow("upsampling", .upSampling2D(Pair(2, 3)), [2, 2, 2]),
    LayerRow("bilinear upsampling", .upSampling2D(Pair(2, 3), by: .bilinear), [2, 3, 2]),
    LayerRow(
        "zero padding", .zeroPadding2D(Padding2D(top: 1, bottom: 0, left: 2, right: 3)), [2, 3, 1]),
    LayerRow("reshape", .reshape([3, -1]), [2, 6]),
    LayerRow("permute", .permute([2, 0, 1]), [2, 3, 4]),
    LayerRow("layer norm", .layerNorm(), [3, 4]),
    LayerRow("RMS norm", .rmsNorm(), [3, 4]),
    LayerRow("group norm", .groupNorm(groups: 2), [3, 2, 4]),
    LayerRow("group norm of rows", .groupNorm(groups: 2), [6]),
    LayerRow("instance norm", .instanceNorm(), [3, 2, 2]),
    LayerRow("affine instance norm", .instanceNorm(isAffine: true), [5, 2]),
    LayerRow("spatial dropout", .spatialDropout(0.5), [3, 3, 4]),
    LayerRow("Gaussian noise", .gaussianNoise(0.3), [4]),
    LayerRow(
        "embedding", .embedding(vocabulary: 5, size: 3), [4], .integers(0...4), checksInput: false),
    LayerRow("numerical embedding", .numericalEmbedding(), [3]),
    LayerRow(
        "numerical embedding of other sizes", .numericalEmbedding(frequencies: 3, outputs: 2), [2]),
    LayerRow("simple RNN", .simpleRNN(units: 3), [4, 2]),
    LayerRow("simple RNN, all steps", .simpleRNN(units: 3, returnsSequences: true), [4, 2]),
    LayerRow("LSTM", .lstm(units: 3), [4, 2]),
    LayerRow("LSTM, all steps", .lstm(units: 2, returnsSequences: true), [5, 2]),
    LayerRow("GRU", .gru(units: 3), [4, 2]),
    LayerRow("GRU, all steps", .gru(units: 2, returnsSequences: true), [3, 2]),
    LayerRow("both directions", .bidirectional(.lstm(units: 2)), [3, 2]),
    LayerRow(
        "both directions, all steps",
        .bidirectional(.gru(units: 2, returnsSequences: true)), [3, 2]),
    LayerRow("attention", .multiHeadAttention(heads: 2), [4, 6]),
    LayerRow("causal attention", .multiHeadAttention(heads: 2, isCausal: true), [4, 4]),
    LayerRow(
        "transformer block", .transformerBlock(heads: 2, isCausal: true, dropout: 0.2), [3, 4]),
    LayerRow("positional embedding", .positionalEmbedding(length: 5), [3, 4]),
    LayerRow("augment", .augment(.flipHorizontal(), .brightness(amount: 0.2)), [3, 4, 1]),
    LayerRow(
        "checkpointed",
        .checkpointed([.dense(units: 4, activation: .tanh), .dropout(rate: 0.5), .batchNorm]), [3]),
    LayerRow("residual", .residual([.dense(units: 3, activation: .tanh)]), [3]),
]

@Suite struct LayerRowsTests {
    @Test(arguments: rows)
    private func row(_ row: LayerRow) {
        checkLayer(row.spec, input: row.input, domain: row.domain, checksInput: row.checksInput)
    }

    @Test func everyKindHasARow() throws {
        struct Kind: Decodable { var layer: String }
        let kinds = try rows.map { row in
            try JSONDecoder().decode(Kind.self, from: JSONEncoder().encode(row.spec)).layer
        }
        #expect(Set(kinds) == Set(LayerSpec.kinds))
    }
}
