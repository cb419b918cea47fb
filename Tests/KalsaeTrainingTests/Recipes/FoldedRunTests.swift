import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeOptimizers
import KalsaeTesting
import KalsaeTraining
import Testing

/// Cross-validation: what is told of folds is what they are one by one.
@Suite struct FoldedRunTests {
    /// Rows of two numbers in pairs of a group, and what follows from them.
    private func table(classes: Bool) throws -> PreparedTable {
        var random = SampleGenerator(seed: 17)
        var text = "g,w,a,b,t\n"
        for row in 0..<120 {
            let (a, b) = (
                Double.random(in: -2...2, using: &random), Double.random(in: -2...2, using: &random)
            )
            let value = 10 * a - 4 * b + Double.random(in: -6...6, using: &random)
            text += "g\(row / 2),\(row % 3 + 1),\(a),\(b),"
            text += classes ? (value > 0 ? "yes\n" : "no\n") : "\(value)\n"
        }
        var options = TableOptions()
        (options.group, options.weight) = ("g", "w")
        let table = Table(try CSV(Array(text.utf8), header: .present))
        return try PreparedTable(table, target: "t", options: options)
    }

    private func recipe(_ parts: DataParts) -> Recipe {
        var recipe = Recipe(for: parts)
        (recipe.epochs, recipe.patience, recipe.seed) = (8, nil, 3)
        return recipe
    }

    @Test func spreadsByHand() throws {
        let spread = try #require(CrossValidation.Spread([1, nil, 2, 4]))
        #expect(spread.values == [1, nil, 2, 4])
        #expect(abs(spread.mean - 7.0 / 3) < 1e-12)
        // Deviations of -4/3, -1/3 and 5/3 over two degrees of freedom.
        #expect(abs((spread.deviation ?? 0) - (42.0 / 18).squareRoot()) < 1e-12)
        #expect(CrossValidation.Spread([3])?.deviation == nil)
        #expect(CrossValidation.Spread([nil, nil]) == nil)
        var reports = [1, 0.5].map { Report(loss: 1, metrics: [.accuracy: $0]) }
        reports[0].metrics[.rocAUC] = .nan
        reports[1].metrics[.rocAUC] = 0.75
        let folds = CrossValidation(folds: reports)
        #expect(folds[.accuracy]?.mean == 0.75 && folds[.rocAUC]?.values == [nil, 0.75])
        #expect(folds[.rmse] == nil)
    }

    /// The means of folds by their weights are the numbers of all rows.
    private func check(
        _ folds: CrossValidation, _ pooled: Report, at location: SourceLocation = #_sourceLocation
    ) throws {
        func mean(_ weight: (Report) -> Double, _ value: (Report) -> Double) -> Double {
            let total = folds.folds.reduce(0) { $0 + weight($1) }
            return folds.folds.reduce(0) { $0 + weight($1) * value($1) } / total
        }
        if let classes = pooled.classes {
            let weight = { (report: Report) in
                report.classes?.classes.reduce(0) { $0 + $1.weight } ?? 0
            }
            #expect(
                folds.folds.reduce(0) { $0 + ($1.classes?.rows ?? 0) } == classes.rows,
                sourceLocation: location)
            #expect(
                abs(mean(weight) { $0.classes?.accuracy ?? 0 } - classes.accuracy) < 1e-9,
                sourceLocation: location)
            #expect(
                abs(mean(weight) { $0.classes?.logLoss ?? 0 } - classes.logLoss) < 1e-9,
                sourceLocation: location)
        } else {
            let values = try #require(pooled.values, sourceLocation: location)
            let weight = { (report: Report) in report.values?.weight ?? 0 }
            #expect(abs(mean(weight, \.loss) / pooled.loss - 1) < 1e-9, sourceLocation: location)
            #expect(
                abs(mean(weight) { $0.values?.mae ?? 0 } / values.mae - 1) < 1e-9,
                sourceLocation: location)
        }
    }

    @Test(arguments: [true, false]) func theLearnersFoldsAreThoseOfItsReport(
        _ classes: Bool
    ) throws {
        let table = try table(classes: classes)
        let parts = try table.parts(table.allRows, name: "t")
        let outcome = try TableRun(
            TableLearner(effort: .quick, seed: 2, folds: 5), data: parts
        ).run()
        let folds = try #require(outcome.crossValidation)
        #expect(folds.folds.count == 5 && outcome.trials.allSatisfy { $0.members == 5 })
        #expect(outcome.validatedRows == 120)
        try check(folds, outcome.validation)
        let plain = try TableRun(TableLearner(effort: .quick, seed: 2), data: parts).run()
        #expect(plain.crossValidation == nil && plain.trials[0].members == 4)
    }

    @Test(arguments: [true, false]) func aNetworksFoldsAreTrainedOneByOne(
        _ classes: Bool
    ) async throws {
        let table = try table(classes: classes)
        let whole = try table.parts(table.allRows, name: "t")
        let run = FoldedRun(table, whole: whole, folds: 4) { recipe($0) }
        var told: [Report] = []
        let outcome = try await run.run(onFold: { fold, report in
            #expect(fold == told.count)
            told.append(report)
        })
        let folds = outcome.crossValidation
        #expect(told == folds.folds && folds.folds.count == 4 && outcome.validatedRows == 120)
        try check(folds, outcome.validation)
        // Each fold is a training of its own.
        let splits = try table.folds(4, seed: 3)
        var epochs: [Int] = []
        for (fold, split) in splits.enumerated() {
            let parts = try table.parts(split, name: "t")
            let own = try await TrainingRun(recipe(parts), data: parts).run()
            #expect(own.test?.metrics == folds.folds[fold].metrics)
            epochs.append(try #require(own.history.restoredEpoch))
        }
        #expect(outcome.bestEpochs == epochs)
        let sorted = epochs.sorted()
        #expect(abs(Double(outcome.epochs) - Double(sorted[1] + sorted[2]) / 2) <= 0.5)
        // The network that is kept has seen all rows, so many times.
        let last = recipe(whole)
        let trainer = try Trainer(
            try TrainingRun(last, data: whole).model,
            loss: whole.train.targets.loss, optimizer: Adam(learningRate: last.learningRate),
            seed: 3)
        try await trainer.fit(
            try Dataset(whole.train), epochs: outcome.epochs, batch: last.batch)
        let known = await trainer.model.tensors
        #expect(outcome.file.model.tensors.count == known.count)
        for (one, other) in zip(outcome.file.model.tensors, known) {
            #expect(try one.tensor.values(Float.self) == other.tensor.values(Float.self))
        }
        let predictor = try Predictor(outcome.file)
        if !classes { #expect(try predictor.halfWidth(0.9) > 0) }
        #expect(outcome.test == nil && !outcome.isStopped)
    }

    @Test func aStoppedFoldIsKept() async throws {
        let table = try table(classes: true)
        let whole = try table.parts(table.allRows, name: "t")
        let run = FoldedRun(table, whole: whole, folds: 4) { recipe($0) }
        let outcome = try await run.run(onStep: { fold, record in
            if fold == 1, record.step == 9 { throw TrainingStop("enough") }
        })
        #expect(outcome.isStopped && outcome.crossValidation.folds.count == 2)
        #expect(outcome.file.model.tensors.count > 0)
    }
}
