import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeTensor
import KalsaeTraining
import Synchronization
import Testing

/// An epoch's loss is the mean over its rows: a smaller last batch counts less, rows with weights
/// by their weights, as in `evaluate`.
@Suite struct EpochLossTests {
    /// ŷ = x for targets 0, at rate 0: the rows' losses are squares.
    private func trainer(_ loss: Loss = .meanSquaredError) throws -> Trainer<Sequential> {
        try Trainer(
            Sequential(Dense(1, 1, initializer: .ones)), loss: loss,
            optimizer: SGD(learningRate: 0))
    }

    private let x: Tensor = [[1], [2], [3], [4], [5]]

    @Test func aSmallerBatchCountsByItsRows() async throws {
        let data = try Dataset(x, .zeros([5, 1]))
        let trainer = try trainer()
        let means = Mutex<[Double]>([])
        let history = try await trainer.fit(
            data, batch: 2, order: .sequential,
            onStep: { record in means.withLock { $0.append(record.meanLoss) } })
        // Batches (1 + 4) / 2, (9 + 16) / 2 and 25: their mean is 40 / 3, that of the rows 11.
        #expect(history.epochs.map(\.loss) == [11])
        #expect(means.withLock { $0 } == [2.5, 7.5, 11])
        #expect(try await trainer.evaluate(data).loss == 11)
    }

    @Test func rowsCountByTheirWeights() async throws {
        let data = try Dataset(x, .zeros([5, 1]), weights: Tensor([1, 0, 2, 0, 3] as [Float]))
        let trainer = try trainer()
        let history = try await trainer.fit(data, batch: 2, order: .sequential)
        let mean: Double = (1 + 2 * 9 + 3 * 25) / 6
        #expect(history.epochs.map(\.loss) == [mean])
        #expect(try await trainer.evaluate(data).loss == history.epochs[0].loss)
    }

    @Test func aBatchInWhichNothingCountsAddsNothing() async throws {
        let data = try Dataset(x, .zeros([5, 1]), weights: Tensor([0, 0, 2, 0, 3] as [Float]))
        let history = try await trainer().fit(data, batch: 2, order: .sequential)
        let mean: Double = (2 * 9 + 3 * 25) / 5
        #expect(history.epochs.map(\.loss) == [mean])
    }

    @Test func rowsCountByTheWeightsOfTheirClasses() async throws {
        // Logits (0, x): the loss of class 0 is log(1 + e^x), that of class 1 log(1 + e^-x).
        var layer = Dense(1, 2)
        layer.weight = Tensor([0, 1], shape: [1, 2]).cast(to: .float32)
        let data = try Dataset(x, Tensor([0, 1, 1, 0, 1] as [Int32]))
        let trainer = try Trainer(
            Sequential(layer), loss: .softmaxCrossEntropy(classWeights: [1, 4]),
            optimizer: SGD(learningRate: 0))
        let history = try await trainer.fit(data, batch: 2, order: .sequential)
        let losses: [Double] = [1.3132617, 0.126928, 0.0485874, 4.01815, 0.00671535]
        let weights: [Double] = [1, 4, 4, 1, 4]
        var mean = 0.0
        for (loss, weight) in zip(losses, weights) { mean += loss * weight / 14 }
        // Six digits of the losses above.
        let measured = try await trainer.evaluate(data).loss
        #expect(abs(history.epochs[0].loss - mean) < 1e-5)
        #expect(abs(measured - mean) < 1e-5)
    }
}
