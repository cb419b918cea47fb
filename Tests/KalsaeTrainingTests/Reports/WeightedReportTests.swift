import KalsaeLayers
import KalsaeTesting
import KalsaeTraining
import Testing

/// Reports of rows that count by weights: those of rows that are there so many times.
@Suite struct WeightedReportTests {
    /// 90 rows with weights from 0 to 3, and the same rows so many times.
    private struct Rows {
        var weights: [Double] = []
        var copies: [Int] = []

        init() {
            var random = SampleGenerator(seed: 21)
            for row in 0..<90 {
                let weight = Int.random(in: 0...3, using: &random)
                weights.append(Double(weight))
                copies += [Int](repeating: row, count: weight)
            }
        }
    }

    @Test(arguments: [2, 3]) func classesOfWeightsAreThoseOfCopies(classes: Int) throws {
        let rows = Rows()
        var random = SampleGenerator(seed: 4)
        var scores: [[Float]] = []
        var labels: [Int32] = []
        for _ in rows.weights {
            let label = Int.random(in: 0..<classes, using: &random)
            // Rounded, so that some scores are equal; more often right than wrong.
            var own = (0..<classes).map { _ in Float(Int.random(in: 1...9, using: &random)) }
            own[label] += 3
            let sum = own.reduce(0, +)
            scores.append(own.map { $0 / sum })
            labels.append(Int32(label))
        }
        let names = (0..<classes).map { "class \($0)" }
        let weighted = try #require(
            ClassReport(
                scores.flatMap { $0 }, areLogits: false, actual: labels, names: names,
                weights: rows.weights))
        let copied = try #require(
            ClassReport(
                rows.copies.flatMap { scores[$0] }, areLogits: false,
                actual: rows.copies.map { labels[$0] }, names: names))
        // Sums of the same numbers in another order differ by some ulps.
        func isClose(_ a: Double?, _ b: Double?) -> Bool {
            guard let a, let b else { return a == nil && b == nil }
            return abs(a - b) < 1e-12
        }
        #expect(weighted.rows == 90 && copied.rows == rows.copies.count)
        #expect(
            weighted.weightedConfusion == copied.confusion.counts.map { $0.map { Double($0) } })
        #expect(copied.weightedConfusion == nil)
        for (one, other) in zip(weighted.classes, copied.classes) {
            #expect(one.weight == Double(other.rows) && other.weight == one.weight)
            #expect(isClose(one.precision, other.precision) && isClose(one.recall, other.recall))
            #expect(isClose(one.f1, other.f1))
        }
        for number: KeyPath<ClassReport, Double> in [
            \.accuracy, \.balancedAccuracy, \.f1, \.logLoss, \.calibrationError,
            \.majorityAccuracy, \.priorLogLoss,
        ] {
            #expect(isClose(weighted[keyPath: number], copied[keyPath: number]), "\(number)")
        }
        #expect(isClose(weighted.areaUnderCurve, copied.areaUnderCurve))
        #expect(weighted.areaUnderCurve != nil && weighted.majority == copied.majority)
        #expect(weighted.isUneven == copied.isUneven)
        #expect((weighted.threshold == nil) == (classes > 2))
        guard let own = weighted.threshold, let other = copied.threshold else { return }
        #expect(own.threshold == other.threshold && own.name == other.name)
        #expect(isClose(own.f1, other.f1) && isClose(own.precision, other.precision))
        #expect(isClose(own.recall, other.recall))
    }

    @Test func valuesOfWeightsAreThoseOfCopies() throws {
        let rows = Rows()
        var random = SampleGenerator(seed: 9)
        let targets = rows.weights.map { _ in Double.random(in: -5...5, using: &random) }
        let guesses = targets.map { $0 + Double.random(in: -1...2, using: &random) }
        let weighted = try #require(ValueReport(guesses, targets, weights: rows.weights))
        let copied = try #require(
            ValueReport(rows.copies.map { guesses[$0] }, rows.copies.map { targets[$0] }))
        #expect(weighted.rows == 90 && weighted.weight == Double(copied.rows))
        #expect(copied.weight == nil)
        for number: KeyPath<ValueReport, Double> in [
            \.rmse, \.mae, \.medianError, \.meanRMSE, \.meanMAE,
        ] {
            #expect(abs(weighted[keyPath: number] / copied[keyPath: number] - 1) < 1e-12)
        }
        #expect(abs(try #require(weighted.r2) - (try #require(copied.r2))) < 1e-12)
    }

    /// `sample_weight` of scikit-learn 1.9.1, six digits.
    @Test func numbersOfScikitLearn() throws {
        let scores: [Float] = [
            0.7, 0.2, 0.1, 0.2, 0.5, 0.3, 0.3, 0.3, 0.4, 0.2, 0.6, 0.2, 0.1, 0.8, 0.1, 0.5, 0.25,
            0.25, 0.4, 0.35, 0.25, 0.3, 0.2, 0.5,
        ]
        let report = try #require(
            ClassReport(
                scores, areLogits: false, actual: [0, 1, 2, 0, 1, 0, 2, 1],
                names: ["a", "b", "c"], weights: [0.5, 2, 1.25, 0.75, 1, 3, 0.25, 1.5]))
        #expect(report.weightedConfusion == [[3.5, 0.75, 0], [0, 3, 1.5], [0.25, 0, 1.25]])
        let area = try #require(report.areaUnderCurve)
        let pairs = [
            (report.accuracy, 0.756098), (report.balancedAccuracy, 0.774510),
            (report.f1, 0.730169), (report.logLoss, 0.876136), (area, 0.755815),
        ]
        for (own, known) in pairs { #expect(abs(own - known) < 1e-6, "\(own), \(known)") }
        for (one, known) in zip(report.classes, [(0.933333, 0.823529), (0.8, 0.666667)]) {
            #expect(abs(one.precision - known.0) < 1e-6 && abs((one.recall ?? 0) - known.1) < 1e-6)
        }
        let values = try #require(
            ValueReport(
                [2.5, 0, 2, 8, 3], [3, -0.5, 2, 7, 1.5], weights: [1, 0.5, 2, 0.25, 1.75]))
        let errors = [
            (values.r2 ?? 0, 0.577924), (values.mae, 0.659091), (values.rmse, 0.910794),
            (values.medianError, 0.5),
        ]
        for (own, known) in errors { #expect(abs(own - known) < 1e-6, "\(own), \(known)") }
    }

    @Test func rowsOfWeightZeroDoNotCount() throws {
        #expect(ValueReport([1, 2], [1, 3], weights: [0, 0]) == nil)
        // One target that counts: there is no variance to explain.
        #expect(try #require(ValueReport([1, 2], [1, 3], weights: [2, 0])).r2 == nil)
        let scores: [Float] = [0.9, 0.1, 0.2, 0.8, 0.6, 0.4]
        let labels: [Int32] = [0, 1, 1]
        #expect(
            ClassReport(
                scores, areLogits: false, actual: labels, names: ["a", "b"], weights: [0, 0, 0])
                == nil)
        let one = try #require(
            ClassReport(
                scores, areLogits: false, actual: labels, names: ["a", "b"], weights: [0, 1, 3]))
        #expect(one.accuracy == 0.25 && one.classes[0].recall == nil)
        #expect(one.areaUnderCurve == nil && one.threshold == nil)
    }

    @Test func mediansByHand() {
        // Half of the weight is reached at 2, and passed at 5.
        #expect(Statistics.median([5, 1, 2], weights: [2, 1, 1]) == 3.5)
        #expect(Statistics.median([5, 1, 2], weights: [3, 1, 1]) == 5)
        #expect(Statistics.median([7], weights: [0.1]) == 7)
        #expect(Statistics.median([5, 1, 2], weights: [1, 1, 1]) == 2)
        #expect(Statistics.median([1], weights: [0]).isNaN)
        #expect(Statistics.median([.nan, 1], weights: [1, 1]).isNaN)
    }
}
