import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Synchronization
import Testing

/// Rates as a training used them.
private final class Rates: Sendable {
    private let values = Mutex<[Double]>([])
    func add(_ rate: Double) { values.withLock { $0.append(rate) } }
    var all: [Double] { values.withLock { $0 } }
}

@Suite struct ScheduleTrainingTests {
    private func line(_ count: Int, dtype: DType = .float32) throws -> Dataset {
        let x = Tensor.uniform([count, 2], low: -1, high: 1, key: RandomKey(seed: 4))
        let y = x.matmul(Tensor([2, -3], shape: [2, 1]).cast(to: .float32)) + 0.5
        return try Dataset(x, y)
    }

    private func trainer(_ optimizer: any Optimizer) throws -> Trainer<Sequential> {
        let model = withSeed(2) { Sequential(Dense(2, 1)) }
        return try Trainer(model, loss: .meanSquaredError, optimizer: optimizer)
    }

    @Test func fitFollowsASchedule() async throws {
        let data = try line(64)
        let coach = try trainer(SGD(learningRate: 0.1))
        let schedule = LearningRateSchedule.cosine(steps: 16).warmedUp(over: 4)
        let rates = Rates()
        let history = try await coach.fit(
            data, epochs: 5, batch: 16, schedule: schedule, onStep: { rates.add($0.learningRate) })
        #expect(rates.all == schedule.rates(steps: 20, base: 0.1))
        #expect(history.epochs.map(\.learningRate) == [3, 7, 11, 15, 19].map { rates.all[$0] })
        #expect(await coach.learningRate == 0.1)
        #expect(history.epochs[4].loss < history.epochs[0].loss)
    }

    @Test func aScheduledStepMovesByItsRate() async throws {
        let data = try line(16)
        let whole = try trainer(SGD(learningRate: 0.25))
        let half = try trainer(SGD(learningRate: 0.5))
        try await whole.fit(data, steps: 3, batch: 16)
        try await half.fit(data, steps: 3, batch: 16, schedule: .constant(factor: 0.5))
        for (one, two) in zip(await whole.model.tensors, await half.model.tensors) {
            #expect(try one.tensor.values() == two.tensor.values())
        }
    }

    @Test func aPlateauLowersTheRateOfTraining() async throws {
        let data = try line(32)
        // At this rate nothing gets better.
        let coach = try trainer(SGD(learningRate: 1e-12))
        let history = try await coach.fit(
            data, validation: data, epochs: 5, batch: 32,
            plateau: PlateauReduction(factor: 0.5, patience: 1))
        #expect(history.epochs.map { $0.learningRate / 1e-12 } == [1, 1, 1, 0.5, 0.5])
        await #expect(throws: KalsaeError.self) {
            try await coach.fit(data, plateau: PlateauReduction())
        }
    }

    @Test func badSettingsAreRefused() async throws {
        #expect(throws: KalsaeError.self) { try trainer(Adam(beta1: 1)) }
        #expect(throws: KalsaeError.self) { try trainer(SGD(learningRate: -1)) }
        #expect(throws: KalsaeError.self) { try trainer(SGD(learningRate: .nan)) }
        #expect(throws: KalsaeError.self) {
            try trainer(ParameterGroups(SGD(), [.frozen("nothing")]))
        }
        let coach = try trainer(SGD())
        let data = try line(8)
        await #expect(throws: KalsaeError.self) {
            try await coach.fit(data, schedule: .cosine(steps: 0))
        }
        await #expect(throws: KalsaeError.self) {
            try await coach.findLearningRate(data, steps: 0)
        }
        await #expect(throws: KalsaeError.self) {
            try await coach.findLearningRate(data, rates: 0...1)
        }
    }

    @Test func theFinderChangesNothing() async throws {
        let data = try line(256)
        let coach = try trainer(SGD(learningRate: 0.125))
        try await coach.fit(data, steps: 2)
        let before = await coach.model
        let range = try await coach.findLearningRate(
            data, rates: 1e-5...100, steps: 120, batch: 32)
        for (one, two) in zip(before.tensors, await coach.model.tensors) {
            #expect(try one.tensor.values() == two.tensor.values())
        }
        #expect(await coach.stepCount == 2)
        #expect(await coach.learningRate == 0.125)
        // Plain descent on a square of slope 2/3 diverges near rate 3 at the latest.
        #expect(range.hasDiverged)
        #expect(range.rates.count < 120)
        #expect(range.rates.count == range.losses.count)
        #expect(range.rates.count == range.smoothed.count)
        let isWhole = range.losses.allSatisfy { $0.isFinite }
        #expect(isWhole)
        let suggestion = try #require(range.suggestion)
        #expect(suggestion > 1e-3 && suggestion < 1, "\(suggestion)")
        // The suggestion trains.
        try await coach.setLearningRate(suggestion)
        let history = try await coach.fit(data, epochs: 10)
        #expect(history.epochs[9].loss < history.epochs[0].loss / 2)
    }

    @Test func averagedWeightsAreThere() async throws {
        let data = try line(64)
        let coach = try trainer(
            ClippedByGlobalNorm(
                ExponentialMovingAverage(SGD(learningRate: 0.1), decay: 0.9), limit: 1))
        let start = await coach.averagedModel
        try await coach.fit(data, epochs: 3, batch: 16)
        let (model, mean) = (await coach.model, await coach.averagedModel)
        let models = (start, mean, model)
        let first = try models.0.tensors[0].tensor.values()
        let middle = try models.1.tensors[0].tensor.values()
        let last = try models.2.tensors[0].tensor.values()
        for index in first.indices where first[index] != last[index] {
            #expect((middle[index] - first[index]) * (last[index] - middle[index]) > 0)
        }
        #expect(middle != last)
    }

    @Test func aNewRateCompilesNothing() throws {
        let optimizers: [any Optimizer] = [
            Adam(), Adafactor(),
            GradientAccumulation(ClippedByGlobalNorm(AdamW(), limit: 1), count: 2),
            ExponentialMovingAverage(Lion()),
        ]
        let x = Tensor.ones([4, 2])
        let y = Tensor.zeros([4, 1])
        try Tensor.evaluate([x, y])
        for optimizer in optimizers {
            let step = try BatchStep(
                Sequential(Dense(2, 1)), loss: .meanSquaredError, optimizer: optimizer, seed: 0)
            for _ in 0..<3 { _ = try step.run(x, y) }
            let counts = try Counters.measure {
                step.optimizer.learningRate *= 0.1
                for _ in 0..<4 { _ = try step.run(x, y) }
            }.counts
            #expect(counts.plansCompiled == 0)
            #expect(counts.plansRun == 4)
            #expect(counts.nodesMade == 0)
            #expect(counts.buffersAllocated == 0)
        }
    }

    @Test func aModelOfDoublesIsTrainedInDoubles() throws {
        let x = Tensor.ones([1, 1], dtype: .float64)
        let model = Sequential(Dense(1, 1)).mapTensors { _, tensor in
            Tensor.zeros(tensor.shape, dtype: .float64)
        }
        let step = try BatchStep(
            model, loss: .meanSquaredError, optimizer: SGD(learningRate: 0.1), seed: 0)
        _ = try step.run(x, x)
        let weight = step.model.tensors[0].tensor
        #expect(weight.dtype == .float64)
        #expect(abs(try weight.values(Double.self)[0] - 0.2) < 1e-15)
    }
}
