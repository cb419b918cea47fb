import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Synchronization
import Testing

/// The norms that a step tells are those of its gradient and update, by hand; epochs are judged by the
/// metric that is asked for.
@Suite struct ObservedNormsTests {
    private final class Reader: Callback {
        let norms = Mutex<[ParameterNorms]>([])
        let observed = Mutex<Bool?>(nil)
        func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) {
            norms.withLock { $0 = control.norms }
            observed.withLock { $0 = control.observesNorms }
        }
    }

    /// Mean of (w x - y)² over x 1, 2 and y 0, 0 with w = 3: the gradient is mean(2 w x²) = 15, and
    /// that of the bias mean(2 w x) = 9; steps of SGD at 0.1 are 1.5 and 0.9.
    @Test func theNormsAreThoseOfTheStep() async throws {
        var dense = Dense(1, 1)
        dense.weight = Tensor([3] as [Float], shape: [1, 1])
        let data = try Dataset([[1], [2]], [[0], [0]])
        for observes in [true, false] {
            let reader = Reader()
            let trainer = try Trainer(
                Sequential(dense), loss: .meanSquaredError, optimizer: SGD(learningRate: 0.1),
                observesNorms: observes)
            try await trainer.fit(data, FitOptions(epochs: 1, batch: 2, callbacks: [reader]))
            #expect(reader.observed.withLock { $0 } == observes)
            let norms = reader.norms.withLock { $0 }
            guard observes else {
                #expect(norms.isEmpty)
                continue
            }
            #expect(norms.map(\.name) == ["0.weight", "0.bias"])
            // Sums of few small whole numbers in float32: some units in the last place.
            let all: [Double] = norms.flatMap { [$0.gradient, $0.update, $0.value] }
            let expected: [Double] = [15, 1.5, 3, 9, 0.9, 0]
            for (got, wanted) in zip(all, expected) {
                #expect(abs(got - wanted) <= 1e-6 * wanted, "\(norms)")
            }
            let layers = ParameterNorms.byLayer(norms)
            #expect(layers.map(\.name) == ["0"])
            #expect(abs(layers[0].gradient - (15.0 * 15 + 81).squareRoot()) < 1e-4)
            #expect(abs(layers[0].updateRatio - (1.5 * 1.5 + 0.81).squareRoot() / 3) < 1e-6)
        }
    }

    private func trainer() throws -> Trainer<Sequential> {
        let model = try withSeed(1) {
            try Sequential([.dense(units: 8, activation: .tanh), .dense(units: 3)], input: [4])
        }
        return try Trainer(
            model, loss: .softmaxCrossEntropy, optimizer: Adam(learningRate: 0.05),
            metrics: [.accuracy])
    }

    @Test func theBestEpochIsThatOfTheMetric() async throws {
        let iris = try NamedSet.iris.load(seed: 1).datasets()
        var options = FitOptions(epochs: 40, batch: 16, validation: iris.validation)
        options.earlyStopping = EarlyStopping(patience: .max)
        options.monitor = "accuracy"
        let history = try await trainer().fit(iris.train, options)
        let values = history.epochs.compactMap { $0.validation?.metrics[.accuracy] }
        let best = try #require(values.max())
        // The first of equals, and not the one with the least loss.
        #expect(history.restoredEpoch == (values.firstIndex(of: best) ?? 0) + 1)
        let losses = history.epochs.compactMap { $0.validation?.loss }
        #expect(losses.firstIndex(of: losses.min() ?? 0) ?? 0 > (history.restoredEpoch ?? 0) - 1)
    }

    @Test func aMetricThatThereIsNotIsRefusedBeforeTheFirstStep() async throws {
        let iris = try NamedSet.iris.load(seed: 1).datasets()
        var options = FitOptions(epochs: 2, validation: iris.validation)
        options.monitor = "acuracy"
        let trainer = try trainer()
        do {
            try await trainer.fit(iris.train, options)
            Issue.record("it trained")
        } catch let error as KalsaeError {
            #expect(error.description.contains("did you mean \"accuracy\""))
        }
        #expect(await trainer.stepCount == 0)
    }
}
