import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Synchronization
import Testing

/// What ends a training before its last step, what it tells of each step, and what it refuses.
@Suite struct TrainingControlTests {
    /// 64 rows, so that an epoch of 8 rows a batch has 8 steps.
    private func data(seed: Int = 1) throws -> Dataset {
        try Dataset(.normal([64, 2], key: RandomKey(seed: seed)), Tensor.arange(64) % 2)
    }

    private func trainer(
        loss: Loss = .softmaxCrossEntropy, metrics: [Metric] = [], outputs: Int = 2,
        activation: Activation = .identity
    ) throws -> Trainer<Sequential> {
        let model = try withSeed(1) {
            try Sequential([.dense(units: outputs, activation: activation)], input: [2])
        }
        return try Trainer(model, loss: loss, optimizer: SGD(learningRate: 0.5), metrics: metrics)
    }

    private func numbers(_ trainer: Trainer<Sequential>) async throws -> [Float] {
        try await trainer.model.tensors.flatMap { try $0.tensor.values() }
    }

    private final class Log<Record: Sendable>: Sendable {
        private let records = Mutex<[Record]>([])
        var all: [Record] { records.withLock { $0 } }
        func add(_ record: Record) { records.withLock { $0.append(record) } }
    }

    @Test func aCallbackEndsTrainingAfterItsStep() async throws {
        let (stopped, whole) = (try trainer(), try trainer())
        let log = Log<Int>()
        let history = try await stopped.fit(
            data(), validation: data(seed: 2), epochs: 4, batch: 8,
            onStep: { record in
                log.add(record.step)
                if record.step == 11 { throw TrainingStop("enough") }
            })
        #expect(history.end == .stopped(reason: "enough"))
        #expect(log.all == Array(1...11))
        #expect(history.steps == 11)
        #expect(history.epochs.map(\.steps) == [8, 11])
        #expect(history.epochs.map { $0.validation != nil } == [true, false])
        #expect(await stopped.stepCount == 11)
        try await whole.fit(data(), steps: 11, batch: 8)
        #expect(try await numbers(stopped) == numbers(whole))
        // The trainer goes on from there.
        #expect(try await stopped.fit(data(), epochs: 1, batch: 8).end == .completed)
    }

    @Test func aCallbackEndsTrainingAfterItsEpoch() async throws {
        let trainer = try trainer()
        let history = try await trainer.fit(
            data(), validation: data(seed: 2), epochs: 10, batch: 8,
            onEpoch: { if $0.epoch == 3 { throw TrainingStop() } })
        #expect(history.end == .stopped(reason: ""))
        #expect(history.epochs.count == 3)
        #expect(history.epochs.allSatisfy { $0.validation != nil })
        #expect(await trainer.stepCount == 24)
    }

    @Test func anotherErrorOfACallbackIsThrownOn() async throws {
        struct Full: Error {}
        let trainer = try trainer()
        await #expect(throws: Full.self) {
            try await trainer.fit(
                data(), epochs: 1, batch: 8, onStep: { if $0.step == 2 { throw Full() } })
        }
        #expect(await trainer.stepCount == 2)
        #expect(try await trainer.fit(data(), steps: 1, batch: 8).end == .completed)
    }

    @Test func aCancelledTaskTakesNoFurtherStep() async throws {
        let trainer = try trainer()
        let log = Log<Int>()
        let training = Task {
            try await trainer.fit(
                data(), epochs: 100, batch: 8,
                onStep: { record in
                    log.add(record.step)
                    if record.step == 5 { withUnsafeCurrentTask { $0?.cancel() } }
                })
        }
        let history = try await training.value
        #expect(history.end == .cancelled)
        #expect(history.steps == 5)
        #expect(log.all == Array(1...5))
        #expect(history.epochs.count == 1)
        #expect(history.epochs[0].loss.isFinite)
        #expect(await trainer.stepCount == 5)
    }

    @Test func aTaskThatIsCancelledBeforeTakesNoStep() async throws {
        let trainer = try trainer()
        let data = try data()
        let training = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await trainer.fit(data, epochs: 1, batch: 8)
        }
        training.cancel()
        let history = try await training.value
        #expect(history.end == .cancelled)
        #expect(history.steps == 0)
        #expect(history.epochs.isEmpty)
    }

    /// As Keras: the first epoch is the best, and two without a better one end it.
    @Test func earlyStoppingIsToldAsTheEnd() async throws {
        let trainer = try trainer()
        try await trainer.setLearningRate(0)
        let history = try await trainer.fit(
            data(), validation: data(seed: 2), epochs: 50, batch: 8,
            earlyStopping: EarlyStopping(patience: 2))
        #expect(history.end == .earlyStopping)
        #expect(history.epochs.count == 3)
    }

    @Test func aStepTellsTheLossOfItsOwnBatch() async throws {
        // Outputs are 0 for a weight of 0, and the rate is 0: the losses are means of squares.
        var layer = Dense(1, 1)
        layer.weight = .zeros([1, 1])
        let targets: [Float] = [1, 2, 3, 4, 5, 6]
        let data = try Dataset(.ones([6, 1]), Tensor(targets, shape: [6, 1]))
        let trainer = try Trainer(
            Sequential(layer), loss: .meanSquaredError, optimizer: SGD(learningRate: 0))
        let log = Log<StepRecord>()
        let history = try await trainer.fit(
            data, epochs: 1, batch: 2, order: .sequential, onStep: { log.add($0) })
        #expect(log.all.map(\.loss) == [2.5, 12.5, 30.5])
        #expect(log.all.map(\.meanLoss) == [2.5, 7.5, 45.5 / 3])
        #expect(history.epochs[0].loss == 45.5 / 3)
    }

    @Test func aSecondFitAtOnceIsRefused() async throws {
        let trainer = try trainer()
        let data = try data()
        let (stream, continuation) = AsyncStream<Int>.makeStream()
        let first = Task {
            try await trainer.fit(
                data, epochs: .max, batch: 8, onEpoch: { continuation.yield($0.epoch) })
        }
        for await _ in stream { break }
        let error = await #expect(throws: KalsaeError.self) {
            try await trainer.fit(data, epochs: 1, batch: 8)
        }
        #expect(error?.description.contains("one call at a time") == true)
        first.cancel()
        let steps = try await first.value.steps
        #expect(await trainer.stepCount == steps)
        #expect(try await trainer.fit(data, epochs: 1, batch: 8).steps == 8)
    }

    struct Misfit: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var loss: Loss
        var metric: Metric
        var outputs: Int
        var targets: Tensor
        var says: String
    }

    private static let values = Tensor((0..<8).map { Float($0) * 1.5 }, shape: [8, 1])
    private static let classes = Tensor((0..<8).map { Int32($0 % 2) })
    private static let flags = Tensor((0..<8).map { Float($0 % 2) }, shape: [8, 1])

    static let misfits = [
        Misfit(
            testDescription: "accuracy of a regression", loss: .meanSquaredError,
            metric: .accuracy, outputs: 1, targets: values, says: "use mae, rmse or r2"),
        Misfit(
            testDescription: "f1 of a regression with several outputs", loss: .meanSquaredError,
            metric: .f1, outputs: 2, targets: .concatenate([values, values], axis: 1),
            says: "use mae, rmse or r2"),
        Misfit(
            testDescription: "mae of logits", loss: .binaryCrossEntropy, metric: .mae, outputs: 1,
            targets: flags, says: "use accuracy"),
        Misfit(
            testDescription: "r2 of classes", loss: .softmaxCrossEntropy, metric: .r2, outputs: 2,
            targets: classes, says: "use accuracy"),
        Misfit(
            testDescription: "perplexity of probabilities", loss: .crossEntropy,
            metric: .perplexity, outputs: 2, targets: classes, says: "a loss of logits"),
        Misfit(
            testDescription: "accuracy of one probability",
            loss: .binaryCrossEntropyOfProbability, metric: .accuracy, outputs: 1, targets: flags,
            says: "whose sign tells the class"),
        Misfit(
            testDescription: "topK of one output", loss: .binaryCrossEntropy, metric: .topK,
            outputs: 1, targets: flags, says: "topK"),
        Misfit(
            testDescription: "mae of other shapes", loss: .meanSquaredError, metric: .mae,
            outputs: 1, targets: .concatenate([values, values], axis: 1), says: "one shape"),
    ]

    @Test(arguments: misfits) func aMetricThatDoesNotFitIsRefusedBeforeTraining(
        _ misfit: Misfit
    ) async throws {
        let data = try Dataset(.ones([8, 2]), misfit.targets)
        let trainer = try trainer(
            loss: misfit.loss, metrics: [misfit.metric], outputs: misfit.outputs)
        do {
            try await trainer.fit(data, epochs: 1, batch: 4)
            Issue.record("an error was expected")
        } catch {
            #expect("\(error)".contains(misfit.says), "\(error)")
            #expect(!"\(error)".contains("\n"))
        }
        #expect(await trainer.stepCount == 0)
        await #expect(throws: (any Error).self) { try await trainer.evaluate(data) }
    }

    @Test func metricsThatFitAreMeasured() async throws {
        let shares = Tensor((0..<16).map { Float(($0 / 2 + $0) % 2) }, shape: [8, 2])
        let fitting: [(Loss, [Metric], Int, Tensor)] = [
            (.softmaxCrossEntropy, [.accuracy, .f1, .perplexity, .logLoss], 2, Self.classes),
            (.meanSquaredError, [.accuracy], 2, shares),
            (.meanSquaredError, [.mae, .rmse, .r2], 1, Self.values),
            (.binaryCrossEntropy, [.accuracy, .rocAUC], 1, Self.flags),
            (.hinge, [.accuracy], 1, Self.flags),
        ]
        for (loss, metrics, outputs, targets) in fitting {
            let data = try Dataset(.ones([8, 2]), targets)
            let trainer = try trainer(loss: loss, metrics: metrics, outputs: outputs)
            let history = try await trainer.fit(data, validation: data, epochs: 1, batch: 4)
            let report = try #require(history.epochs[0].validation)
            for metric in metrics {
                #expect(try report[metric].isFinite, "\(loss.name) \(metric.name)")
            }
        }
    }
}
