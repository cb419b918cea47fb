import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// Penalties, constraints, mixing, metrics and checks as the trainer carries them out.
@Suite struct TrainerSettingsTests {
    private func trainer(
        _ model: Sequential, loss: Loss = .meanSquaredError, metrics: [Metric] = [],
        regularizer: Regularizer? = nil, constraint: Constraint? = nil,
        mixing: BatchAugmentation? = nil
    ) throws -> Trainer<Sequential> {
        try Trainer(
            model, loss: loss, optimizer: SGD(learningRate: 0.1), metrics: metrics,
            regularizer: regularizer, constraint: constraint, mixing: mixing)
    }

    private func dense(_ weight: [Float], bias: Float) -> Sequential {
        var layer = Dense(weight.count, 1)
        layer.weight = Tensor(weight, shape: [weight.count, 1])
        layer.bias = Tensor([bias])
        return Sequential(layer)
    }

    @Test func aPenaltyMovesWeightsAndNotBiases() async throws {
        // Inputs and errors are 0: only the penalty has a gradient.
        let data = try Dataset(.zeros([4, 2]), .full([4, 1], 3))
        let trainer = try trainer(dense([2, -4], bias: 3), regularizer: .l2(0.5))
        let history = try await trainer.fit(data, steps: 1, batch: 4)
        let tensors = await trainer.model.tensors
        #expect(try tensors[0].tensor.values() == [1.8, -3.6])
        #expect(try tensors[1].tensor.values() == [3])
        #expect(history.epochs[0].loss == 10)
        #expect(try await trainer.evaluate(data).loss == 0)
    }

    @Test func aConstraintHoldsAfterEachStep() async throws {
        let data = try Dataset(.ones([4, 2]), .full([4, 1], -50))
        let trainer = try trainer(dense([2, 4], bias: 0), constraint: .nonNegative)
        try await trainer.fit(data, steps: 3, batch: 4)
        let tensors = await trainer.model.tensors
        #expect(try tensors[0].tensor.values() == [0, 0])
        #expect(try tensors[1].tensor.values()[0] < -1)
    }

    @Test func mixingIsForTrainingOnly() async throws {
        let labels = Tensor((0..<64).map { Int32($0 % 2) })
        let data = try Dataset(labels.oneHot(classes: 2), labels)
        let model = try withSeed(1) { try Sequential([.dense(units: 2)], input: [2]) }
        let mixed = try trainer(
            model, loss: .softmaxCrossEntropy, metrics: [.accuracy, .confusionMatrix],
            mixing: .mixUp(alpha: 1, classes: 2))
        try await mixed.fit(data, epochs: 30, batch: 16)
        let report = try await mixed.evaluate(data, batch: 24)
        #expect(try report[.accuracy] == 1)
        #expect(report.confusion?.counts == [[32, 0], [0, 32]])
        #expect(try report[.confusionMatrix] == 1)
        let plain = try trainer(model, loss: .softmaxCrossEntropy)
        try await plain.fit(data, epochs: 30, batch: 16)
        // Mixed targets keep the network from being sure.
        #expect(try await plain.evaluate(data).loss < report.loss)
    }

    @Test func metricsAreRightForUnevenBatches() async throws {
        let x = Tensor.normal([101, 2], key: RandomKey(seed: 1))
        let data = try Dataset(x, x[.all, 0..<1] + 5000)
        let trainer = try trainer(
            dense([1, 0.1], bias: 5000), metrics: [.mae, .rmse, .r2])
        let whole = try await trainer.evaluate(data, batch: 101)
        let parts = try await trainer.evaluate(data, batch: 40)
        for metric in [Metric.mae, .rmse, .r2] {
            #expect(try abs(whole[metric] - parts[metric]) < 1e-5)
        }
        #expect(abs(whole.loss - parts.loss) < 1e-6)
        #expect(try (0.97..<1).contains(whole[.r2]))
    }

    @Test func classWeightsAverageByWeight() async throws {
        let labels = Tensor([0, 1, 1] as [Int32])
        let data = try Dataset(Tensor.ones([3, 2]), labels)
        var layer = Dense(2, 2)
        layer.weight = .zeros([2, 2])
        layer.bias = Tensor([0, 1] as [Float])
        let loss = Loss.softmaxCrossEntropy(classWeights: [1, 3])
        let report = try await trainer(Sequential(layer), loss: loss).evaluate(data, batch: 2)
        // -log softmax(0, 1): 1.3132617 and .3132617, by weights 1, 3, 3.
        #expect(abs(report.loss - (1.3132617 + 6 * 0.3132617) / 7) < 1e-6)
    }

    @Test func saysOnceThatALossIsGivenProbabilities() async throws {
        let labels = Tensor((0..<8).map { Int32($0 % 2) })
        let data = try Dataset(labels.oneHot(classes: 2), labels)
        let model = Sequential(Dense(2, 2, activation: .softmax))
        let loss = Loss.softmaxCrossEntropy
        #expect(try loss.isGivenProbabilities(model(data.features)))
        let trainer = try trainer(model, loss: loss)
        let (_, lines) = try await Notice.collect {
            try await trainer.fit(data, batch: 4)
            try await trainer.fit(data, batch: 4)
        }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("softmaxCrossEntropy takes logits") == true)
        let plain = try self.trainer(Sequential(Dense(2, 2)), loss: loss)
        let quiet = try await Notice.collect { try await plain.fit(data, batch: 4) }
        #expect(quiet.lines.isEmpty)
    }
}
