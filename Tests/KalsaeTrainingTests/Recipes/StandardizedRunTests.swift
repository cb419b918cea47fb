import KalsaeData
import KalsaeLayers
import KalsaeSupport
import KalsaeTraining
import Testing

/// Inputs that are standardized by the training rows alone, and folds of rows that are no table's.
@Suite struct StandardizedRunTests {
    /// 60 rows of two numbers around 500 and −3; the class is whether their standardized sum is above 0.
    private func data() throws -> LabeledData {
        var random = Philox(seed: 4, stream: 1)
        var (features, labels): ([Float], [Int32]) = ([], [])
        for _ in 0..<60 {
            let (a, b) = (
                Float(random.next(below: 1001)) - 500, Float(random.next(below: 1001)) - 500
            )
            features += [500 + a / 5, -3 + b / 50_000]
            labels.append(a + b > 0 ? 1 : 0)
        }
        return try LabeledData(
            features: .floats(features), featureShape: [2],
            targets: .classes(labels, names: ["low", "high"]))
    }

    private func parts() throws -> DataParts {
        let all = try data()
        return DataParts(
            name: "t", train: try all.rows(Array(0..<40)),
            validation: try all.rows(Array(40..<50)), test: try all.rows(Array(50..<60)))
    }

    private func recipe(_ parts: DataParts) -> Recipe {
        var recipe = Recipe(for: parts)
        (recipe.epochs, recipe.patience, recipe.learningRate) = (60, nil, 0.02)
        recipe.standardizes = true
        return recipe
    }

    /// Mean and deviation of the rows, in Double.
    private func check(_ model: Sequential, _ rows: LabeledData) throws {
        let layer = try #require(model.layers[0].layer as? Standardization)
        guard case .floats(let values) = rows.features else { throw CancellationError() }
        for feature in 0..<2 {
            let own = stride(from: feature, to: values.count, by: 2).map { Double(values[$0]) }
            let mean = own.reduce(0, +) / Double(own.count)
            let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count)
            #expect(try layer.mean.values(Float.self)[feature] == Float(mean))
            let inverse = try layer.inverseDeviation.values(Float.self)[feature]
            // A float32 of a double.
            #expect(abs(Double(inverse) * variance.squareRoot() - 1) < 1e-6)
        }
    }

    @Test func theNetworkBeginsWithWhatTheTrainingRowsSay() async throws {
        let parts = try parts()
        let outcome = try await TrainingRun(recipe(parts), data: parts).run()
        try check(outcome.file.model, parts.train)
        // Of raw inputs, 500 beside thousandths, a small network learns nothing.
        #expect(try #require(outcome.test)[.accuracy] >= 0.8)
        let predictor = try Predictor(outcome.file)
        guard case .floats(let raw) = parts.test.features,
            case .classes(let classes, _) = try predictor.predict(rows: raw),
            case .classes(let labels, _) = parts.test.targets
        else { throw CancellationError() }
        let right = zip(classes, labels).count { $0 == Int($1) }
        #expect(try Double(right) / 10 == #require(outcome.test)[.accuracy])
    }

    @Test func eachFoldHasItsOwn() async throws {
        let all = try data()
        let none = try all.rows([])
        let whole = DataParts(name: "t", train: all, validation: none, test: none)
        let run = FoldedRun(whole: whole, folds: 3) { recipe($0) }
        let outcome = try await run.run()
        #expect(outcome.validatedRows == 60 && outcome.crossValidation.folds.count == 3)
        try check(outcome.file.model, all)
        for (fold, split) in try whole.folds(3, validation: 0.15, seed: 0).enumerated() {
            let parts = try whole.parts(split)
            let own = try await TrainingRun(recipe(parts), data: parts).run()
            try check(own.file.model, parts.train)
            #expect(own.test?.metrics == outcome.crossValidation.folds[fold].metrics)
        }
    }
}
