import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// A trained network as it is asked by a program: by rows, by tensors, from several tasks.
@Suite struct PredictorTests {
    private func predictor() async throws -> (Predictor, rows: [[Float]]) {
        let parts = try NamedSet.iris.load(seed: 1)
        var recipe = Recipe(for: parts)
        recipe.steps = 20
        let outcome = try await TrainingRun(recipe, data: parts).run()
        let numbers: [Float] = try Dataset(parts.test).features.values()
        let rows = stride(from: 0, to: numbers.count, by: 4).map { Array(numbers[$0..<($0 + 4)]) }
        return (try Predictor(outcome.file), rows)
    }

    /// Class numbers and probabilities.
    private func classes(
        _ predictions: Predictor.Predictions
    ) throws -> (classes: [Int], probabilities: [[Float]]) {
        guard case .classes(let classes, let probabilities) = predictions else {
            throw KalsaeError("predictions", expected: "classes", got: "values")
        }
        return (classes, probabilities)
    }

    @Test func rowsAndTensorsHaveTheModelsProbabilities() async throws {
        let (predictor, rows) = try await predictor()
        let flat = rows.flatMap { $0 }
        let batch = Tensor(flat, shape: [rows.count, 4])
        let expected: [Float] = try predictor.model(batch).softmax().values()
        let (numbers, probabilities) = try classes(predictor.predict(rows: flat))
        #expect(probabilities.count == rows.count)
        #expect(probabilities.flatMap { $0 } == expected)
        #expect(numbers == probabilities.map { $0.firstIndex(of: $0.max() ?? 0) })
        #expect(try classes(predictor.predict(batch)).probabilities == probabilities)
        #expect(throws: KalsaeError.self) { try predictor.predict(rows: [1, 2, 3]) }
        #expect(throws: KalsaeError.self) { try predictor.predict(Tensor.zeros([2, 3])) }
    }

    @Test func severalTasksAskOnePredictor() async throws {
        let (predictor, rows) = try await predictor()
        let alone = try rows.map { try classes(predictor.predict(rows: $0)).probabilities }
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try (0..<2000).count { number in
                        let index = number % rows.count
                        let answer = try classes(predictor.predict(rows: rows[index]))
                        return answer.probabilities != alone[index]
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(wrong == 0)
        let counts = try Counters.measure { _ = try predictor.predict(rows: rows[0]) }.counts
        #expect(counts.plansRun == 1)
        #expect(counts.plansCompiled == 0)
        #expect(counts.buffersAllocated == 0)
        #expect(counts.nodesMade == 0)
    }
}
