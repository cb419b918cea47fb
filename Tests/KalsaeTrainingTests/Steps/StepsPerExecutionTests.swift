import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Synchronization
import Testing

/// Steps that are taken together are those that are taken one by one; callbacks act behind all of them.
@Suite struct StepsPerExecutionTests {
    /// 45 rows: an epoch has five batches of 8 and one of 5.
    private func data(weighted: Bool = false) throws -> Dataset {
        let x = Tensor.normal([45, 3], key: RandomKey(seed: 1))
        let weights =
            weighted ? Tensor.uniform([45], low: 0.5, high: 2, key: RandomKey(seed: 2)) : nil
        return try Dataset(x, (x.sum(axes: [1]) .> 0).cast(to: .int32), weights: weights)
    }

    private func trainer() throws -> Trainer<Sequential> {
        let model = try withSeed(1) {
            try Sequential(
                [
                    .dense(units: 6, activation: .tanh), .batchNorm, .dropout(rate: 0.3),
                    .dense(units: 2),
                ], input: [3])
        }
        return try Trainer(
            model, loss: .softmaxCrossEntropy, optimizer: Adam(learningRate: 0.02), seed: 5)
    }

    private final class Boundaries: Sendable {
        let steps = Mutex<[StepRecord]>([])
    }

    private struct Watcher: Callback {
        let boundaries: Boundaries
        var stopAt: Int?

        func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) {
            boundaries.steps.withLock { $0.append(step) }
            if step.step == stopAt { control.stop() }
        }
    }

    private func options(_ together: Int, _ boundaries: Boundaries) -> FitOptions {
        var options = FitOptions(epochs: 3, batch: 8, callbacks: [Watcher(boundaries: boundaries)])
        options.schedule = .cosine(steps: 18).warmedUp(over: 4)
        options.stepsPerExecution = together
        return options
    }

    private func bits(_ model: Sequential) throws -> [[Float]] {
        try model.tensors.map { try $0.tensor.values() }
    }

    @Test(arguments: [2, 4, 64], [false, true])
    func theNumbersAreThoseOfOneByOne(_ together: Int, weighted: Bool) async throws {
        let data = try data(weighted: weighted)
        let (one, all) = (try trainer(), try trainer())
        let (first, second) = (Boundaries(), Boundaries())
        let expected = try await one.fit(data, options(1, first))
        let history = try await all.fit(data, options(together, second))
        #expect(try await bits(all.model) == bits(one.model))
        #expect(history.epochs.map(\.loss) == expected.epochs.map(\.loss))
        #expect(history.epochs.map(\.steps) == [6, 12, 18])
        // Behind the last step of each six, or of as many as are left of the epoch.
        let steps = second.steps.withLock { $0 }
        let within = Array(stride(from: together, to: 6, by: together)) + [6]
        #expect(steps.map(\.step) == [0, 6, 12].flatMap { begin in within.map { begin + $0 } })
        for step in steps {
            let same = first.steps.withLock { $0[step.step - 1] }
            #expect(step.loss == same.loss && step.meanLoss == same.meanLoss)
            #expect(step.learningRate == same.learningRate)
        }
    }

    @Test func theyEndWhereTheStepsDoAndAtPlannedChanges() async throws {
        let boundaries = Boundaries()
        var options = options(4, boundaries)
        options.steps = 9
        options.interventions = [
            Intervention(step: 3, .setting("learningRate", .number(0.001)), reason: "")
        ]
        let trainer = try trainer()
        try await trainer.fit(try data(), options)
        #expect(boundaries.steps.withLock { $0.map(\.step) } == [3, 6, 9])
        #expect(await trainer.stepCount == 9)
    }

    /// A boundary inside of an epoch is one to go on from.
    @Test func aTrainingGoesOnBehindAnyOfThem() async throws {
        let whole = try trainer()
        try await whole.fit(try data(), options(4, Boundaries()))
        let part = try trainer()
        var stopped = options(4, Boundaries())
        stopped.callbacks = [Watcher(boundaries: Boundaries(), stopAt: 10)]
        try await part.fit(try data(), stopped)
        let rest = try trainer()
        try await rest.fit(
            try data(), options(3, Boundaries()), resuming: try await part.state)
        #expect(try await bits(rest.model) == bits(whole.model))
    }

    /// A class that there is not: what went well before it counts, what comes behind it changes nothing.
    @Test func aBadRowEndsThemBehindTheLastGoodStep() async throws {
        func training(_ together: Int) async throws -> (Trainer<Sequential>, String) {
            let x = Tensor.normal([40, 3], key: RandomKey(seed: 1))
            let words = Tensor((0..<40).map { Int32($0 == 29 ? 7 : $0 % 3) })
            let model = try withSeed(1) {
                try Sequential(
                    [.embedding(vocabulary: 3, size: 4), .flatten, .dense(units: 3)], input: [1])
            }
            let trainer = try Trainer(
                model, loss: .meanSquaredError, optimizer: Adam(learningRate: 0.02), seed: 5)
            var options = FitOptions(epochs: 1, batch: 8, order: .sequential)
            options.stepsPerExecution = together
            do {
                try await trainer.fit(
                    try Dataset(words.reshaped(to: [40, 1]), x), options)
            } catch { return (trainer, "\(error)") }
            return (trainer, "")
        }
        let (one, expected) = try await training(1)
        let (all, error) = try await training(4)
        #expect(expected.contains("7") && error == expected)
        #expect(await all.stepCount == 3)
        #expect(try await bits(all.model) == bits(one.model))
        let (exact, _) = try await Device.cpu.asCurrent { try await training(1) }
        for (numbers, right) in zip(try await bits(all.model), try await bits(exact.model)) {
            // A hundredth of what Adam moves a number by in a step.
            for (got, expected) in zip(numbers, right) { #expect(abs(got - expected) <= 2e-4) }
        }
    }

    /// The rate makes the first update so large that a loss behind it is not finite.
    @Test func aLossThatIsNotFiniteNamesItsStep() async throws {
        let data = try data()
        var errors: [String] = []
        for together in [1, 6] {
            let model = try withSeed(1) {
                try Sequential(
                    [.dense(units: 6, activation: .relu), .dense(units: 2)], input: [3])
            }
            let trainer = try Trainer(
                model, loss: .softmaxCrossEntropy, optimizer: SGD(learningRate: 1e30), seed: 5)
            var options = FitOptions(epochs: 1, batch: 8, order: .sequential)
            options.stepsPerExecution = together
            do { try await trainer.fit(data, options) } catch { errors.append("\(error)") }
        }
        #expect(errors.count == 2 && errors.first == errors.last)
        #expect(errors.last?.contains(" at step ") == true, "\(errors)")
    }

    @Test func noneIsRefused() async throws {
        var options = FitOptions()
        options.stepsPerExecution = 0
        let trainer = try trainer()
        let data = try data()
        let error = await #expect(throws: KalsaeError.self) { try await trainer.fit(data, options) }
        #expect(error?.expected == "at least 1 step per execution")
    }
}
