import KalsaeData
import KalsaeTraining
import Testing

/// Runs that a callback ends keep the best that was found, and runs that are done learn all rows.
@Suite struct StoppedRunTests {
    private func recipe(_ data: DataParts) -> Recipe {
        var recipe = Recipe(for: data)
        (recipe.epochs, recipe.patience) = (12, nil)
        return recipe
    }

    @Test func aStoppedTrainingHasItsBestWeights() async throws {
        let data = try NamedSet.iris.load(seed: 1)
        let run = try TrainingRun(recipe(data), data: data)
        let outcome = try await run.run(onStep: { record in
            if record.epoch == 8 { throw TrainingStop("enough") }
        })
        #expect(outcome.history.end == .stopped(reason: "enough"))
        let best = try #require(outcome.history.restoredEpoch)
        let losses = outcome.history.epochs.compactMap { $0.validation?.loss }
        #expect(losses.count == 7 && losses[best - 1] == losses.min())
        // The report is of the weights that were kept.
        #expect(abs(outcome.validation.loss - losses[best - 1]) < 1e-5)
    }

    @Test func aTrainingStoppedInItsFirstEpochHasTheWeightsOfThatStep() async throws {
        let data = try NamedSet.iris.load(seed: 1)
        let outcome = try await TrainingRun(recipe(data), data: data).run(onStep: { _ in
            throw TrainingStop()
        })
        #expect(outcome.history.restoredEpoch == nil && outcome.steps == 1)
    }

    @Test func allRowsAreLearnedForAsLongAsWasBest() async throws {
        let data = try NamedSet.iris.load(seed: 1)
        let run = try TrainingRun(recipe(data), data: data)
        let outcome = try await run.run()
        let whole = try await run.refit(outcome)
        let best = try #require(outcome.history.restoredEpoch)
        // 150 rows in batches of 16 are 10 steps an epoch.
        #expect(whole.steps - outcome.steps == 10 * best)
        #expect(whole.test == outcome.test && whole.validation == outcome.validation)
    }

    @Test(arguments: [("linear", 1), ("piecewise", 2)])
    func aStoppedLearnerAveragesWhatWasTried(_ name: String, _ count: Int) throws {
        let data = try NamedSet.iris.load(
            fractions: Split.Fractions(validation: 0.2, test: 0.2), seed: 1)
        let run = TableRun(TableLearner(effort: .quick, seed: 1), data: data)
        let outcome = try run.run { epoch in
            if epoch.candidate == name, epoch.epoch == 2 { throw TrainingStop() }
        }
        #expect(outcome.isStopped && outcome.trials.count == count)
        #expect(outcome.trials.last?.epochs == 2)
        // Rows for validation are learned too.
        #expect(outcome.rows == data.train.count + data.validation.count)
        #expect(try outcome.test?[.accuracy] ?? 0 > 0.5)
        #expect(try Predictor(outcome.file).predict(rows: [0, 0, 0, 0]).rowCount == 1)
    }
}

extension Predictor.Predictions {
    fileprivate var rowCount: Int {
        switch self {
        case .classes(let classes, _): classes.count
        case .values(let values): values.count
        }
    }
}
