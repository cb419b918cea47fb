import Foundation
import KalsaeData
import KalsaeSupport
import KalsaeTesting
import KalsaeTraining
import Synchronization
import Testing

/// What a training has learned is handed over before it is measured.
@Suite struct LearnedNetworkTests {
    private struct Refusal: Error {}

    private final class Kept: Sendable {
        let networks = Mutex<[LearnedNetwork]>([])
        let files = Mutex<[ModelFile]>([])
        var last: LearnedNetwork? { networks.withLock { $0.last } }
        var lastFile: ModelFile? { files.withLock { $0.last } }
    }

    private func recipe(_ data: DataParts) -> Recipe {
        var recipe = Recipe(for: data)
        (recipe.epochs, recipe.patience) = (6, nil)
        return recipe
    }

    private func numbers(_ file: ModelFile?) throws -> [[Float]] {
        try #require(file).model.tensors.map { try $0.tensor.values(Float.self) }
    }

    @Test func itIsTheNetworkOfTheOutcome() async throws {
        let data = try NamedSet.iris.load(seed: 1)
        let run = try TrainingRun(recipe(data), data: data)
        let kept = Kept()
        var options = TrainingRun.Options()
        options.onLearned = { learned in kept.networks.withLock { $0.append(learned) } }
        let outcome = try await run.run(options)
        let learned = try #require(kept.last)
        #expect(kept.networks.withLock { $0.count } == 1)
        #expect(try numbers(learned.file) == numbers(outcome.file))
        #expect(learned.history.epochs == outcome.history.epochs)
        // It predicts, and the training goes on from its state.
        _ = try Predictor(learned.file).predict(rows: [0, 0, 0, 0])
        var longer = recipe(data)
        longer.epochs = 8
        var more = TrainingRun.Options()
        more.state = learned.state
        #expect(try await TrainingRun(longer, data: data).run(more).history.epochCount == 8)
    }

    @Test func whatIsStoppedIsHandedOverWithItsBestWeights() async throws {
        let data = try NamedSet.iris.load(seed: 1)
        let kept = Kept()
        var options = TrainingRun.Options()
        options.onLearned = { learned in kept.networks.withLock { $0.append(learned) } }
        let outcome = try await TrainingRun(recipe(data), data: data).run(
            options,
            onStep: { record in
                if record.epoch == 4 { throw TrainingStop("enough") }
            })
        #expect(kept.last?.history.end == .stopped(reason: "enough"))
        #expect(kept.last?.history.restoredEpoch == outcome.history.restoredEpoch)
        #expect(try numbers(kept.last?.file) == numbers(outcome.file))
    }

    /// Nothing is measured behind an error: that of a full disc is told at once.
    @Test func anErrorOfWhoKeepsItEndsTheRun() async throws {
        let data = try NamedSet.iris.load(seed: 1)
        let run = try TrainingRun(recipe(data), data: data)
        var options = TrainingRun.Options()
        options.onLearned = { _ in throw Refusal() }
        await #expect(throws: Refusal.self) { try await run.run(options) }
    }

    @Test func textsToo() async throws {
        let text = try TextData(
            String(repeating: "abcdefghij", count: 60), name: "letters",
            fractions: Split.Fractions(validation: 0.1, test: 0.1))
        var recipe = Recipe(for: text)
        (recipe.epochs, recipe.batch) = (1, 8)
        let kept = Kept()
        var options = TrainingRun.Options()
        options.onLearned = { learned in kept.networks.withLock { $0.append(learned) } }
        let outcome = try await TextRun(recipe, data: text, context: 5).run(options)
        let file = try #require(kept.last?.file)
        #expect(try numbers(file) == numbers(outcome.file))
        #expect(try TextModel(file).text(after: "cde", count: 3).count == 3)
    }

    /// Of folds that are stopped the network of the last one, else that of all rows.
    @Test(arguments: [true, false]) func foldsToo(_ isStopped: Bool) async throws {
        let whole = try NamedSet.iris.load(
            fractions: Split.Fractions(validation: 0, test: 0), seed: 1)
        let own = recipe(whole)
        let run = FoldedRun(whole: whole, folds: 3, recipe: { _ in own })
        let kept = Kept()
        let outcome = try await run.run(
            onStep: { fold, record in
                if isStopped, fold == 1, record.epoch == 3 { throw TrainingStop() }
            }, onLearned: { file in kept.files.withLock { $0.append(file) } })
        #expect(kept.files.withLock { $0.count } == 1 && outcome.isStopped == isStopped)
        #expect(try numbers(kept.lastFile) == numbers(outcome.file))
    }

    /// Tables hand over the state in which all was tried, then the average.
    @Test func tablesToo() throws {
        let data = try NamedSet.iris.load(
            fractions: Split.Fractions(validation: 0.2, test: 0.2), seed: 1)
        let run = TableRun(TableLearner(effort: .quick, seed: 1), data: data)
        var (states, file): ([TableState], ModelFile?) = ([], nil)
        let outcome = try run.run(
            onTried: { state in states.append(try state()) },
            onLearned: { learned, _ in
                #expect(states.count == 1)
                file = learned
            })
        #expect(try numbers(file) == numbers(outcome.file))
        // From that state nothing is trained any more.
        var epochs = 0
        let again = try run.run(resuming: states.first, onEpoch: { _ in epochs += 1 })
        #expect(epochs == 0)
        #expect(try numbers(again.file) == numbers(outcome.file))
    }

    @Test func aStoppedTableHandsOverItsAverageAlone() throws {
        let data = try NamedSet.iris.load(
            fractions: Split.Fractions(validation: 0.2, test: 0.2), seed: 1)
        let run = TableRun(TableLearner(effort: .quick, seed: 1), data: data)
        var (tried, learned) = (0, 0)
        let outcome = try run.run(
            onEpoch: { epoch in if epoch.epoch == 2 { throw TrainingStop() } },
            onTried: { _ in tried += 1 },
            onLearned: { _, outcome in
                learned += 1
                #expect(outcome.isStopped)
            })
        #expect(outcome.isStopped && tried == 0 && learned == 1)
    }
}
