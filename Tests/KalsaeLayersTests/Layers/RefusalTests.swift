import FoundationEssentials
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// A setting or input that no layer can work with, and what the error must say.
private struct Refused: CustomTestStringConvertible, Sendable {
    var spec: LayerSpec
    var input: Shape
    var text: String
    var testDescription: String { text }

    init(_ spec: LayerSpec, _ input: Shape, _ text: String) {
        (self.spec, self.input, self.text) = (spec, input, text)
    }
}

private let refusals: [Refused] = [
    Refused(.dense(units: -1), [3], "dense"),
    Refused(.dense(units: 2), [], "dense"),
    Refused(.dropout(rate: 1), [3], "dropout: expected a rate in 0 ..< 1, got 1.0"),
    Refused(.dropout(rate: .nan, isClassic: true), [3], "dropout"),
    Refused(.spatialDropout(-0.1), [2, 2, 3], "spatialDropout: expected a rate"),
    Refused(.gaussianNoise(-1), [3], "gaussianNoise: expected a deviation"),
    Refused(
        .batchNorm(BatchNorm.Settings(momentum: 2, epsilon: 0, isUnbiased: true)), [3],
        "batchNorm"),
    Refused(.conv2D(filters: 0, kernel: 3), [5, 5, 1], "conv2D: expected sizes of at least 1"),
    Refused(.conv2D(filters: 2, kernel: 0), [5, 5, 1], "conv2D: expected sizes of at least 1"),
    Refused(.conv2D(filters: 2, kernel: -3, padding: .same), [5, 5, 1], "conv2D"),
    Refused(.conv2D(filters: 2, kernel: 6), [5, 5, 1], "conv2D: convolution: expected a kernel"),
    Refused(.conv2D(filters: 2, kernel: 2, strides: 0), [5, 5, 1], "conv2D"),
    Refused(.conv2D(filters: 2, kernel: 2, strides: 0, padding: .same), [5, 5, 1], "conv2D"),
    Refused(.conv2D(filters: 2, kernel: 2, padding: .all(-1)), [5, 5, 1], "conv2D"),
    Refused(.conv2D(filters: 2, kernel: 2, padding: .all(.max)), [5, 5, 1], "conv2D"),
    Refused(.conv2D(filters: 2, kernel: 2, dilations: Pair(.max, 1)), [5, 5, 1], "conv2D"),
    Refused(.conv2D(filters: 2, kernel: Pair(.max, .max)), [5, 5, 1], "conv2D"),
    Refused(.conv2D(filters: 3, kernel: 2, groups: 2), [5, 5, 2], "conv2D: expected groups"),
    Refused(.conv2D(filters: 3, kernel: 2, groups: 0), [5, 5, 2], "conv2D: expected groups"),
    Refused(.conv2D(filters: 3, kernel: 2), [28, 28], "put .reshape([28, 28, 1]) in front"),
    Refused(.conv1D(filters: 3, kernel: 9), [5, 2], "conv1D"),
    Refused(
        .conv1D(filters: 3, kernel: 2), [5, 5, 2], "conv1D: expected input [length, channels]"),
    Refused(.depthwiseConv2D(kernel: 2, multiplier: .max), [5, 5, 2], "depthwiseConv2D"),
    Refused(.depthwiseConv2D(kernel: 2, multiplier: 0), [5, 5, 2], "depthwiseConv2D"),
    Refused(.separableConv2D(filters: 0, kernel: 2), [5, 5, 2], "separableConv2D"),
    Refused(
        .conv2DTransposed(filters: 2, kernel: 2, strides: .init(.max, 1)), [5, 5, 2],
        "conv2DTransposed"),
    Refused(
        .conv2DTransposed(filters: 2, kernel: 2, outputPadding: 1), [5, 5, 2],
        "output padding below the stride"),
    Refused(
        .conv2DTransposed(filters: 2, kernel: 2, padding: .all(9)), [5, 5, 2], "conv2DTransposed"),
    Refused(
        .conv2DTransposed(filters: 2, kernel: 2, padding: .all(.max)), [5, 5, 2], "conv2DTransposed"
    ),
    Refused(.maxPool2D(0), [5, 5, 2], "maxPool2D"),
    Refused(.maxPool2D(6), [5, 5, 2], "maxPool2D"),
    Refused(.maxPool2D(2, strides: -1, padding: .same), [5, 5, 2], "maxPool2D"),
    Refused(.averagePool2D(2, padding: .all(2)), [5, 5, 2], "averagePool2D"),
    Refused(.maxPool1D(9), [5, 2], "maxPool1D"),
    Refused(.averagePool1D(.min), [5, 2], "averagePool1D"),
    Refused(.globalAveragePool, [5], "globalAveragePool"),
    Refused(.adaptiveAveragePool2D(0), [5, 5, 2], "adaptiveAveragePool2D"),
    Refused(.adaptiveMaxPool2D(6), [5, 5, 2], "adaptiveMaxPool2D"),
    Refused(.upSampling2D(0), [5, 5, 2], "upSampling2D"),
    Refused(.upSampling2D(Pair(.max, 2)), [5, 5, 2], "upSampling2D"),
    Refused(.zeroPadding2D(Padding2D(all: -1)), [5, 5, 2], "zeroPadding2D"),
    Refused(.reshape([4, 4]), [5, 5], "reshape: expected sizes that hold [5, 5]"),
    Refused(.reshape([-1, -1]), [5, 5], "reshape"),
    Refused(.reshape([-1, 0]), [5, 5], "reshape"),
    Refused(.reshape([.max, .max]), [5, 5], "reshape"),
    Refused(.permute([0, 0]), [5, 5], "permute: expected each axis"),
    Refused(.groupNorm(groups: 3), [5, 5, 4], "groupNorm: expected groups"),
    Refused(.groupNorm(groups: 0), [5, 5, 4], "groupNorm"),
    Refused(.instanceNorm(), [4], "instanceNorm"),
    Refused(.embedding(vocabulary: 0, size: 4), [4], "embedding: expected sizes of at least 1"),
    Refused(
        .numericalEmbedding(outputs: 1), [3], "numericalEmbedding: expected outputs of at least 2"),
    Refused(.numericalEmbedding(outputs: .min), [3], "numericalEmbedding: expected outputs"),
    Refused(.numericalEmbedding(outputs: .max), [3], "numericalEmbedding: expected weights"),
    Refused(.numericalEmbedding(frequencies: 0), [3], "numericalEmbedding: expected sizes"),
    Refused(.numericalEmbedding(), [3, 2], "numericalEmbedding: expected input [features]"),
    Refused(.simpleRNN(units: 0), [4, 2], "simpleRNN"),
    Refused(.lstm(units: -2), [4, 2], "lstm"),
    Refused(.lstm(units: .max), [4, 2], "lstm"),
    Refused(.gru(units: 2), [4], "gru: expected input [length, channels]"),
    Refused(.bidirectional(.dense(units: 2)), [4, 2], "bidirectional: expected a recurrent layer"),
    Refused(.multiHeadAttention(heads: 4), [4, 6], "heads that divide the features"),
    Refused(.multiHeadAttention(heads: 0), [4, 6], "heads that divide the features"),
    Refused(
        .multiHeadAttention(heads: 2, dropout: 1), [4, 6], "multiHeadAttention: expected a rate"),
    Refused(.transformerBlock(heads: 2, hidden: 0), [4, 6], "sizes of at least 1, got [6, 0]"),
    Refused(.positionalEmbedding(length: 3), [4, 6], "positionalEmbedding: expected input"),
    Refused(.augment(.zoom(amount: 1)), [5, 5, 1], "augment: augmentation: expected settings"),
    Refused(.augment(.crop(padding: -1)), [5, 5, 1], "augment: augmentation: expected settings"),
    Refused(.augment(.noise(deviation: .nan)), [5, 5, 1], "augment: augmentation"),
    Refused(.augment(), [25], "augment: expected input [height, width, channels]"),
    Refused(.residual([.dense(units: 2)]), [3], "residual: expected layers that keep the shape"),
    Refused(.residual([]), [3], "at least one layer"),
]

@Suite struct RefusalTests {
    @Test(arguments: refusals)
    private func aSettingThatCannotBe(_ refused: Refused) throws {
        do {
            _ = try Sequential([refused.spec], input: refused.input)
            Issue.record("expected an error: \(refused.text)")
        } catch let error as KalsaeError {
            #expect(error.description.contains(refused.text), "\(error)")
        }
    }

    @Test func aLayerMadeByHandCarriesTheFault() {
        expectFault(Conv2D(1, 2, kernel: 0)(.zeros([1, 3, 3, 1])), "conv2D: expected sizes")
        expectFault(Conv2D(1, 2, kernel: 2)(.zeros([3, 3, 1])), "add an axis of one channel")
        expectFault(NumericalEmbedding(3)(.zeros([2, 4])), "numericalEmbedding: expected input")
        expectFault(LSTM(2, units: 3)(.zeros([1, 0, 2])), "lstm: expected input")
        expectFault(MultiHeadAttention(6, heads: 4)(.zeros([1, 2, 6])), "heads that divide")
        expectFault(LayerNorm(3)(.zeros([2, 4])), "layerNorm: expected input […, 3]")
        expectFault(BatchNorm(3)(.zeros([2, 4])), "batchNorm: expected input […, 3]")
        expectFault(BatchNorm(0)(.zeros([2, 0])), "batchNorm: expected sizes")
        expectFault(Reshape([2])(.zeros([])), "reshape")
        expectFault(GlobalMaxPool()(.zeros([2, 0, 3])), "globalMaxPool")
    }

    @Test func aWrongMaskNamesTheLayer() {
        let x = Tensor.ones([2, 4, 6])
        expectFault(
            LSTM(6, units: 3)(x, mask: .ones([2, 4])), "a mask bool[2, 4], got float32[2, 4]")
        expectFault(
            GRU(6, units: 3)(x, mask: .zeros([2, 3], dtype: .bool)), "gru: expected a mask")
        let attention = MultiHeadAttention(6, heads: 2)
        expectFault(attention(x, padding: .zeros([2, 3], dtype: .bool)), "multiHeadAttention")
        expectFault(attention(x, padding: .ones([2, 4])), "multiHeadAttention: expected a mask")
        expectFault(attention(x, padding: .zeros([2, 4, 1], dtype: .bool)), "[batch, length]")
        let state = [Tensor.zeros([2, 3])]
        expectFault(LSTM(6, units: 3).run(x, from: state).output, "a state of 2 tensors")
    }

    @Test func aNumberOutsideOfTheVocabularyIsRefused() throws {
        let layer = Embedding(vocabulary: 3, size: 2)
        expectFault(
            layer(Tensor([0, 3] as [Int32])), "embedding: expected numbers in 0 ..< 3, got 3")
        expectFault(layer(Tensor([-1] as [Int64])), "embedding")
        expectFault(layer(Tensor([Float(7)])), "embedding")
        let computed = Tensor([2] as [Int32]) + Tensor([2] as [Int32])
        #expect(throws: (any Error).self) { try layer(computed).values() }
    }

    @Test func aBatchOfOneIsRefusedInTraining() {
        let layer = BatchNorm(3)
        let step = StepScope.training(key: RandomKey(seed: 0)) { layer(.ones([1, 3])) }
        expectFault(step.result, "at least two rows per channel in training")
        #expect(layer(.ones([1, 3])).fault == nil)
    }

    @Test func filesWithNonsenseAreRefused() {
        let texts = [
            #"{"layer": "conv3D"}"#, #"{"layer": "conv2D", "kernel": "big"}"#,
            #"{"layer": "conv2D", "kernel": [1, 2, 3]}"#,
            #"{"layer": "conv2D", "padding": "half"}"#,
            #"{"layer": "zeroPadding2D", "padding": "same"}"#,
            #"{"layer": "bidirectional", "of": 3}"#,
        ]
        for text in texts {
            #expect(throws: (any Error).self) {
                try JSONDecoder().decode(LayerSpec.self, from: Data(text.utf8))
            }
        }
    }

    @Test func whatAFileLeavesOutIsTheDefault() throws {
        let texts = [
            (#"{"layer": "conv2D", "filters": 3}"#, LayerSpec.conv2D(filters: 3, kernel: 3)),
            (#"{"layer": "maxPool2D"}"#, .maxPool2D(2)),
            (#"{"layer": "batchNorm"}"#, .batchNorm),
            (
                #"{"layer": "maxPool2D", "window": [2, 3], "padding": 1}"#,
                .maxPool2D(Pair(2, 3), padding: .all(1))
            ),
        ]
        for (text, spec) in texts {
            #expect(try JSONDecoder().decode(LayerSpec.self, from: Data(text.utf8)) == spec)
        }
    }
}
