import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import Testing

@Suite struct RecurrentTests {
    private let x = Tensor.normal([2, 5, 3], key: RandomKey(seed: 4))

    private func check(_ layer: some RecurrentLayer) {
        // In two pieces, the state handed on.
        let whole = layer(x)
        let first = layer.run(x[.all, ..<2])
        let second = layer.run(x[.all, 2...], from: first.state)
        expectClose(second.output, whole)
        // What is masked does not count.
        let mask = Tensor(
            [true, true, true, false, false, true, true, true, false, false], shape: [2, 5])
        expectClose(layer(x, mask: mask), layer(x[.all, ..<3]))
    }

    @Test func stateAndMask() {
        check(SimpleRNN(3, units: 4))
        check(LSTM(3, units: 4))
        check(GRU(3, units: 4))
    }

    @Test func maskedStepsRepeatTheOutput() {
        let layer = GRU(3, units: 4, returnsSequences: true)
        let mask = Tensor(
            [true, false, true, true, true, true, false, true, true, true], shape: [2, 5])
        let output = layer(x, mask: mask)
        expectClose(output[.all, 1], output[.all, 0])
    }

    @Test func bothDirections() {
        let (forward, backward) = (
            LSTM(3, units: 2, returnsSequences: true), LSTM(3, units: 2, returnsSequences: true)
        )
        let output = Bidirectional(forward, backward)(x)
        let reversed = backward(x.reversed(axes: [1])).reversed(axes: [1])
        expectClose(output, .concatenate([forward(x), reversed], axis: -1))
    }

    @Test func theWeightsOfStatesBeginOrthogonal() {
        func check(_ weight: Tensor) {
            expectClose(
                weight.matmul(weight, transposeRight: true), .eye(weight.shape[0]),
                tolerance: Tolerance(relative: 1e-6, absolute: 1e-6))
        }
        check(SimpleRNN(3, units: 5).recurrentWeight)
        check(LSTM(3, units: 5).recurrentWeight)
        check(GRU(3, units: 5).recurrentWeight)
    }

    @Test func theForgetGateBeginsOpen() {
        expectClose(LSTM(3, units: 2).bias, [0, 0, 1, 1, 0, 0, 0, 0], shape: [8])
    }
}
