import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

private struct Twice: Layer {
    var hidden = Dense(2, 3)
    var output = Dense(3, 1)
    static let parts = Parts(\Self.hidden, \.output, \.hidden)
    func callAsFunction(_ x: Tensor) -> Tensor { output(hidden(x)) }
}

private struct TwiceAsState: Layer {
    var scale = Tensor.ones([2])
    static let parts = Parts(\Self.scale).state(\.scale)
    func callAsFunction(_ x: Tensor) -> Tensor { x * scale }
}

/// Mistakes that are often made: the message says what to do.
@Suite struct AdviceTests {
    @Test func channelsFirstAreRefused() {
        let images = Tensor.zeros([2, 3, 32, 32])
        let hint = "channels come last: use .transposed(permutation: [0, 2, 3, 1])"
        for layer in [
            Conv2D(3, 8, kernel: 3) as any Layer, DepthwiseConv2D(3, kernel: 3, multiplier: 2),
            SeparableConv2D(3, filters: 4, kernel: 3),
        ] {
            expectFault(
                layer(images), "input [batch, height, width, 3], got [2, 3, 32, 32]; " + hint)
            let channelsLast = layer(images.transposed(permutation: [0, 2, 3, 1]))
            #expect(channelsLast.fault == nil)
        }
        let other = Conv2D(4, 8, kernel: 3, groups: 2)(images)
        expectFault(other, "conv2D: expected input [batch, height, width, 4], got [2, 3, 32, 32]")
        #expect(other.fault?.description.contains("channels come last") == false)
    }

    @Test func rowsWithoutABatchAreRefused() {
        expectFault(
            Dense(1, 2)(.zeros([5])),
            "dense: expected input [batch, 1], got [5]; add an axis: .reshaped(to: [5, 1])")
        expectFault(Dense(4, 2)(.zeros([3, 5])), "dense: expected input [batch, 4], got [3, 5]")
        expectFault(Dense(4, 2)(.zeros([])), "dense: expected input [batch, 4], got []")
        // One row alone is a vector, as for matmul.
        #expect(Dense(4, 2)(.zeros([4])).shape == [2])
    }

    @Test func classNumbersAreWhole() {
        let logits = Tensor.zeros([4, 3])
        for loss in [Loss.softmaxCrossEntropy, .crossEntropy] {
            expectFault(
                loss(logits, .zeros([4])),
                "float32[4]; class numbers are whole: use .cast(to: .int32)")
            expectFault(
                loss(logits, .zeros([4, 1], dtype: .int32)),
                "int32[4, 1]; drop the last axis: use .squeezingShape(at: -1)")
            #expect(loss(logits, .zeros([4], dtype: .int32)).fault == nil)
        }
    }

    @Test func aLargeWindowIsRefused() {
        let images = Tensor.zeros([1, 3, 4, 2])
        expectFault(
            MaxPool2D(Pair(4, 4))(images),
            "maxPool2D: expected a window of at most [3, 4], the padded input, got [4, 4] on input")
        expectFault(
            AveragePool2D(
                Pair(5, 2), padding: .explicit(Padding2D(top: 1, bottom: 0, left: 0, right: 0)))(
                    images), "averagePool2D: expected a window of at most [4, 4]")
        #expect(MaxPool2D(Pair(3, 4))(images).fault == nil)
        expectFault(
            MaxPool2D(8)(.zeros([1, 3, 32, 32])), "images are [batch, height, width, channels]")
        expectFault(
            MaxPool1D(9)(.zeros([1, 8, 2])), "maxPool1D: expected a window of at most [1, 8]")
    }

    @Test func aPropertyListedTwiceIsAFault() throws {
        let text = "Twice: expected each property once in `parts`, got hidden twice; remove one"
        let x: Tensor = [[1, 2]]
        let slope = gradient(at: Twice()) { $0(x).sum() }
        do {
            _ = try slope.evaluate()
            Issue.record("expected an error")
        } catch {
            #expect("\(error)".contains(text), "\(error)")
        }
        #expect(throws: (any Error).self) { try Twice().evaluate() }
        #expect(throws: (any Error).self) { try TwiceAsState().evaluate() }
        // Its own layers are whole.
        #expect(Twice()(x).fault == nil)
    }
}
