import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeTraining
import Testing

/// The predictions of single rows behind an evaluation.
@Suite struct MeasuredRowsTests {
    /// Probabilities are those that the command predicts, and give the report's numbers back.
    @Test func rowsAreThoseOfTheReport() async throws {
        let parts = try NamedSet.iris.load(seed: 3)
        var recipe = Recipe(for: parts)
        recipe.epochs = 15
        let path = NSTemporaryDirectory() + "kalsae-rows-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await TrainingRun(recipe, data: parts).run().file.save(to: path)
        let predictor = try Predictor(path: path)
        #expect(try await predictor.measure("iris").outcomes == nil)
        let measured = try await predictor.measure("iris", keepsRows: true)
        let rows = try #require(measured.outcomes)
        guard case .classes(let probabilities, let actual, let names) = rows.outcomes else {
            Issue.record("expected classes")
            return
        }
        #expect(rows.count == measured.rows && names.count == 3)
        let own = actual.indices.map { row in Array(probabilities[(3 * row)..<(3 * row + 3)]) }
        for row in own { #expect(abs(row.reduce(0, +) - 1) <= 1e-12) }
        // The mean surprise is the report's log loss, the share of right rows its accuracy.
        let surprise = zip(own, actual).reduce(0) { $0 - log($1.0[$1.1]) } / Double(own.count)
        let classes = try #require(measured.report.classes)
        #expect(abs(surprise - classes.logLoss) <= 1e-9)
        let right = zip(own, actual).count { $0[$1] == $0.max() }
        #expect(abs(Double(right) / Double(own.count) - classes.accuracy) <= 1e-12)
        // The worst rows are the wrong ones, by the probability of their class.
        let worst = rows.worst(1000)
        #expect(!worst.isEmpty && worst.count == rows.count - right)
        let order = zip(own, actual).filter { $0[$1] != $0.max() }.map { $0[$1] }.sorted()
        #expect(worst.map { own[$0][actual[$0]] } == order)
        #expect(rows.worst(1) == [worst[0]])
        // No images.
        #expect(rows.image(worst[0]) == nil)
    }

    /// Of numbers the largest errors come first, and images are those of their rows.
    @Test func errorsAndImages() throws {
        let values = MeasuredRows(
            outcomes: .values(predicted: [1, 5, -4, 2], actual: [1, 1, 1, 0]))
        #expect(values.worst(3) == [2, 1, 3])
        var classes = MeasuredRows(
            outcomes: .classes(
                probabilities: [0.9, 0.1, 0.4, 0.6], actual: [0, 0], names: ["a", "b"]))
        #expect(classes.worst(2) == [1] && classes.predicted(0) == 0)
        // By a rule the less probable class is predicted, and another row is wrong.
        classes.decision = DecisionRule(positive: 1, threshold: 0.05)
        #expect(classes.worst(2) == [1, 0] && classes.predicted(0) == 1)
        classes.decision = DecisionRule(positive: 1, threshold: 0.7)
        #expect(classes.worst(2).isEmpty)
        // A right row that is unsure does not take the place of a wrong one.
        let three = MeasuredRows(
            outcomes: .classes(
                probabilities: [0.36, 0.32, 0.32, 0.45, 0.55, 0], actual: [0, 0],
                names: ["a", "b", "c"]))
        #expect(three.worst(1) == [1])
        classes.images = try LabeledData(
            features: .bytes([1, 2, 3, 4, 5, 6, 7, 8]), featureShape: [2, 2, 1],
            targets: .classes([0, 0], names: ["a", "b"]))
        let image = try #require(classes.image(1))
        #expect(image.width == 2 && image.height == 2 && image.channels == 1)
        #expect(image.bytes == [5, 6, 7, 8])
    }
}
