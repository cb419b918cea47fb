import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Synchronization
import Testing

/// What callbacks, and other tasks, may do at step boundaries.
@Suite struct CallbackTests {
    private func data() throws -> Dataset {
        try Dataset(.normal([32, 2], key: RandomKey(seed: 1)), Tensor.arange(32) % 2)
    }

    private func trainer(_ rate: Double = 0.5) throws -> Trainer<Sequential> {
        try Trainer(
            withSeed(1) { Sequential(Dense(2, 2)) }, loss: .softmaxCrossEntropy,
            optimizer: SGD(learningRate: rate))
    }

    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private struct Told: Callback {
        let name: String
        let log: Log
        func onTrainBegin(_ control: inout TrainingControl) { log.add("\(name) begin") }
        func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) {
            log.add("\(name) step \(step.step) of \(step.total)")
        }
        func onEpochEnd(_ epoch: EpochRecord, _ control: inout TrainingControl) {
            log.add("\(name) epoch \(epoch.epoch)")
        }
        func onTrainEnd(_ history: History) { log.add("\(name) end \(history.steps)") }
    }

    @Test func callbacksAreCalledInTheirOrder() async throws {
        let log = Log()
        var options = FitOptions(epochs: 2, batch: 16)
        options.callbacks = [Told(name: "a", log: log), Told(name: "b", log: log)]
        try await trainer().fit(data(), options)
        let events = [
            "begin", "step 1 of 4", "step 2 of 4", "epoch 1", "step 3 of 4", "step 4 of 4",
            "epoch 2", "end 4",
        ]
        #expect(log.all == events.flatMap { ["a \($0)", "b \($0)"] })
    }

    private struct Rate: Callback {
        let factor: Double
        func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) {
            control.learningRate *= factor
        }
    }

    @Test func aCallbackChangesTheRateOfTheStepsToCome() async throws {
        let rates = Mutex<[Double]>([])
        let trainer = try trainer(1)
        try await trainer.fit(
            data(), epochs: 2, batch: 16, schedule: .milestones([2], factor: 0.25),
            callbacks: [Rate(factor: 0.5)],
            onStep: { record in rates.withLock { $0.append(record.learningRate) } })
        #expect(rates.withLock { $0 } == [1, 0.5, 0.25 * 0.25, 0.125 * 0.25])
        #expect(await trainer.learningRate == 0.0625)
        await #expect(throws: KalsaeError.self) {
            try await trainer.fit(data(), callbacks: [Rate(factor: .nan)])
        }
    }

    @Test(arguments: [-1, .nan, .infinity]) func aRateThatMakesNoSenseIsRefused(
        _ rate: Double
    ) async throws {
        let trainer = try trainer()
        let error = await #expect(throws: KalsaeError.self) {
            try await trainer.setLearningRate(rate)
        }
        #expect(error?.description.hasPrefix("learning rate: expected") == true)
        #expect(await trainer.learningRate == 0.5)
    }

    private struct Endless: BatchSource {
        var position = BatchPosition()
        var batchesPerEpoch: Int? { nil }
        let batch: Batch
        mutating func next() -> Batch? { batch }
    }

    /// One epoch of more steps than there is time for: what other tasks ask happens within.
    @Test func otherTasksAreServedBetweenTwoSteps() async throws {
        let trainer = try trainer()
        let data = try data()
        let source = Endless(batch: Batch(data.features, data.targets))
        var options = FitOptions()
        options.stepsPerEpoch = .max
        let (stream, continuation) = AsyncStream<Double>.makeStream()
        options.callbacks = [RateTold(continuation: continuation)]
        let training = Task { try await trainer.fit(source, options) }
        var rates = stream.makeAsyncIterator()
        #expect(await rates.next() == 0.5)
        try await trainer.setLearningRate(0.125)
        #expect(await rates.next() == 0.125)
        let state = try await trainer.state
        #expect(state.progress.fit?.isEpochOpen == true)
        #expect(state.progress.stepCount == state.progress.fit?.steps)
        #expect(await trainer.model.tensors.count == 2)
        // Back to that boundary while it goes on.
        try await trainer.setLearningRate(0.25)
        #expect(await rates.next() == 0.25)
        try await trainer.restore(state)
        #expect(await rates.next() == 0.125)
        await trainer.stop("seen enough")
        #expect(try await training.value.end == .stopped(reason: "seen enough"))
    }

    /// Rows of validation are measured after every other epoch; early stopping counts those: the first is
    /// the best, and with a patience of 1 the second, which is no better, ends it.
    @Test func validationHasAFrequency() async throws {
        var options = FitOptions(epochs: 20, batch: 16, validation: try data())
        options.validationFrequency = 2
        options.earlyStopping = EarlyStopping(patience: 1)
        let history = try await trainer(0).fit(data(), options)
        #expect(
            history.epochs.map { $0.validation != nil } == [false, true, false, true])
        #expect(history.end == .earlyStopping)
        options.validationFrequency = 0
        await #expect(throws: KalsaeError.self) { try await trainer().fit(data(), options) }
    }

    /// Tells a rate once it changes.
    private struct RateTold: Callback {
        let continuation: AsyncStream<Double>.Continuation
        var last = 0.0
        mutating func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) {
            if step.learningRate != last { continuation.yield(step.learningRate) }
            last = step.learningRate
        }
    }

    // MARK: - Losses that are not finite

    /// The second step's inputs are so large that its loss is infinite.
    private struct Bursting: BatchSource {
        var position = BatchPosition()
        var batchesPerEpoch: Int? { 2 }
        mutating func next() -> Batch? {
            guard position.batch < 2 else {
                position.beginNextEpoch()
                return nil
            }
            position.batch += 1
            let isLast = position.epoch == 3 && position.batch == 2
            return Batch(.full([4, 2], isLast ? 1e30 : 1), .zeros([4, 2]))
        }
    }

    private func burst(_ options: FitOptions) async throws -> (String, Trainer<Sequential>) {
        let trainer = try Trainer(
            withSeed(1) { Sequential(Dense(2, 2)) }, loss: .meanSquaredError,
            optimizer: SGD(learningRate: 0.1))
        do {
            try await trainer.fit(Bursting(), options)
            return ("none", trainer)
        } catch { return ("\(error)", trainer) }
    }

    @Test func anInfiniteLossTellsWhereAndWhatToDo() async throws {
        let (message, trainer) = try await burst(FitOptions(epochs: 9))
        for words in [
            "got inf at step 6, in epoch 3, at rate 0.1", "smaller learning rate",
            "ClippedByGlobalNorm", "is that of this step", "restoresLastEpochOnDivergence",
        ] {
            #expect(message.contains(words), "\(message)")
        }
        #expect(!message.contains("\n"))
        #expect(await trainer.stepCount == 6)
    }

    @Test func theModelOfTheLastGoodEpochComesBack() async throws {
        var options = FitOptions(epochs: 9)
        options.restoresLastEpochOnDivergence = true
        let (message, trainer) = try await burst(options)
        #expect(message.contains("is that of the end of epoch 2"), "\(message)")
        #expect(await trainer.stepCount == 4)
        let (_, good) = try await burst(FitOptions(epochs: 2))
        let (back, wanted) = (await trainer.model.tensors, await good.model.tensors)
        #expect(back.count == wanted.count)
        for (one, two) in zip(back, wanted) {
            #expect(try one.tensor.values() == two.tensor.values())
        }
        // It can go on from there, at another rate.
        #expect(try await trainer.state.progress.fit?.history.epochs.count == 2)
    }

    // MARK: - Faults

    @Test func afterTrainingAFaultNamesItsLayerAsBefore() async throws {
        struct Classifier: Layer {
            var hidden = Dense(2, 4)
            var output = Dense(4, 2)
            static let parts = Parts(\Self.hidden, \.output)
            func callAsFunction(_ x: Tensor) -> Tensor { output(hidden(x)) }
        }
        let trainer = try Trainer(
            Classifier(), loss: .softmaxCrossEntropy, optimizer: SGD())
        func layer() async throws -> String? {
            let fault = await #expect(throws: TensorFault.self) {
                try await trainer.predict(.zeros([1, 3]))
            }
            return fault?.layer
        }
        #expect(try await layer() == "hidden")
        try await trainer.fit(data())
        #expect(try await layer() == "hidden")
        #expect(await trainer.averagedModel(.zeros([1, 3])).fault?.layer == "hidden")
    }
}
