import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeSupport
import KalsaeTesting
import KalsaeTraining
import Testing

@Suite struct TextRunTests {
    private static let letters = "abcdefghij"

    private func text() throws -> TextData {
        try TextData(
            String(repeating: Self.letters, count: 60), name: "letters",
            fractions: Split.Fractions(validation: 0.1, test: 0.1))
    }

    private func recipe(_ text: TextData, _ layers: [LayerSpec]? = nil) -> Recipe {
        var recipe = Recipe(for: text)
        let own: [LayerSpec] = [
            .embedding(vocabulary: text.tokens.count, size: 12),
            .gru(units: 12, returnsSequences: true),
            .dropout(rate: 0.05), .dense(units: text.tokens.count),
        ]
        recipe.network = .layers(layers ?? own, name: "own")
        (recipe.epochs, recipe.batch, recipe.learningRate) = (12, 8, 0.03)
        return recipe
    }

    @Test func learnsWhatFollowsAndWritesIt() async throws {
        let text = try text()
        let outcome = try await TextRun(recipe(text), data: text, context: 5).run()
        let test = try #require(outcome.test)
        // The letter behind a letter is always the same.
        #expect(try test[.accuracy] > 0.99 && test.loss < 0.2 && outcome.validation.loss < 0.2)
        let model = try TextModel(outcome.file)
        let written = try model.text(after: "cde", count: 25, temperature: 0.1, seed: 4)
        #expect(written == "fghijabcdefghijabcdefghij")
        #expect(try model.text(after: "cde", count: 25, temperature: 0.1, seed: 5) == written)
        let wild = try model.text(after: "cde", count: 200, temperature: 50, seed: 4)
        #expect(try model.text(after: "cde", count: 200, temperature: 50, seed: 4) == wild)
        #expect(try model.text(after: "cde", count: 200, temperature: 50, seed: 5) != wild)
        // What is no token is never written.
        #expect(wild.count == 200 && wild.allSatisfy { Self.letters.contains($0) })
        // 60 letters: the loss of the file is that of the training.
        let own = try model.evaluate(String(repeating: Self.letters, count: 6))
        #expect(own.tokens == 55 && own.report.loss == test.loss)
    }

    @Test func theFileHasAllThatWritingNeeds() async throws {
        let text = try text()
        var recipe = recipe(text)
        recipe.epochs = 1
        let outcome = try await TextRun(recipe, data: text, context: 5).run()
        let path = NSTemporaryDirectory() + "kalsae-text-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try outcome.file.save(to: path)
        let (saved, own) = (try TextModel(path: path), try TextModel(outcome.file))
        #expect(
            try saved.text(after: "ab", count: 30, seed: 1)
                == own.text(after: "ab", count: 30, seed: 1))
        #expect(saved.context == 5 && saved.data == "letters" && saved.tokens.count == 11)
        #expect(
            message { _ = try Predictor(path: path) }.contains(
                "expected a model of rows or images, got one of text"))
        #expect(message { _ = try saved.text(after: "", count: 3) }.contains("got none"))
        #expect(message { _ = try saved.text(after: "ÄÖ", count: 3) }.contains("\"ÄÖ\""))
        let notices = try Notice.collect { try saved.text(after: "ÄÖa", count: 3) }.lines
        #expect(notices.count == 1 && notices[0].contains("does not know 2 of the 3 tokens"))
    }

    @Test(arguments: [1, 7, 10, 14])
    func goesOnWithTheSameBits(stop: Int) async throws {
        let text = try text()
        var recipe = recipe(text)
        (recipe.epochs, recipe.patience) = (2, nil)
        // 480 tokens in windows of 5, 8 a batch: 12 steps an epoch.
        let whole = try await TextRun(recipe, data: text, context: 5).run()
        #expect(whole.steps == 24)
        let part = try await TextRun(recipe, data: text, context: 5).run(onStep: { record in
            if record.step == stop { throw TrainingStop("enough") }
        })
        #expect(part.state.progress.fit?.steps == stop)
        var options = TrainingRun.Options()
        options.state = part.state
        let rest = try await TextRun(recipe, data: text, context: 5).run(options)
        #expect(rest.history.epochs.map(\.loss) == whole.history.epochs.map(\.loss))
        for (a, b) in zip(rest.file.model.tensors, whole.file.model.tensors) {
            #expect(
                try a.tensor.values(Float.self) == b.tensor.values(Float.self), "\(a.path.name)")
        }
    }

    @Test func presetsFitAnyText() async throws {
        let text = try text()
        for preset in [NetworkPreset.textTransformer, .textLSTM] {
            var recipe = Recipe(for: text)
            recipe.network = .preset(preset)
            let run = try TextRun(recipe, data: text, context: 9)
            #expect(run.context == 9)
        }
    }

    /// By a look at what follows a network learns to copy, and nothing else.
    @Test func aNetworkThatKnowsWhatFollowsIsRefused() throws {
        let text = try text()
        let layers: [LayerSpec] = [
            .embedding(vocabulary: 11, size: 8), .transformerBlock(heads: 2), .dense(units: 11),
        ]
        #expect(
            message { _ = try TextRun(recipe(text, layers), data: text, context: 5) }.contains(
                "some that know what follows"))
        let flat: [LayerSpec] = [
            .embedding(vocabulary: 11, size: 8), .flatten, .dense(units: 11),
        ]
        #expect(
            message { _ = try TextRun(recipe(text, flat), data: text, context: 5) }.contains(
                "expected outputs [5, 11], got [11]"))
        for source in ["4-8-3", "simple-convnet"] {
            var recipe = recipe(text)
            recipe.network = try NetworkSource(source)
            #expect(
                message { _ = try TextRun(recipe, data: text, context: 5) }.contains(
                    "expected a network for text"))
        }
        #expect(
            message { _ = try TextRun(recipe(text), data: text, context: 60) }.contains(
                "letters: expected more than 60 tokens for validation, got 60"))
    }

    /// The error of what fails.
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch { return (error as? KalsaeError)?.description ?? "\(error)" }
    }
}
