import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeTensor
import KalsaeTraining
import Testing

/// Losses and metrics that are closures.
@Suite struct CustomFunctionTests {
    /// Both are means over rows of what their closures say.
    @Test func lossAndMetricMayBeClosures() async throws {
        let quartic = Loss("quartic") { predictions, targets in (predictions - targets).pow(4) }
        let near = Metric("near", isBetterLarger: true) { predictions, targets in
            (predictions - targets).abs() .< 1.5
        }
        let data = try Dataset([[1], [2], [3]], .zeros([3, 1]))
        let trainer = try Trainer(
            Sequential(Dense(1, 1, initializer: .ones)), loss: quartic,
            optimizer: SGD(learningRate: 0.001), metrics: [near, .mae])
        let report = try await trainer.evaluate(data, batch: 2)
        // (1 + 16 + 81) / 3 in float32.
        #expect(abs(report.loss - 98.0 / 3) < 1e-4)
        #expect(try abs(report[near] - 1.0 / 3) < 1e-6)
        #expect(try report[.mae] == 2)
        let history = try await trainer.fit(data, epochs: 50, batch: 3)
        #expect(history.epochs[49].loss < history.epochs[0].loss / 10)
        #expect(quartic.name == "quartic" && near.rawValue == "near")
    }

    @Test func closuresThatAreNoLossAreRefused() throws {
        let (x, y) = (Tensor.ones([4, 1]), Tensor.zeros([4, 1]))
        let mean = Loss("own") { predictions, targets in (predictions - targets).mean() }
        #expect(mean(x, y).fault?.description.contains("leave out the mean") == true)
        let taken = Loss("hinge") { predictions, _ in predictions }
        #expect(taken(x, y).fault?.description.contains("a name of its own") == true)
        let metric = Metric("accuracy") { predictions, _ in predictions }
        #expect(throws: TensorFault.self) { try metric(x, y) }
        let total = Metric("own") { predictions, _ in predictions.sum() }
        #expect(throws: TensorFault.self) { try total(x, y) }
        // Rows with several outputs are means over them, and weights count.
        let square = Loss("square") { predictions, targets in (predictions - targets).pow(2) }
        let wanted: Double = (5 + 3 * 4) / 4
        let wide = square(
            [[1, 3], [2, 2]], .zeros([2, 2]), weights: Tensor([1, 3] as [Float]))
        #expect(try wide.item(Double.self) == wanted)
    }
}
