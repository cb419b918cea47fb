import Foundation
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

    /// Cells by name in any order, scaled by hand; more columns than the model reads.
    @Test func aRowIsPredictedByItsCells() async throws {
        let (predictor, _) = try await predictor()
        #expect(
            predictor.columnNames == ["sepal_length", "sepal_width", "petal_length", "petal_width"])
        let cells = [
            "petal_width": "0.2", "sepal_length": "5.1", "note": "a, \"b\"", "petal_length": "1.4",
            "sepal_width": "3.5",
        ]
        var row: [Float] = []
        for feature in predictor.metadata.encoder?.features ?? [] {
            guard case .number(let scale, _) = feature.kind,
                let value = Double(cells[feature.name] ?? "")
            else { continue }
            row.append(Float((value - scale.mean) / scale.deviation))
        }
        let wanted = try classes(predictor.predict(rows: row))
        let got = try classes(predictor.predict(cells: cells))
        #expect(got.classes == wanted.classes)
        for (a, b) in zip(got.probabilities[0], wanted.probabilities[0]) {
            #expect(abs(a - b) < 1e-6)
        }
        var lacking = cells
        lacking["petal_width"] = nil
        #expect(throws: KalsaeError.self) { try predictor.predict(cells: lacking) }
        lacking["petal_width"] = "wide"
        #expect(throws: KalsaeError.self) { try predictor.predict(cells: lacking) }
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

    /// Parts of any number of rows need the plans of blocks alone.
    @Test func partsOfManySizesCompileFewPlans() async throws {
        let (predictor, rows) = try await predictor()
        let sizes = [1, 2, 3, 5, 9, 17, 33, 65, 129, 257, 513, 1023, 1024, 1025, 1500, 2047, 2500]
        let counts = try Counters.measure {
            for _ in 0..<2 {
                for size in sizes {
                    let flat = (0..<size).flatMap { rows[$0 % rows.count] }
                    let (_, parts) = try classes(predictor.predict(part: flat))
                    #expect(parts.count == size)
                    let alone = try classes(predictor.predict(rows: rows[(size - 1) % rows.count]))
                    // Products of other sizes are summed in another order.
                    for (a, b) in zip(parts[size - 1], alone.probabilities[0]) {
                        #expect(abs(a - b) < 1e-5)
                    }
                }
            }
        }.counts
        // One row and the powers of two up to 1,024.
        #expect(counts.plansCompiled <= 11)
    }

    /// A model's file replaces all parameters, so that none is drawn.
    @Test func loadingRunsNoPlan() throws {
        let member = Ensemble.MemberSettings(
            layers: [.dense(units: 16, activation: .relu), .dense(units: 2)], count: 8)
        let model = try withSeed(3) {
            try Sequential(
                [.ensemble([member, member], averaging: .probabilities)], input: [5])
        }
        let path = NSTemporaryDirectory() + "kalsae-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try ModelFile(model).save(to: path)
        let (file, counts) = try Counters.measure { try ModelFile(path: path) }
        #expect(counts.plansRun == 0)
        // One member of each kind and the ensemble are traced, not eight.
        #expect(counts.nodesMade < 300)
        for (a, b) in zip(file.model.tensors, model.tensors) {
            #expect(a.path == b.path)
            #expect(try a.tensor.values(Float.self) == b.tensor.values(Float.self))
        }
        let again = try withSeed(3) { try Sequential(file.model.spec ?? [], input: [5]) }
        #expect(
            try again.tensors[0].tensor.values(Float.self)
                == model.tensors[0].tensor.values(Float.self))
    }

    @Test func aDecisionIsKeptAndChecked() throws {
        let model = try Sequential([.dense(units: 2)], input: [1]).mapTensors { path, tensor in
            path.name.hasSuffix("weight") ? Tensor([Float(0), 1], shape: [1, 2]) : tensor
        }
        func predictor(_ decision: String, classes: String = #"["no","yes"]"#) throws -> Predictor {
            let data = #"{"name":"t","seed":0,"classes":\#(classes)\#(decision)}"#
            return try Predictor(ModelFile(model, metadata: ["kalsae.data": data]))
        }
        func said(_ predictor: Predictor) throws -> [Int] {
            // The probability of "yes" is the logistic function of the input: .27, .5, .73, .88.
            try classes(predictor.predict(rows: [-1, 1e-3, 1, 2])).classes
        }
        #expect(try said(predictor("")) == [0, 1, 1, 1])
        var kept = try predictor(#","decision":{"class":"yes","best":0.2,"threshold":0.8}"#)
        #expect(try said(kept) == [0, 0, 0, 1])
        try kept.decide(by: .best)
        #expect(try said(kept) == [1, 1, 1, 1])
        #expect(kept.decision == DecisionRule(positive: 1, threshold: 0.2))
        var other = try predictor(#","decision":{"class":"no","best":0.2}"#)
        #expect(other.decision == nil)
        try other.decide(by: .probability(0.25))
        // "no" is said where "yes" has at most .75.
        #expect(try said(other) == [0, 0, 0, 1])
        var plain = try predictor("")
        #expect(throws: KalsaeError.self) { try plain.decide(by: .best) }
        for wrong in [
            #"{"class":"maybe","best":0.2}"#, #"{"class":"yes"}"#, #"{"class":"yes","best":2}"#,
            #"{"best":0.5}"#, "7",
        ] {
            #expect(throws: KalsaeError.self) { try predictor(#","decision":"# + wrong) }
        }
    }
}
