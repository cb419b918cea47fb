import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

@Suite struct SampleWeightTests {
    private let x: Tensor = [[1], [2], [3]]

    /// ŷ = x for targets 0: the rows' losses are 1, 4 and 9.
    private func line() -> Sequential {
        Sequential(Dense(1, 1, initializer: .ones))
    }

    @Test func lossAndStepAreThoseByHand() async throws {
        let data = try Dataset(x, .zeros([3, 1]), weights: Tensor([1, 2, 0] as [Float]))
        let trainer = try Trainer(
            line(), loss: .meanSquaredError, optimizer: SGD(learningRate: 0.1))
        #expect(try await trainer.evaluate(data).loss == (1 + 2 * 4) / 3)
        let history = try await trainer.fit(data, epochs: 1, batch: 3, order: .sequential)
        #expect(history.epochs.first?.loss == 3)
        // dL/dw = Σ weight · 2 x² / 3 = (2 + 16) / 3 = 6, dL/db = (2 + 8) / 3.
        let tensors = await trainer.model.tensors.map(\.tensor)
        #expect(tensors.map(\.shape) == [[1, 1], [1]])
        let (weight, bias) = (try tensors[0].item(Double.self), try tensors[1].item(Double.self))
        #expect(abs(weight - 0.4) < 1e-6)
        #expect(abs(bias + 1.0 / 3) < 1e-6)
    }

    @Test func severalBatchesAreMeasuredAsOne() async throws {
        let data = try Dataset(x, .zeros([3, 1]), weights: Tensor([1, 0, 3] as [Int32]))
        let trainer = try Trainer(line(), loss: .meanSquaredError, optimizer: SGD())
        let whole = try await trainer.evaluate(data).loss
        #expect(whole == (1 + 3 * 9) / 4)
        #expect(try await trainer.evaluate(data, batch: 1).loss == whole)
        let plain = try Dataset(data.features, data.targets)
        #expect(try await abs(trainer.evaluate(plain).loss - 14.0 / 3) < 1e-6)
    }

    @Test func aSequenceCountsAsAWhole() throws {
        let logits = Tensor.normal([2, 4, 3], key: RandomKey(seed: 1))
        let targets = Tensor([0, 1, 2, 0, 1, 1, 2, 2] as [Int32], shape: [2, 4])
        let weighted = Loss.softmaxCrossEntropy(
            logits, targets, weights: Tensor([0, 2] as [Float]))
        let second = Loss.softmaxCrossEntropy(logits[1], targets[1])
        let (one, other) = (try weighted.item(Double.self), try second.item(Double.self))
        #expect(abs(one - other) < 1e-6)
        let wrong = Loss.softmaxCrossEntropy(logits, targets, weights: .ones([3]))
        #expect(wrong.fault?.description.contains("weights [2, 4]") == true)
    }

    @Test func weightsThatCannotBeAreRefused() {
        let wrongs: [(Tensor, String)] = [
            (.ones([2]), "weights [3]"), (.ones([3, 1]), "weights [3]"),
            (Tensor([1, -1, 1] as [Float]), "at least 0, got -1"),
            (Tensor([1, .nan, 1] as [Float]), "finite"), (.zeros([3]), "above 0"),
        ]
        for (weights, text) in wrongs {
            do {
                _ = try Dataset(x, .zeros([3, 1]), weights: weights)
                Issue.record("expected an error: \(text)")
            } catch {
                #expect("\(error)".contains(text), "\(error)")
            }
        }
    }
}
