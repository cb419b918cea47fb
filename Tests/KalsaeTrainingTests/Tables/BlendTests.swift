import KalsaeData
import KalsaeSupport
import KalsaeTraining
import Testing

@Suite struct BlendTests {
    /// Nearly normal, of variance 1: the sum of twelve uniform numbers, less 6.
    private func normal(_ generator: inout Philox) -> Float {
        Float((0..<12).reduce(-6) { sum, _ in sum + generator.nextUniform() })
    }

    /// Targets of variance 1 and models that miss them by independent errors of these deviations.
    private func blend(
        _ deviations: [Float], rows: Int, unit: Float = 1
    ) throws -> [Double] {
        var generator = Philox(seed: 7, stream: 1)
        let targets = (0..<rows).map { _ in normal(&generator) }
        let predictions = deviations.map { deviation in
            var part = TablePredictions(rows: rows, width: 1)
            for row in 0..<rows {
                part.values[row] = (targets[row] + deviation * normal(&generator)) * unit
            }
            return part
        }
        let data = try LabeledData(
            features: .floats([Float](repeating: 0, count: rows)), featureShape: [1],
            targets: .values(targets.map { $0 * unit }, scale: TargetScale(mean: 0, deviation: 1)))
        return Blend(predictions, data, rows: Array(0..<rows)).weights
    }

    /// Independent errors are weighed best by 1 / variance: 4 : 1 here. The shares of 20,000 rows lie
    /// within some percent of it.
    @Test func weightsFollowTheVarianceOfErrors() throws {
        for deviation: Float in [0.5, 0.02] {
            let weights = try blend([deviation, 2 * deviation], rows: 20_000)
            #expect(abs(weights[0] - 0.8) < 0.03, "\(weights)")
        }
    }

    @Test func whatIsFarWorseIsLeftOutHoweverSmallTheErrors() throws {
        let weights = try blend([0.03, 0.3, 0.03], rows: 800)
        #expect(weights[1] == 0)
        #expect(abs(weights[0] - 0.5) < 0.1)
    }

    @Test func unitsOfTargetsChangeNothing() throws {
        let plain = try blend([0.2, 0.3, 0.5], rows: 500)
        for unit: Float in [1.0 / 1024, 4096] {
            for (one, other) in zip(plain, try blend([0.2, 0.3, 0.5], rows: 500, unit: unit)) {
                #expect(abs(one - other) < 1e-9)
            }
        }
    }

    /// Few rows do not tell apart what differs by chance.
    @Test func fewRowsKeepWeightsNearEqual() throws {
        let weights = try blend([0.5, 0.5, 0.5, 0.5], rows: 12)
        #expect(weights.allSatisfy { $0 > 0.05 && $0 < 0.6 }, "\(weights)")
    }

    @Test func whatAddsNothingIsLeftOutFromTheMostExpensiveOn() throws {
        let rows = 400
        var generator = Philox(seed: 3, stream: 1)
        let targets = (0..<rows).map { _ in normal(&generator) }
        func model(_ deviation: Float) -> TablePredictions {
            var part = TablePredictions(rows: rows, width: 1)
            for row in 0..<rows { part.values[row] = targets[row] + deviation * normal(&generator) }
            return part
        }
        let data = try LabeledData(
            features: .floats([Float](repeating: 0, count: rows)), featureShape: [1],
            targets: .values(targets, scale: TargetScale(mean: 0, deviation: 1)))
        func kept(_ models: [TablePredictions], _ costs: [Double]) -> [Int] {
            Blend.worthwhile(models, costs: costs, data, rows: Array(0..<rows))
        }
        let (one, other, poor) = (model(0.3), model(0.3), model(3))
        // Two that err independently halve the variance: both are worth it.
        #expect(kept([one, other], [1e5, 1e7]) == [0, 1])
        // A copy, and one that only errs, are not.
        #expect(kept([one, one, other], [1e5, 1e7, 1e6]) == [0, 2])
        #expect(kept([one, poor], [1e7, 1e5]) == [0])
        #expect(kept([one, poor], [1e5, 1e7]) == [0])
        // Unless all are cheap.
        #expect(kept([one, one, other], [1e4, 3e5, 1e5]) == [0, 1, 2])
        #expect(kept([one], [1e7]) == [0])
    }

    @Test func probabilitiesAreWeighedByTheirLogLoss() throws {
        let rows = 600
        let classes = (0..<rows).map { Int32($0 % 2) }
        func predictions(_ right: Float) -> TablePredictions {
            var part = TablePredictions(rows: rows, width: 2)
            for row in 0..<rows {
                let isRight = row % 10 != 0
                for index in 0..<2 {
                    part.values[2 * row + index] =
                        (index == Int(classes[row])) == isRight ? right : 1 - right
                }
            }
            return part
        }
        let data = try LabeledData(
            features: .floats([Float](repeating: 0, count: rows)), featureShape: [1],
            targets: .classes(classes, names: ["a", "b"]))
        let blend = Blend(
            [predictions(0.9), predictions(0.55)], data, rows: Array(0..<rows))
        #expect(blend.weights[0] > 0.9)
        // Nine of ten are right: .9 is what the rows say.
        #expect(abs(blend.temperature - 1) < 0.15)
    }
}
