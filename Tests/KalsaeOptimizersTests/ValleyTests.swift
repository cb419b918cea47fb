import Glibc
import KalsaeOptimizers
import KalsaeTensor
import KalsaeTesting
import Testing

/// Printed positions of "Deep Learning from Scratch" on x²/20 + y²: steps taken, x, y.
struct PrintedPath: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var optimizer: any Optimizer
    var positions: [(step: Int, x: Double, y: Double)]

    static let all: [PrintedPath] = [
        PrintedPath(
            testDescription: "SGD", optimizer: SGD(learningRate: 0.95),
            positions: [
                (1, -6.3350000000, -1.8), (2, -5.7331750000, 1.62), (3, -5.1885233750, -1.458),
                (5, -4.2495303572, -1.1809800000), (10, -2.5797868938, 0.6973568802),
                (20, -0.9507572025, 0.2431533092), (29, -0.3871745809, -0.0942025739),
                (30, -0.3503929958, 0.0847823166),
            ]),
        PrintedPath(
            testDescription: "momentum", optimizer: SGD(learningRate: 0.1, momentum: 0.9),
            positions: [
                (1, -6.93, 1.6), (2, -6.7977, 0.92), (3, -6.610653, 0.124),
                (5, -6.1014381813, -1.16084), (10, -4.3475537873, 0.0087997412),
                (15, -2.4402506416, 0.6764452929), (20, -0.8247552429, -0.6985052332),
                (29, 0.8141121495, 0.2728778524), (30, 0.8964138585, 0.0880856017),
            ]),
        PrintedPath(
            testDescription: "AdaGrad", optimizer: AdaGrad(learningRate: 1.5, epsilon: 1e-7),
            positions: [
                (1, -5.5000002143, 0.5000000375), (2, -4.5732679682, 0.1361965831),
                (3, -3.8878423390, 0.0373145705), (5, -2.8985619767, 0.0028034463),
                (10, -1.4893855294, 4.3378e-06), (20, -0.4204685648, 0), (30, -0.1201623223, 0),
            ]),
        PrintedPath(
            testDescription: "Adam, book form",
            optimizer: Adam(
                learningRate: 0.3, epsilon: 1e-7, epsilonForm: .beforeCorrection),
            positions: [
                (1, -6.7000013553, 1.7000002372), (2, -6.4004166240, 1.4022457409),
                (3, -6.1015490070, 1.1089120394), (5, -5.5072812837, 0.5477137022),
                (10, -4.0594185726, -0.4918462875), (15, -2.7097823845, -0.6820250409),
                (20, -1.5214500906, -0.2788680023), (29, 0.0201490647, 0.3219572219),
                (30, 0.1360068524, 0.3182453755),
            ]),
        PrintedPath(
            testDescription: "Adam, paper form", optimizer: Adam(learningRate: 0.3),
            positions: [
                (1, -6.7000000043, 1.7000000008), (10, -4.0594115858, -0.4918470391),
                (30, 0.1360146173, 0.3182453889),
            ]),
        PrintedPath(
            testDescription: "RMSProp", optimizer: RMSProp(learningRate: 0.1, epsilon: 1e-7),
            positions: [
                (1, -6.0000014286, 1.0000002500), (2, -5.3473267162, 0.5509870061),
                (10, -2.7850549895, 0.0052640900), (30, -0.6974203097, 1.48e-08),
            ]),
    ]
}

@Suite struct ValleyTests {
    @Test(arguments: PrintedPath.all) func everyPrintedPositionComesOut(path: PrintedPath) throws {
        let positions = try valley(path.optimizer)
        #expect(positions.count == 30)
        for (step, x, y) in path.positions {
            #expect(abs(positions[step - 1][0] - x) < 1e-6, "x after \(step)")
            #expect(abs(positions[step - 1][1] - y) < 1e-6, "y after \(step)")
        }
    }

    private let nesterov: [(step: Int, x: Double, y: Double)] = [
        (1, -6.867, 1.24), (2, -6.679827, 0.4448), (3, -6.446257587, -0.216704),
        (10, -4.0782778037, 0.1027214713), (30, 0.6896149017, -0.0006799058),
    ]

    @Test func nesterovComesOut() throws {
        let positions = try valley(SGD(learningRate: 0.1, momentum: 0.9, nesterov: true))
        for (step, x, y) in nesterov {
            #expect(abs(positions[step - 1][0] - x) < 1e-6, "x after \(step)")
            #expect(abs(positions[step - 1][1] - y) < 1e-6, "y after \(step)")
        }
    }

    @Test func theWrongOrderOfNesterovIsAnotherMethod() throws {
        let positions = try valley(WrongNesterov(learningRate: 0.1))
        #expect(abs(positions[0][0] + 6.8103) < 1e-6)
        #expect(abs(positions[0][1] - 0.916) < 1e-6)
        #expect(abs(positions[29][0] - 0.5263905077) < 1e-6)
        #expect(abs(positions[29][1] - 0.0002258202) < 1e-6)
        for (step, x, _) in nesterov { #expect(abs(positions[step - 1][0] - x) > 1e-2) }
    }

    @Test func theTwoFormsOfEpsilonDiffer() throws {
        let before = try valley(Adam(learningRate: 0.3, epsilonForm: .beforeCorrection))
        let after = try valley(Adam(learningRate: 0.3, epsilonForm: .afterCorrection))
        let gap = abs(before[0][0] - after[0][0])
        #expect(gap > 1e-8 && gap < 1e-5)
    }
}

/// Updates the velocity first and then looks ahead along the new one.
private struct WrongNesterov: Optimizer {
    var learningRate: Double
    var slotCount: Int { 1 }
    func scalars(step: Int) -> OptimizerScalars { ["rate": learningRate] }
    func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let velocity = slots[0] * 0.9 - scalars.rate * gradient
        return (parameter + velocity * 0.81 - (scalars.rate * 1.9) * gradient, [velocity])
    }
}
