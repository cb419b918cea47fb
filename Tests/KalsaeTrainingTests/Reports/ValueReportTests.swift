import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTesting
import KalsaeTraining
import Testing

/// Reports of numbers and their intervals.
@Suite struct ValueReportTests {
    @Test func errorsByHand() throws {
        let report = try #require(ValueReport([2.5, 0, 2, 8], [3, -0.5, 2, 7]))
        // `r2_score` and others in the documentation of scikit-learn 1.5.
        #expect(abs((report.r2 ?? 0) - 0.948608137) < 1e-8)
        #expect(report.mae == 0.5 && report.medianError == 0.5)
        #expect(report.rmse == 0.375.squareRoot())
        // Around the mean of 2.875.
        #expect(report.meanMAE == (0.125 + 3.375 + 0.875 + 4.125) / 4)
        let spread = 7.296875 * 4
        #expect(abs(report.meanRMSE - (spread / 4).squareRoot()) < 1e-12)
        #expect(report.notices.isEmpty)
    }

    @Test func oneRowAndAConstantHaveNoR2() throws {
        let one = try #require(ValueReport([3], [4]))
        #expect(one.r2 == nil && one.rmse == 1)
        #expect(one.notices == ["r2 has no value: one row has no variance"])
        let constant = try #require(ValueReport([3, 5], [4, 4]))
        #expect(constant.r2 == nil && constant.notices[0].contains("same target"))
        #expect(ValueReport([], []) == nil)
    }

    /// 90 % − 3 √(.9 · .1 / 100) is 81 %.
    @Test func anIntervalThatMissesIsTold() throws {
        var report = try #require(ValueReport([1, 2], [1.5, 2]))
        for (coverage, isTold) in [(0.82, false), (0.8, true), (0.95, false)] {
            report.interval = ValueReport.Interval(
                level: 0.9, halfWidth: 1, coverage: coverage, rows: 100)
            #expect(report.notices.contains { $0.contains("interval of 90.0 %") } == isTold)
        }
        report.interval = ValueReport.Interval(level: 0.9, halfWidth: 1, coverage: nil, rows: 0)
        #expect(report.notices.isEmpty)
    }

    @Test func widthsAreRanksOfErrors() throws {
        let intervals = try #require(
            PredictionIntervals([3, -1, 4, -2, 9, 6, -5, 8, 7]))
        // The k-th smallest, k = ⌈(9 + 1) · level⌉.
        #expect(try intervals.halfWidth(0.9) == 9)
        #expect(try intervals.halfWidth(0.5) == 5)
        #expect(try intervals.halfWidth(0.51) == 6)
        #expect(try intervals.halfWidth(0.01) == 1)
        for level in [0.901, 0.99, 0, 1, -0.5, .nan, .infinity] {
            #expect(throws: KalsaeError.self, "\(level)") { try intervals.halfWidth(level) }
        }
        #expect(PredictionIntervals([]) == nil)
        #expect(PredictionIntervals([1, .nan]) == nil)
    }

    @Test func someOfManyErrorsAreKept() throws {
        let intervals = try #require(PredictionIntervals((1...50_000).map { -Double($0) }))
        for level in [0.1, 0.5, 0.9, 0.95, 0.999] {
            let exact = (50_001 * level).rounded(.up)
            // 2,001 of 50,000 are kept: 25 apart, and never below.
            let width = try intervals.halfWidth(level)
            #expect((exact...(exact + 25)).contains(width))
        }
        #expect(throws: KalsaeError.self) { try intervals.halfWidth(0.99999) }
        let read = try #require(PredictionIntervals(json: intervals.json))
        #expect(read == intervals)
        for text in [
            "{}", #"{"rows":2,"errors":[1]}"#, #"{"rows":2,"errors":[2,1]}"#,
            #"{"rows":1,"errors":[-1]}"#, #"{"rows":1,"errors":["x"]}"#,
        ] {
            #expect(try PredictionIntervals(json: JSONValue(parsing: text)) == nil)
        }
    }

    /// New rows lie within as often as the level says, whatever the errors' distribution is.
    @Test(arguments: [0.5, 0.9]) func coverageIsTheLevel(level: Double) throws {
        var random = SampleGenerator(seed: 12)
        func error() -> Double {
            let uniform = Double.random(in: 0...1, using: &random)
            return uniform * uniform * uniform * (Bool.random(using: &random) ? 1 : -9)
        }
        var inside = 0
        for _ in 0..<50 {
            let intervals = try #require(PredictionIntervals((0..<200).map { _ in error() }))
            let width = try intervals.halfWidth(level)
            inside += (0..<400).count { _ in error().magnitude <= width }
        }
        // 50 quantiles of 200 have a deviation of √(.25 / 200 / 50) = .005 at most, the count of
        // 20,000 one of .0035: four of both together are .025.
        #expect(abs(Double(inside) / 20_000 - level) < 0.025)
    }

    /// A table of numbers: its report, intervals in its file, and rows that took no part.
    @Test func aTableOfNumbersIsReportedInItsUnits() throws {
        var random = SampleGenerator(seed: 5)
        var text = "a,b,y\n"
        for _ in 0..<500 {
            let (a, b) = (
                Double.random(in: 0...9, using: &random), Double.random(in: 0...9, using: &random)
            )
            text += "\(a),\(b),\(1000 * a + Double.random(in: -900...900, using: &random))\n"
        }
        let table = Table(try CSV(Array(text.utf8), header: .present))
        let parts = try DataParts(
            table, name: "t", target: "y", fractions: .init(validation: 0, test: 0.4), seed: 2)
        var losses: [Double] = []
        let outcome = try TableRun(TableLearner(effort: .quick), data: parts).run {
            losses.append($0.loss)
        }
        let (validation, test) = (outcome.validation, try #require(outcome.test))
        let rmse = try validation[.rmse]
        // Noise alone has 900 / √3 = 520; the mean alone would have 2,650.
        let testRMSE = try test[.rmse]
        #expect((400...900).contains(rmse) && (400...900).contains(testRMSE))
        #expect(validation.loss == rmse * rmse)
        #expect((2000...3300).contains(validation.values?.meanRMSE ?? 0))
        #expect((0.4...4).contains((outcome.trials.map(\.loss).min() ?? 0) / (rmse * rmse)))
        #expect(losses == outcome.history.map(\.loss))
        #expect((outcome.history.map(\.loss).min() ?? 0) > 400 * 400)
        #expect(validation.values?.interval?.coverage == nil)
        let interval = try #require(test.values?.interval)
        #expect(interval.level == 0.9)
        // Of uniform noise 90 % lie within 810; 200 rows: ± 4 √(.09 / 200) around, and a bit for few.
        #expect((700...1300).contains(interval.halfWidth))
        #expect((0.8...0.99).contains(interval.coverage ?? 0))
        let predictor = try Predictor(outcome.file)
        let (wide, narrow) = (try predictor.halfWidth(0.9), try predictor.halfWidth(0.5))
        #expect(abs(wide / interval.halfWidth - 1) < 1e-6 && narrow < wide)
    }
}
