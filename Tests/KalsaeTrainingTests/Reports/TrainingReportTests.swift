import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeTesting
import KalsaeTraining
import Synchronization
import Testing

/// One unit in every line of a training, and the weights of its best epoch.
@Suite struct TrainingReportTests {
    /// Prices in the thousands: y = 1000 a - 500 b + noise.
    private func prices() throws -> DataParts {
        var random = SampleGenerator(seed: 6)
        var text = "a,b,y\n"
        for _ in 0..<300 {
            let (a, b) = (
                Double.random(in: 0...9, using: &random), Double.random(in: 0...9, using: &random)
            )
            let noise = Double.random(in: -300...300, using: &random)
            text += "\(a),\(b),\(1000 * a - 500 * b + noise)\n"
        }
        let table = Table(try CSV(Array(text.utf8), header: .present))
        return try DataParts(table, name: "prices", target: "y", seed: 1)
    }

    @Test func epochsAndTheEndHaveOneUnit() async throws {
        let parts = try prices()
        var recipe = Recipe(for: parts)
        (recipe.epochs, recipe.patience) = (12, nil)
        let told = Mutex<[EpochRecord]>([])
        let steps = Mutex<[StepRecord]>([])
        let outcome = try await TrainingRun(recipe, data: parts).run(
            onStep: { record in steps.withLock { $0.append(record) } },
            onEpoch: { record in told.withLock { $0.append(record) } })
        let epochs = outcome.history.epochs
        #expect(told.withLock { $0 } == epochs && epochs.count == 12)
        // The best epoch came back, although no early end was asked for.
        let losses = epochs.map { $0.validation?.loss ?? .infinity }
        let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
        #expect(outcome.history.restoredEpoch == best + 1)
        let (then, now) = (try #require(epochs[best].validation), outcome.validation)
        for metric in [Metric.mae, .rmse, .r2] {
            let (one, other) = (try then[metric], try now[metric])
            #expect(abs(one / other - 1) < 1e-4, "\(metric)")
        }
        #expect(abs(then.loss / now.loss - 1) < 1e-4)
        let rmse = try now[.rmse]
        #expect(abs(now.loss / (rmse * rmse) - 1) < 1e-9)
        // Losses of steps and epochs begin near the variance, some millions.
        #expect((steps.withLock { $0.first?.loss } ?? 0) > 1e5)
        #expect(epochs[0].loss > 1e5)
        let train = try outcome.train[.rmse]
        #expect(train > 100)
        #expect(abs(outcome.train.loss / (train * train) - 1) < 1e-4)
        // `evaluate` speaks of the same unit.
        #expect(outcome.test?.values?.interval?.coverage != nil)
    }

    @Test func aCountOfStepsKeepsTheBestEpochToo() async throws {
        let parts = try NamedSet.iris.load(seed: 1)
        var recipe = Recipe(for: parts)
        recipe.steps = 40
        let outcome = try await TrainingRun(recipe, data: parts).run()
        #expect(outcome.steps == 40)
        let losses = outcome.history.epochs.compactMap { $0.validation?.loss }
        #expect(outcome.history.restoredEpoch.map { losses[$0 - 1] } == losses.min())
        #expect(abs(outcome.validation.loss - (losses.min() ?? 0)) < 1e-5)
        let classes = try #require(outcome.test?.classes)
        #expect(classes.rows == parts.test.count && classes.classes.count == 3)
        #expect(try outcome.test?[.accuracy] == classes.accuracy)
    }
}
