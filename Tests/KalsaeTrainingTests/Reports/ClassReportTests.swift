import Foundation
import KalsaeTesting
import KalsaeTraining
import Testing

/// Reports of classes against plain formulas, and numbers of scikit-learn's documentation.
@Suite struct ClassReportTests {
    @Test func oneClassAfterTheOther() throws {
        let probabilities: [Float] = [
            0.8, 0.1, 0.1, 0.2, 0.7, 0.1, 0.3, 0.4, 0.3, 0.1, 0.2, 0.7, 0.6, 0.3, 0.1,
        ]
        let report = try #require(
            ClassReport(
                probabilities, areLogits: false, actual: [0, 1, 0, 1, 0], names: ["a", "b", "c"]))
        #expect(report.rows == 5)
        #expect(report.confusion.counts == [[2, 1, 0], [0, 1, 1], [0, 0, 0]])
        #expect(report.accuracy == 0.6)
        #expect(abs(report.balancedAccuracy - (2.0 / 3 + 0.5) / 2) < 1e-12)
        #expect(report.classes.map(\.rows) == [3, 2, 0])
        #expect(report.classes.map(\.predicted) == [2, 2, 1])
        #expect(report.classes.map(\.precision) == [1, 0.5, 0])
        #expect(report.classes[2].recall == nil)
        #expect(abs(report.classes[0].f1 - 0.8) < 1e-12)
        #expect(abs(report.f1 - (0.8 + 0.5 + 0) / 3) < 1e-12)
        #expect(report.majority == "a" && report.majorityAccuracy == 0.6)
        #expect(abs(report.priorLogLoss + 0.6 * log(0.6) + 0.4 * log(0.4)) < 1e-12)
        let surprises = [0.8, 0.7, 0.3, 0.2, 0.6].map { log($0) }
        #expect(abs(report.logLoss + surprises.reduce(0, +) / 5) < 1e-6)
        #expect(report.threshold == nil)
    }

    /// `log_loss` in the documentation of scikit-learn 1.5, as probabilities and as logits.
    @Test func logLossOfScikitLearn() throws {
        let probabilities: [Float] = [0.1, 0.9, 0.9, 0.1, 0.8, 0.2, 0.35, 0.65]
        for areLogits in [false, true] {
            let scores = areLogits ? probabilities.map { log($0) - 300 } : probabilities
            let report = try #require(
                ClassReport(
                    scores, areLogits: areLogits, actual: [1, 0, 0, 1], names: ["ham", "spam"]))
            #expect(abs(report.logLoss - 0.21616) < 2e-5)
            #expect(report.areaUnderCurve == 1)
        }
    }

    /// P(yes) is .2 too large everywhere: the predicted class is said too surely in one half of the rows,
    /// and too timidly in the other, which its own error takes for right.
    @Test func ofTwoClassesTheRarerOneIsCalibrated() throws {
        let labels = (0..<100).map { Int32($0 % 4 == 0 || $0 % 20 == 1 ? 1 : 0) }
        let yes = (0..<100).map { Float($0 % 2 == 0 ? 0.7 : 0.3) }
        let report = try #require(
            ClassReport(
                yes.flatMap { [1 - $0, $0] }, areLogits: false, actual: labels,
                names: ["no", "yes"]))
        // Half of the even rows are "yes", a tenth of the others.
        #expect(abs(report.calibrationError - 0.2) < 1e-6)
        #expect(report.calibratedClass == "yes" && report.notices.isEmpty)
        let three = try #require(
            ClassReport(
                [0.6, 0.3, 0.1, 0.2, 0.7, 0.1], areLogits: false, actual: [0, 1],
                names: ["a", "b", "c"]))
        #expect(three.calibratedClass == nil && abs(three.calibrationError - 0.35) < 1e-6)
    }

    @Test func onlyOneClassHasNoArea() throws {
        let report = try #require(
            ClassReport(
                [0.1, 0.9, 0.4, 0.6], areLogits: false, actual: [1, 1], names: ["a", "b"]))
        #expect(report.areaUnderCurve == nil && report.threshold == nil)
        #expect(report.accuracy == 1 && report.notices.isEmpty)
        #expect(ClassReport([], areLogits: false, actual: [], names: ["a", "b"]) == nil)
        #expect(ClassReport([1], areLogits: false, actual: [0], names: ["a", "b"]) == nil)
    }

    /// 20 of 2,000 rows, whose largest probability is below one half: accuracy sees nothing.
    @Test func aRareClassIsTold() throws {
        var random = SampleGenerator(seed: 3)
        var scores: [Float] = []
        var labels: [Int32] = []
        for row in 0..<2000 {
            let isRare = row % 100 == 0
            let p = Float.random(in: isRare ? 0.1...0.45 : 0...0.2, using: &random)
            scores += [1 - p, p]
            labels.append(isRare ? 1 : 0)
        }
        let report = try #require(
            ClassReport(scores, areLogits: false, actual: labels, names: ["fine", "fraud"]))
        #expect(report.accuracy == 0.99 && report.majorityAccuracy == 0.99)
        #expect(report.balancedAccuracy == 0.5)
        #expect(report.classes[1].recall == 0 && report.classes[1].predicted == 0)
        #expect(report.notices.count == 2)
        #expect(report.notices[1].contains("worse than the classes' shares"))
        #expect(report.notices[0].contains("always saying \"fine\" is right for 99.0 %"))
        // The best of all thresholds, by trying each.
        let threshold = try #require(report.threshold)
        #expect(threshold.name == "fraud")
        func score(_ border: Float) -> (f1: Double, precision: Double, recall: Double) {
            let said = labels.indices.filter { scores[2 * $0 + 1] >= border }
            let hits = Double(said.count { labels[$0] == 1 })
            return (
                2 * hits / Double(said.count + 20), hits / Double(max(said.count, 1)), hits / 20
            )
        }
        let best = labels.indices.map { score(scores[2 * $0 + 1]).f1 }.max() ?? 0
        #expect(abs(threshold.f1 - best) < 1e-12)
        let own = score(Float(threshold.threshold))
        #expect(own.f1 == threshold.f1 && own.precision == threshold.precision)
        #expect(own.recall == threshold.recall && threshold.recall > 0.5)
    }

    @Test func aThresholdHasEqualProbabilitiesOnOneSide() throws {
        let point = try #require(
            OperatingPoint(
                bestOf: [0.9, 0.5, 0.5, 0.5, 0.1], isPositive: [true, true, false, false, false],
                name: "a"))
        // 0.9 alone: 2 · 1 / (1 + 2); down to 0.5: 2 · 2 / (4 + 2): equal, and the first stays.
        #expect(point.threshold == 0.7 && point.predicted == 1)
        #expect(point.precision == 1 && point.recall == 0.5)
        #expect(OperatingPoint(bestOf: [0.1], isPositive: [true], name: "a") == nil)
        let all = try #require(
            OperatingPoint(bestOf: [0.5, 0.5], isPositive: [true, false], name: "a"))
        #expect(all.threshold == 0 && all.predicted == 2)
    }

    /// Ten classes of about a tenth each are even, although some have a little less.
    @Test func aRareClassHasLessThanItsShare() throws {
        func isRare(_ counts: [Int]) throws -> Bool {
            let actual = counts.enumerated().flatMap { [Int32](repeating: Int32($0), count: $1) }
            let report = try #require(
                ClassReport(
                    [Float](repeating: 1 / Float(counts.count), count: actual.count * counts.count),
                    areLogits: false, actual: actual, names: counts.indices.map { "\($0)" }))
            #expect(report.notices.contains { $0.contains("uneven") } == report.hasRareClass)
            return report.hasRareClass
        }
        #expect(try !isRare([11, 10, 9, 10, 10, 10, 8, 12, 10, 10]))
        #expect(try isRare([11, 10, 14, 10, 10, 10, 3, 12, 10, 10]))
        #expect(try isRare([95, 5]) && !isRare([85, 15]))
        #expect(try isRare([50, 45, 5]) && !isRare([50, 35, 15]))
    }
}
