import KalsaeData
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTraining
import Testing

@Suite struct RecipeTests {
    private func data() throws -> DataParts { try NamedSet.iris.load(seed: 0) }

    @Test func everyScheduleHasItsHighestRateAtTheBase() throws {
        for name in Recipe.ScheduleName.allCases {
            for steps in [0, 1, 2, 7, 300] {
                guard let schedule = name.make(steps: steps) else {
                    #expect(name == .plateau)
                    continue
                }
                try schedule.check()
                let rates = schedule.rates(steps: steps)
                #expect(rates.allSatisfy { $0 >= 0 && $0 <= 1 + 1e-12 }, "\(name)")
                if steps == 300 {
                    let highest = rates.max() ?? 0
                    #expect(abs(highest - 1) < 1e-2, "\(name): \(highest)")
                }
            }
            #expect((name.plateau(patience: 30) != nil) == (name == .plateau))
        }
    }

    @Test func clippingAndDecayGoRoundTheOptimizer() throws {
        var recipe = Recipe(for: try data(), optimizer: .sgd)
        #expect(try recipe.makeOptimizer() is SGD)
        recipe.weightDecay = 0.1
        recipe.clipNorm = 2
        let outer = try #require(try recipe.makeOptimizer() as? ClippedByGlobalNorm)
        #expect(outer.limit == 2)
        let inner = try #require(outer.base as? WeightDecayed)
        #expect(inner.decay == 0.1 && inner.style == .decoupled && inner.base is SGD)
        recipe = Recipe(for: try data(), optimizer: .adamw)
        #expect((try recipe.makeOptimizer() as? AdamW)?.decay == 0.01)
        recipe.weightDecay = 0.2
        #expect((try recipe.makeOptimizer() as? AdamW)?.decay == 0.2)
    }

    @Test(arguments: Recipe.OptimizerName.allCases) func everyOptimizerLearnsAtItsOwnRate(
        name: Recipe.OptimizerName
    ) async throws {
        var recipe = Recipe(for: try data(), optimizer: name)
        (recipe.steps, recipe.patience) = (600, nil)
        recipe.schedule = .warmupCosine
        let outcome = try await TrainingRun(recipe, data: try data()).run()
        let first = try #require(outcome.history.epochs.first?.loss)
        let last = try #require(outcome.history.epochs.last?.loss)
        #expect(last < 0.7 * first, "\(name): \(first) to \(last)")
        #expect(try outcome.train[.accuracy] > 0.8, "\(name): \(outcome.train)")
    }

    @Test func badNumbersAreRefused() async throws {
        for change: (inout Recipe) -> Void in [
            { $0.clipNorm = 0 }, { $0.clipNorm = .nan }, { $0.weightDecay = -1 },
        ] {
            var recipe = Recipe(for: try data())
            change(&recipe)
            await #expect(throws: KalsaeError.self) {
                try await TrainingRun(recipe, data: try data()).run()
            }
        }
    }
}
