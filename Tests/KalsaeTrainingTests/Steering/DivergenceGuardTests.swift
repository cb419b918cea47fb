import Foundation
import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// A training that diverges goes back by itself, and the list of what was done replays it.
@Suite struct DivergenceGuardTests {
    /// `y = x`, and one row of another size where `spoiled`.
    private func data(spoiled: Float = 1) throws -> Dataset {
        var x = (0..<64).map { Float($0 % 8) / 4 - 1 }
        x[37] *= spoiled
        return try Dataset(Tensor(x).reshaped(to: [64, 1]), Tensor(x).reshaped(to: [64, 1]))
    }

    private func trainer() throws -> Trainer<Sequential> {
        let model = try withSeed(1) { try Sequential([.dense(units: 1)], input: [1]) }
        return try Trainer(
            model, loss: .meanSquaredError, optimizer: SGD(learningRate: 0.3, momentum: 0.5))
    }

    private func options(_ rule: DivergenceGuard?) -> FitOptions {
        var options = FitOptions(epochs: 40, batch: 8, order: .sequential)
        options.divergence = rule
        return options
    }

    private func bits(_ trainer: Trainer<Sequential>) async throws -> [[UInt32]] {
        try await trainer.state.tensors.map { try $0.tensor.values(Float.self).map(\.bitPattern) }
    }

    /// A rate that becomes 32 times as high at step 100 makes any start diverge: with the mean of x²
    /// at .34, steps of a rate above about 9 grow.
    private var cliff: LearningRateSchedule {
        .constant(factor: 1).then(after: 100, .constant(factor: 64))
    }

    @Test func aRateThatDivergesIsLowered() async throws {
        var options = options(nil)
        options.schedule = cliff
        let plain = try trainer()
        await #expect(throws: KalsaeError.self) { try await plain.fit(try data(), options) }

        options.divergence = DivergenceGuard(most: 8, interval: 10)
        let guarded = try trainer()
        let history = try await guarded.fit(data(), options)
        #expect(history.epochs.last.map { $0.loss < 1e-3 } == true)
        let list = try #require(try await guarded.state.progress.fit?.interventions)
        #expect(
            list.contains {
                $0.reason.contains("back at step") && $0.change.description.contains("learningRate")
            })

        options.divergence = nil
        options.interventions = list
        let replayed = try trainer()
        try await replayed.fit(data(), options)
        #expect(try await bits(replayed) == bits(guarded))
    }

    @Test(arguments: [Float(1e30), 1e20])
    func aBatchThatSpoilsATrainingIsLeftOut(_ size: Float) async throws {
        let guarded = try trainer()
        let history = try await guarded.fit(
            data(spoiled: size), options(DivergenceGuard(factor: 0.99, most: 50, interval: 10)))
        #expect(history.epochs.last.map { $0.loss < 1e-3 } == true)
        let list = try #require(try await guarded.state.progress.fit?.interventions)
        let skipped = list.compactMap { intervention -> BatchPosition? in
            if case .skip(let position) = intervention.change { position } else { nil }
        }
        // Row 37 is in batch 4 of each epoch; its update shows in the next one's loss.
        #expect(
            skipped.contains { $0.batch == 4 } && skipped.allSatisfy { (3...5).contains($0.batch) })
    }

    @Test func afterAsManyTimesAsAllowedItIsAnError() async throws {
        var options = options(DivergenceGuard(factor: 0.99, most: 2, interval: 10))
        options.schedule = cliff
        let guarded = try trainer()
        await #expect(throws: KalsaeError.self) { try await guarded.fit(try data(), options) }
        #expect(try await guarded.state.progress.fit?.divergence?.recoveries == 2)
    }

    @Test func aTrainingThatGoesWellIsNotTouched() async throws {
        let (guarded, plain) = (try trainer(), try trainer())
        try await guarded.fit(data(), options(DivergenceGuard()))
        try await plain.fit(data(), options(nil))
        #expect(try await bits(guarded) == bits(plain))
        #expect(try await guarded.state.progress.fit?.interventions == nil)
    }

    /// With momentum 0.5 a rate of 64 times 0.3 multiplies the loss by far more than 10 a step.
    @Test func aSpikeInTheFirstStepsIsSeen() async throws {
        var options = options(DivergenceGuard(interval: 10))
        options.schedule = .constant(factor: 1).then(after: 5, .constant(factor: 64))
        options.epochs = 2
        let guarded = try trainer()
        try await guarded.fit(data(), options)
        let first = try #require(try await guarded.state.progress.fit?.interventions?.first)
        // Found long before 20 steps are over: the loss behind step 6 is the first high one.
        #expect(
            first.reason.contains("at step 7") || first.reason.contains("at step 8"), "\(first)")
    }

    /// A loss may be negative; one that is a little higher is no spike.
    @Test func negativeLossesAreNoSpikes() async throws {
        let low = Loss("low") { predictions, targets in (predictions - targets).square() - 5 }
        let model = try withSeed(1) { try Sequential([.dense(units: 1)], input: [1]) }
        let trainer = try Trainer(model, loss: low, optimizer: SGD(learningRate: 0.01))
        try await trainer.fit(data(), options(DivergenceGuard(spike: 1.5)))
        #expect(try await trainer.state.progress.fit?.interventions == nil)
    }

    /// Stopped at a step, saved, and taken up: the guard goes back to the same states.
    @Test(arguments: [93, 100, 101, 107, 150])
    func aResumedTrainingGoesBackAsFar(_ step: Int) async throws {
        struct StopAt: Callback {
            let step: Int
            func onStepEnd(_ record: StepRecord, _ control: inout TrainingControl) {
                if record.step == step { control.stop() }
            }
        }
        let path = NSTemporaryDirectory() + "kalsae-guard-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var options = options(DivergenceGuard(most: 8, interval: 10))
        options.schedule = cliff
        let whole = try trainer()
        try await whole.fit(data(), options)
        let first = try trainer()
        options.callbacks = [StopAt(step: step)]
        try await first.fit(data(), options)
        try await first.state.save(to: path)
        options.callbacks = []
        let second = try trainer()
        let state = try TrainingState(path: path)
        #expect(!state.good.isEmpty)
        try await second.fit(data(), options, resuming: state)
        let (one, two) = (try await second.state.progress.fit, try await whole.state.progress.fit)
        #expect(one?.interventions == two?.interventions)
        #expect(one?.interventions?.isEmpty == false)
        #expect(try await bits(second) == bits(whole))
    }

    @Test func settingsThatMakeNoSenseAreRefused() async throws {
        for rule in [
            DivergenceGuard(factor: 0), DivergenceGuard(factor: 1), DivergenceGuard(spike: 1),
            DivergenceGuard(most: -1), DivergenceGuard(interval: 0),
        ] {
            let trainer = try trainer()
            await #expect(throws: KalsaeError.self) {
                try await trainer.fit(try data(), options(rule))
            }
        }
    }
}
