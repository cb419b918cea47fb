import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import Testing

/// The lectures' small numbers, in `float64`.
@Suite struct LectureNumbersTests {
    private func tensor(_ numbers: [Double], _ shape: Shape? = nil) -> Tensor {
        Tensor(numbers, shape: shape ?? [numbers.count])
    }

    private func expect(_ got: Tensor, _ expected: [Double], _ tolerance: Double = 1e-10) {
        expectClose(
            got.flattened(), expected, shape: [expected.count], dtype: .float64,
            tolerance: Tolerance(relative: tolerance, absolute: tolerance))
    }

    @Test func forwardThroughThreeLayers() {
        let x = tensor([1, 0.5], [1, 2])
        let a1 =
            x.matmul(tensor([0.1, 0.3, 0.5, 0.2, 0.4, 0.6], [2, 3])) + tensor([0.1, 0.2, 0.3])
        let z1 = Activation.sigmoid(a1)
        let w2 = tensor([0.1, 0.4, 0.2, 0.5, 0.3, 0.6], [3, 2])
        let a2 = z1.matmul(w2) + tensor([0.1, 0.2])
        let z2 = Activation.sigmoid(a2)
        let a3 = z2.matmul(tensor([0.1, 0.3, 0.2, 0.4], [2, 2])) + tensor([0.1, 0.2])
        expect(a1, [0.3, 0.7, 1.1])
        expect(z1, [0.5744425168, 0.6681877722, 0.7502601056])
        expect(a2, [0.5161598378, 1.2140269562])
        expect(z2, [0.6262493704, 0.7710106969])
        expect(Activation.identity(a3), [0.3168270764, 0.6962790899])
    }

    @Test func softmaxWithItsGuard() {
        expect(
            Activation.softmax(tensor([0.3, 2.9, 4])), [0.0182112733, 0.2451918129, 0.7365969138])
        expect(
            Activation.softmax(tensor([1010, 1000, 990])),
            [0.9999546, 4.5397868609e-05, 2.0610600462e-09], 1e-9)
        expect(
            Activation.softmax(tensor([5, 2, -1, 3])),
            [0.8420335724, 0.0419223830, 0.0020871926, 0.1139568520])
    }

    @Test func errorsOfTwoGuesses() {
        let right = tensor([0.1, 0.05, 0.6, 0, 0.05, 0.1, 0, 0.1, 0, 0], [1, 10])
        let wrong = tensor([0.1, 0.05, 0.1, 0, 0.05, 0.1, 0, 0.6, 0, 0], [1, 10])
        let label = Tensor([2] as [Int32])
        let oneHot = label.oneHot(classes: 10, dtype: .float64)
        expect(Loss.halfSquaredError(right, oneHot), [0.0975])
        expect(Loss.halfSquaredError(wrong, oneHot), [0.5975])
        expect(Loss.crossEntropy(right, label), [0.510825457099338], 1e-14)
        expect(Loss.crossEntropy(wrong, label), [2.302584092994546], 1e-14)
        expect(Loss.crossEntropy(right, oneHot), [0.510825457099338], 1e-14)
        expect(Loss.crossEntropy(epsilon: 0)(wrong, label), [2.3025850929940455], 1e-14)
    }

    @Test func gradientOfSoftmaxRegression() {
        let numbers = [0.47355232, 0.9977393, 0.84668094, 0.85557411, 0.03563661, 0.69422093]
        let weights = tensor(numbers, [2, 3])
        let x = tensor([0.6, 0.9], [1, 2])
        let label = Tensor([2] as [Int32])
        expect(x.matmul(weights), [1.054148091, 0.630716529, 1.132807401])
        let (loss, gradient) = valueAndGradient(at: weights) { weights in
            Loss.softmaxCrossEntropy(x.matmul(weights), label)
        }
        expect(loss, [0.92806853874])
        expect(
            gradient,
            [
                0.2192476267, 0.1435624661, -0.3628100928, 0.32887144, 0.2153436992, -0.5442151392,
            ])
        let withEpsilon = Loss.crossEntropy(x.matmul(weights).softmax(), label)
        expect(withEpsilon, [0.9280682857864075])
    }
}
