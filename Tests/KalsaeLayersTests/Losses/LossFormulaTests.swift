import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import Testing

/// A loss that PyTorch does not have: its formula for one output, and the derivative of it.
struct LossFormula: CustomTestStringConvertible, Sendable {
    var loss: Loss
    var value: @Sendable (_ prediction: Double, _ target: Double) -> Double
    var slope: @Sendable (_ prediction: Double, _ target: Double) -> Double
    var testDescription: String { loss.rawValue }

    /// scikit-learn's `mean_pinball_loss`.
    static func pinball(_ level: Double) -> LossFormula {
        LossFormula(
            loss: .quantile(level: level),
            value: { p, t in level * max(t - p, 0) + (1 - level) * max(p - t, 0) },
            slope: { p, t in p < t ? -level : p > t ? 1 - level : 0 })
    }

    static let all: [LossFormula] = [
        pinball(0.5), pinball(0.1), pinball(0.9), pinball(0), pinball(1),
    ]
}

/// Losses without vectors of PyTorch, by formulas in `Double`.
@Suite struct LossFormulaTests {
    @Test(arguments: LossFormula.all) func agrees(_ row: LossFormula) throws {
        let predictions: [Double] = [-1.5, 0, 2, 2.25, 100, -3, 0.5, 7]
        let targets: [Double] = [1, 0, -2, 2.5, 99, -3, 0.25, 9.0]
        let pairs = Array(zip(predictions, targets))
        for (dtype, tolerance) in [(DType.float64, 1e-14), (.float32, 1e-6)] {
            let limit = Tolerance(relative: tolerance, absolute: tolerance)
            let x = Tensor(predictions, shape: [4, 2]).cast(to: dtype)
            let y = Tensor(targets, shape: [4, 2]).cast(to: dtype)
            // The mean over the two outputs of a row, then over the four rows.
            let values: [Double] = pairs.map { row.value($0.0, $0.1) }
            let means: [Double] = stride(from: 0, to: 8, by: 2).map { start in
                let sum: Double = values[start] + values[start + 1]
                return sum / 2
            }
            expectClose(row.loss.perRow(x, y), means, shape: [4], dtype: dtype, tolerance: limit)
            let (value, slope) = valueAndGradient(at: x) { row.loss($0, y) }
            expectClose(
                value, [means.reduce(0, +) / 4], shape: [], dtype: dtype, tolerance: limit)
            expectClose(
                slope, pairs.map { row.slope($0.0, $0.1) / 8 }, shape: [4, 2], dtype: dtype,
                tolerance: limit)
        }
    }

    /// The examples of scikit-learn's documentation.
    @Test func numbersOfScikitLearn() {
        let targets: Tensor = [1, 2, 3]
        let (low, high) = (Loss.quantile(level: 0.1), Loss.quantile(level: 0.9))
        expectClose(low([0, 2, 3], targets), [0.1 / 3], shape: [])
        expectClose(low([1, 2, 4], targets), [0.9 / 3], shape: [])
        expectClose(high([0, 2, 3], targets), [0.9 / 3], shape: [])
        expectClose(high([1, 2, 4], targets), [0.1 / 3], shape: [])
    }

    /// Of all constant predictions the quantile has the smallest loss.
    @Test func theQuantileIsTheBestConstant() throws {
        let targets = Tensor((1...9).map { Float($0 * $0) })
        for (level, best) in [(0.25, 2), (0.5, 4), (0.75, 6)] {
            let losses = try (0..<9).map { index in
                let guess = Tensor.full([9], Double((index + 1) * (index + 1)))
                return try Loss.quantile(level: level)(guess, targets).item()
            }
            #expect(losses.firstIndex(of: losses.min() ?? 0) == best)
        }
    }

    @Test func theLevelStandsInTheName() {
        #expect(Loss.quantile(level: 0.9).rawValue == "quantile(level: 0.9)")
        #expect(Loss(rawValue: "quantile(0.9)") == .quantile(level: 0.9))
        #expect(Loss(rawValue: "quantile") == .quantile(level: 0.5))
        for level in [-0.1, 1.5, .nan] {
            expectFault(
                Loss.quantile(level: level)(.zeros([2]), .zeros([2])),
                "quantile: expected a level from 0 to 1, got \(level)")
        }
    }
}
