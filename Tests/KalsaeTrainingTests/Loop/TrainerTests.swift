import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// Two classes of points, apart by the sign of x·y: no straight line separates them.
private func exclusiveOr(_ count: Int, seed: Int) throws -> Dataset {
    let points = Tensor.uniform([count, 2], low: -1, high: 1, key: RandomKey(seed: seed))
    let product = points[.all, 0] * points[.all, 1]
    return try Dataset(
        points, (product .> 0).cast(to: .int32), classNames: ["different", "same"])
}

private struct Classifier: Layer {
    var hidden = Dense(2, 16, activation: .tanh)
    var output = Dense(16, 2)
    static let parts = Parts(\Self.hidden, \.output)
    func callAsFunction(_ x: Tensor) -> Tensor { output(hidden(x)) }
}

private struct Forgetful: Layer {
    var hidden = Dense(2, 16, activation: .tanh)
    var output = Dense(16, 2)
    static let parts = Parts(\Self.output)
    func callAsFunction(_ x: Tensor) -> Tensor { output(hidden(x)) }
}

@Suite struct TrainerTests {
    private func train(seed: Int, epochs: Int) async throws -> (Classifier, Report, History) {
        let data = try exclusiveOr(256, seed: 1)
        let trainer = try Trainer(
            withSeed(seed) { Classifier() }, loss: .softmaxCrossEntropy,
            optimizer: Adam(learningRate: 0.03), metrics: [.accuracy], seed: seed)
        let history = try await trainer.fit(data, epochs: epochs, batch: 32)
        let report = try await trainer.evaluate(data)
        return (await trainer.model, report, history)
    }

    @Test func learnsWhatNoLineSeparates() async throws {
        let (_, report, history) = try await train(seed: 3, epochs: 40)
        #expect(try report[.accuracy] > 0.95)
        #expect(history.epochs.count == 40)
        #expect(history.epochs[39].loss < history.epochs[0].loss / 2)
        #expect(history.epochs[39].steps == 320)
    }

    @Test func theSameSeedGivesTheSameBits() async throws {
        let first = try await train(seed: 5, epochs: 2).0
        let second = try await train(seed: 5, epochs: 2).0
        let other = try await train(seed: 6, epochs: 2).0
        for (one, two) in zip(first.tensors, second.tensors) {
            #expect(try one.tensor.values() == two.tensor.values())
        }
        #expect(try first.hidden.weight.values() != other.hidden.weight.values())
    }

    @Test func aLayerMissingFromPartsIsRefused() async throws {
        let data = try exclusiveOr(64, seed: 1)
        let trainer = try Trainer(
            Forgetful(), loss: .softmaxCrossEntropy, optimizer: SGD())
        let fault = await #expect(throws: TensorFault.self) { try await trainer.fit(data) }
        #expect(fault?.error.expected == "every layer and parameter listed in `parts`")
    }

    @Test func aWrongShapeNamesTheLayer() async throws {
        let wide = try Dataset(.zeros([8, 3]), Tensor.zeros([8], dtype: .int32))
        let trainer = try Trainer(
            Classifier(), loss: .softmaxCrossEntropy, optimizer: SGD())
        do {
            try await trainer.fit(wide)
            Issue.record("a fault was expected")
        } catch let fault as TensorFault {
            #expect(fault.layer == "hidden")
            #expect(fault.description.contains("expected input [batch, 2], got [8, 3]"))
        }
    }

    @Test func earlyStoppingRestoresTheBestWeights() async throws {
        let train = try exclusiveOr(64, seed: 1)
        let validation = try exclusiveOr(64, seed: 2)
        let trainer = try Trainer(
            withSeed(1) { Classifier() }, loss: .softmaxCrossEntropy,
            optimizer: Adam(learningRate: 0.3))
        let history = try await trainer.fit(
            train, validation: validation, epochs: 60, batch: 8,
            earlyStopping: EarlyStopping(patience: 3))
        let losses = history.epochs.compactMap { $0.validation?.loss }
        let best = try #require(losses.min())
        #expect(history.restoredEpoch == losses.firstIndex(of: best).map { $0 + 1 })
        #expect(try await trainer.evaluate(validation).loss == best)
        #expect(history.epochs.count < 60)
    }

    @Test func aRateThatIsTooLargeEndsWithAnError() async throws {
        let data = try Dataset(.full([4, 2], 1e20), .full([4, 2], 1))
        let trainer = try Trainer(
            Sequential(Dense(2, 2)), loss: .meanSquaredError, optimizer: SGD(learningRate: 1e20))
        await #expect(throws: KalsaeError.self) { try await trainer.fit(data, epochs: 10) }
    }

    @Test func notANumberInTheDataIsRefused() throws {
        #expect(throws: KalsaeError.self) {
            try Dataset(Tensor([Float.nan, 1], shape: [2, 1]), .zeros([2, 1]))
        }
    }
}
