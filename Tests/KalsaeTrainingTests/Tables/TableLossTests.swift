import Glibc
import KalsaeData
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import KalsaeTraining
import Testing

/// Tables whose numbers are predicted by another loss than the square.
@Suite struct TableLossTests {
    private static let losses: [TargetLoss] = [
        .meanSquaredError, .meanAbsoluteError, .huber(delta: 0.5), .quantile(level: 0.9), .poisson,
        .gamma,
    ]

    /// The loss that networks are trained by is the one that is reported.
    @Test(arguments: losses) func tensorsAndNumbersAgree(_ loss: TargetLoss) throws {
        let (p, t): ([Double], [Double]) = ([0.3, 2.5, 4, 1.2], [1.5, 1.5, 0.25, 1])
        let own = loss.ofTensors
        let values = zip(p, t).map { loss($0, $1) }
        let tolerance = Tolerance(relative: 1e-13, absolute: 1e-13)
        let (x, y) = (Tensor(p, shape: [4, 1]), Tensor(t, shape: [4, 1]))
        expectClose(
            own.perRow(x, y), values, shape: [4], dtype: .float64, tolerance: tolerance)
        let slope = gradient(at: x) { own($0, y, reduction: .sum) }
        expectClose(
            slope, zip(p, t).map { loss.slope($0, $1) }, shape: [4, 1], dtype: .float64,
            tolerance: tolerance)
    }

    /// Far from its border Huber's loss is half the square: the same blend by another way.
    ///
    /// Few rows and models that differ little keep the flow from its end: the time that it takes counts.
    @Test(arguments: [(rows: 12, errors: [Float(0.2), 0.22, 0.25]), (300, [0.2, 0.3, 0.5])])
    func aWideHuberBlendsAsSquaresDo(_ rows: Int, _ errors: [Float]) throws {
        var random = SampleGenerator(seed: 5)
        let targets = (0..<rows).map { _ in Float.random(in: -1...1, using: &random) }
        let models = errors.map { error in
            var part = TablePredictions(rows: rows, width: 1)
            for row in 0..<rows {
                part.values[row] = targets[row] + Float.random(in: -error...error, using: &random)
            }
            return part
        }
        func weights(_ loss: TargetLoss) throws -> [Double] {
            let data = try LabeledData(
                features: .floats([Float](repeating: 0, count: rows)), featureShape: [1],
                targets: .values(
                    targets, scale: TargetScale(mean: 0, deviation: 1, loss: loss)))
            return Blend(models, data, rows: Array(0..<rows)).weights
        }
        let squares = try weights(.meanSquaredError)
        // 200 steps of the flow beside 4,000.
        for (one, other) in zip(squares, try weights(.huber(delta: 1e9))) {
            #expect(abs(one - other) < 0.02, "\(squares)")
        }
        guard rows > 12 else { return }
        // The other losses prefer the same model.
        for loss in [TargetLoss.meanAbsoluteError, .quantile(level: 0.5)] {
            let own = try weights(loss)
            #expect(own[0] > own[1] && own[1] > own[2], "\(own)")
        }
    }

    /// Rows whose numbers have the mean e^x, twice the mean with a chance of a tenth.
    private func data(_ loss: TargetLoss, rows: Int) throws -> LabeledData {
        var random = SampleGenerator(seed: 9)
        var (features, raw): ([Float], [Double]) = ([], [])
        for _ in 0..<rows {
            let x = Double.random(in: -1...1, using: &random)
            features.append(Float(x))
            raw.append(
                loss == .poisson
                    ? (0..<10).reduce(0.0) { sum, _ in
                        sum + (Double.random(in: 0...1, using: &random) < exp(x) / 10 ? 1 : 0)
                    } : exp(x) * Double.random(in: 0.5...1.5, using: &random))
        }
        let scale = try #require(TargetScale(of: raw, loss: loss))
        return try LabeledData(
            features: .floats(features), featureShape: [1],
            targets: .values(raw.map { Float(scale.apply($0)) }, scale: scale))
    }

    @Test func aShareOfTheRowsLiesBelowAQuantile() throws {
        for level in [0.1, 0.8] {
            let rows = 600
            let run = TableRun(
                TableLearner(effort: .quick, seed: 2),
                data: try parts(data(.quantile(level: level), rows: rows)))
            let targetLoss = try #require(try run.run().validation.values?.targetLoss)
            #expect(targetLoss.by == .quantile(level: level))
            // Five deviations of a binomial share, and 1 % for what four members know of 450 rows.
            let bound = 5 * (level * (1 - level) / Double(rows)).squareRoot() + 0.01
            #expect(abs((targetLoss.below ?? 0) - level) < bound, "\(targetLoss)")
            #expect(targetLoss.loss < 0.9 * targetLoss.constantLoss)
        }
    }

    @Test(arguments: [TargetLoss.poisson, .gamma]) func ratesAreAboveZeroAndOfTheRightMean(
        _ loss: TargetLoss
    ) throws {
        let own = try data(loss, rows: 600)
        let outcome = try TableRun(TableLearner(effort: .quick, seed: 2), data: parts(own)).run()
        guard case .values(let targets, let scale) = own.targets,
            case .floats(let features) = own.features
        else { return }
        let predictor = try Predictor(outcome.file)
        let predicted = try predictor.predict(part: features)
        guard case .values(let values) = predicted else {
            Issue.record("classes of numbers")
            return
        }
        #expect(values.allSatisfy { $0 > 0 })
        let sum = values.reduce(0, +) / (targets.reduce(0) { $0 + scale.invert(Double($1)) })
        // Of the mean of 600 rows with a variance below the square of their mean.
        #expect(abs(sum - 1) < 5 / Double(targets.count).squareRoot(), "\(sum)")
        let report = outcome.validation
        let targetLoss = try #require(report.values?.targetLoss)
        #expect(report.loss == targetLoss.loss && targetLoss.by == loss && targetLoss.below == nil)
        #expect(targetLoss.loss < targetLoss.constantLoss)
        // The same in the file.
        #expect(predictor.metadata.scale == scale)
        #expect(outcome.trials.allSatisfy { $0.loss.isFinite })
    }

    /// One network of any kind ends in the exponential, and its steps' losses are in the target's units.
    @Test func oneNetworkOfRates() async throws {
        let own = try data(.poisson, rows: 200)
        var recipe = Recipe(for: try parts(own))
        recipe.network = try NetworkSource("8")
        recipe.epochs = 20
        let run = try TrainingRun(recipe, data: try parts(own, held: 50))
        let outcome = try await run.run()
        let model = outcome.file.model
        #expect(model.layers.last?.layer is ActivationLayer)
        let loss = try #require(outcome.history.epochs.last?.validation?.loss)
        #expect(outcome.validation.values?.targetLoss != nil)
        #expect(outcome.validation.loss <= loss + 1e-6)
    }

    private func parts(_ data: LabeledData, held: Int = 0) throws -> DataParts {
        let (train, rest) = (Array(held..<data.count), Array(0..<held))
        return DataParts(
            name: "rates", train: try data.rows(train), validation: try data.rows(rest),
            test: try data.rows(held == 0 ? [] : Array(0..<held)))
    }
}
