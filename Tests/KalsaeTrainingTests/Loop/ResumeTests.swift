import Foundation
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Synchronization
import Testing

/// A training that was stopped at a step boundary and goes on, by another trainer and from what was
/// saved, ends with the bits of one that was not stopped.
@Suite struct ResumeTests {
    /// 45 rows, so that an epoch has five batches of 8 and one of 5.
    private static let stepsPerEpoch = 6

    private func data(_ seed: Int) throws -> Dataset {
        let x = Tensor.normal([45, 3], key: RandomKey(seed: seed))
        return try Dataset(x, (x.sum(axes: [1]) .> 0).cast(to: .int32))
    }

    /// Dropout, running statistics, averages, accumulated gradients.
    private func trainer() throws -> Trainer<Sequential> {
        let model = try withSeed(1) {
            try Sequential(
                [
                    .dense(units: 6, activation: .tanh), .batchNorm, .dropout(rate: 0.3),
                    .dense(units: 2),
                ], input: [3])
        }
        let optimizer = GradientAccumulation(
            ExponentialMovingAverage(Adam(learningRate: 0.02), decay: 0.9), count: 4)
        return try Trainer(
            model, loss: .softmaxCrossEntropy, optimizer: optimizer,
            metrics: [.accuracy, .confusionMatrix], seed: 5)
    }

    private func options() throws -> FitOptions {
        var options = FitOptions(epochs: 5, batch: 8, validation: try data(2))
        options.earlyStopping = EarlyStopping(patience: 3)
        options.schedule = .cosine(steps: 20).warmedUp(over: 7)
        options.plateau = PlateauReduction(factor: 0.5, patience: 0)
        return options
    }

    /// Ends a training behind a step, and remembers how often it was called.
    private struct StopAt: Callback {
        let step: Int
        var memory: [String: Double] = [:]

        mutating func onStepEnd(_ record: StepRecord, _ control: inout TrainingControl) {
            memory["calls", default: 0] += 1
            // The rate depends on what is remembered.
            if memory["calls"] == 9 { control.learningRate *= 0.5 }
            if record.step == step { control.stop("at \(step)") }
        }
    }

    /// A state behind a file of tensors and a text, which is all that a checkpoint has.
    private func saved(_ state: TrainingState) throws -> TrainingState {
        let path = NSTemporaryDirectory() + "kalsae-state-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Weights.save(state, to: path)
        var copy = try Weights.load(path, into: state)
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let text = try encoder.encode(state.progress)
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        copy.progress = try decoder.decode(TrainingProgress.self, from: text)
        #expect(copy.progress == state.progress)
        return copy
    }

    private func withoutTimes(_ progress: TrainingProgress) -> TrainingProgress {
        var progress = progress
        progress.fit?.secondsBefore = 0
        for index in (progress.fit?.history.epochs ?? []).indices {
            progress.fit?.history.epochs[index].seconds = 0
        }
        return progress
    }

    private func expectEqual(_ one: TrainingState, _ two: TrainingState) throws {
        let (left, right) = (one.tensors, two.tensors)
        #expect(left.map(\.path.name) == right.map(\.path.name))
        #expect(left.map(\.tensor.type) == right.map(\.tensor.type))
        for (a, b) in zip(left, right) {
            #expect(try a.tensor.values() == b.tensor.values(), "\(a.path)")
        }
        #expect(withoutTimes(one.progress) == withoutTimes(two.progress))
    }

    /// Within an epoch, at its last step, behind its first; in the last epoch.
    @Test(arguments: [1, 4, 6, 7, 11, 12, 17, 29])
    func theBitsAreThoseOfATrainingThatWasNotStopped(_ step: Int) async throws {
        let whole = try trainer()
        var options = try options()
        options.callbacks = [StopAt(step: .max)]
        let history = try await whole.fit(data(1), options)
        #expect(history.steps == 5 * Self.stepsPerEpoch)

        let first = try trainer()
        options.callbacks = [StopAt(step: step)]
        let part = try await first.fit(data(1), options)
        #expect(part.end == .stopped(reason: "at \(step)"))
        #expect(part.steps == step)
        let state = try saved(await first.state)

        let second = try trainer()
        options.callbacks = [StopAt(step: .max)]
        let resumed = try await second.fit(data(1), options, resuming: state)
        #expect(resumed.epochs.map(\.loss) == history.epochs.map(\.loss))
        #expect(resumed.epochs.map(\.validation) == history.epochs.map(\.validation))
        #expect(resumed.epochs.map(\.learningRate) == history.epochs.map(\.learningRate))
        #expect(resumed.restoredEpoch == history.restoredEpoch)
        try expectEqual(await second.state, await whole.state)
    }

    /// A scaled loss, on a device that multiplies in `float16`; a state of another precision has no scale.
    @Test func theScaleOfTheLossIsTakenUp() async throws {
        let data = try data(1)
        func trained(
            _ precision: Precision, epochs: Int, from state: TrainingState? = nil
        ) async throws -> TrainingState {
            let trainer = try trainer()
            let options = FitOptions(epochs: epochs, batch: 8)
            let history = try await Device.cpu.with(precision).asCurrent {
                try await trainer.fit(data, options, resuming: state)
            }
            #expect(history.epochs.count == epochs)
            return try saved(await trainer.state)
        }
        let whole = try await trained(.float16, epochs: 4)
        let scaled = try await trained(.float16, epochs: 2)
        let plain = try await trained(.float32, epochs: 2)
        let names = Set(scaled.optimizer.entries.map(\.name))
        let others = Set(plain.optimizer.entries.map(\.name))
        #expect(names.subtracting(others) == ["lossScale.scale", "lossScale.goodSteps"])
        try expectEqual(try await trained(.float16, epochs: 4, from: scaled), whole)
        // Other precisions go on from it, and it from theirs.
        _ = try await trained(.float32, epochs: 4, from: scaled)
        _ = try await trained(.float16, epochs: 4, from: plain)
    }

    /// Taken by a callback while training goes on, at an epoch's end.
    @Test func aCheckpointIsNotChangedByLaterSteps() async throws {
        final class Keeper: Callback {
            let states = Mutex<[TrainingState]>([])
            func onEpochEnd(_ epoch: EpochRecord, _ control: inout TrainingControl) {
                control.checkpoint { state in self.states.withLock { $0.append(state) } }
            }
        }
        let whole = try trainer()
        let keeper = Keeper()
        var options = try options()
        options.callbacks = [keeper]
        try await whole.fit(data(1), options)
        let states = keeper.states.withLock { $0 }
        #expect(states.map(\.progress.stepCount) == (1...5).map { $0 * Self.stepsPerEpoch })
        for state in states {
            let other = try trainer()
            options.callbacks = [Keeper()]
            try await other.fit(data(1), options, resuming: try saved(state))
            try expectEqual(await other.state, await whole.state)
        }
    }

    /// A finished training goes on with more epochs, as if they had been asked for at first.
    @Test func moreEpochsGoOnFromTheEnd() async throws {
        var options = FitOptions(epochs: 4, batch: 8)
        let whole = try trainer()
        try await whole.fit(data(1), options)
        let first = try trainer()
        options.epochs = 2
        try await first.fit(data(1), options)
        let second = try trainer()
        options.epochs = 4
        let history = try await second.fit(data(1), options, resuming: try saved(await first.state))
        #expect(history.epochs.map(\.epoch) == [1, 2, 3, 4])
        try expectEqual(await second.state, await whole.state)
    }

    /// Back to an earlier boundary, and forth again.
    @Test func goingBackRepeatsTheSameSteps() async throws {
        struct Back: Callback {
            let log: Log
            func onStepEnd(_ record: StepRecord, _ control: inout TrainingControl) {
                log.losses.withLock { $0.append(record.loss) }
                if record.step == 4 {
                    control.checkpoint { state in log.state.withLock { $0 = state } }
                }
                if record.step == 10, let state = log.state.withLock({ $0 }) {
                    log.state.withLock { $0 = nil }
                    control.restore(state)
                }
            }
        }
        final class Log: Sendable {
            let losses = Mutex<[Double]>([])
            let state = Mutex<TrainingState?>(nil)
        }
        let log = Log()
        let trainer = try trainer()
        var options = FitOptions(batch: 8)
        (options.steps, options.callbacks) = (14, [Back(log: log)])
        let history = try await trainer.fit(data(1), options)
        // The second time the state of step 4 is not at hand any more behind step 10.
        let losses = log.losses.withLock { $0 }
        #expect(losses.count == 14 + 6)
        #expect(losses[4..<10].elementsEqual(losses[10..<16]))
        #expect(history.steps == 14)
        #expect(await trainer.stepCount == 14)
    }

    @Test func statesThatDoNotFitAreRefused() async throws {
        let trained = try trainer()
        try await trained.fit(data(1), FitOptions(batch: 8))
        let state = try await trained.state
        func message(_ body: () async throws -> Void) async -> String {
            do { try await body() } catch { return "\(error)" }
            return "none"
        }
        let wide = try Trainer(
            Sequential(Dense(3, 2)), loss: .softmaxCrossEntropy, optimizer: SGD(), seed: 5)
        #expect(await message { try await wide.restore(state) }.contains("optimizer SGD"))
        let other = try Trainer(
            Sequential(Dense(3, 2)), loss: .softmaxCrossEntropy,
            optimizer: GradientAccumulation(Adam(), count: 4), seed: 5)
        #expect(await message { try await other.restore(state) }.contains("model: expected"))
        let seeded = try Trainer(
            Sequential(Dense(3, 2)), loss: .softmaxCrossEntropy,
            optimizer: GradientAccumulation(Adam(), count: 4), seed: 6)
        #expect(await message { try await seeded.restore(state) }.contains("seed 6, got 5"))
        let again = try trainer()
        let sizes = await message {
            try await again.fit(data(1), FitOptions(batch: 9), resuming: state)
        }
        #expect(sizes.contains("45 rows, 9 a batch"), "\(sizes)")
        let fresh = try await trainer().state
        let early = await message { try await again.fit(data(1), FitOptions(), resuming: fresh) }
        #expect(early.contains("in a call of fit"), "\(early)")
        #expect(await again.stepCount == 0)
    }

    @Test func restoringBetweenCallsGoesBack() async throws {
        let trainer = try trainer()
        try await trainer.fit(data(1), epochs: 1, batch: 8)
        let state = try await trainer.state
        let first = try await trainer.fit(data(1), epochs: 2, batch: 8).epochs.map(\.loss)
        try await trainer.restore(state)
        #expect(await trainer.stepCount == 6)
        let second = try await trainer.fit(data(1), epochs: 2, batch: 8).epochs.map(\.loss)
        #expect(first == second)
    }
}
