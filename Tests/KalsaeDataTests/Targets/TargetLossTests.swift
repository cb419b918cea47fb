import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTesting
import Testing

@Suite struct TargetLossTests {
    static let all: [TargetLoss] = [
        .meanSquaredError, .meanAbsoluteError, .huber(delta: 0.5), .quantile(level: 0.9), .poisson,
        .gamma,
    ]

    @Test(arguments: all) func theSlopeIsTheDerivative(_ loss: TargetLoss) {
        for (p, t) in [(0.3, 1.5), (2.5, 1.5), (4, 0.25), (1.2, 1.0)] {
            let step = 1e-5
            let difference = (loss(p + step, t) - loss(p - step, t)) / (2 * step)
            // The third derivative, at most 2000 here, times h² / 6, and rounding / h.
            #expect(abs(loss.slope(p, t) - difference) < 1e-7, "\(loss) at \(p), \(t)")
            #expect(loss(p, t) > 0 && abs(loss(t, t)) < 1e-11)
        }
    }

    /// `mean_poisson_deviance`, `mean_gamma_deviance` and `mean_pinball_loss` of the documentation of
    /// scikit-learn 1.9.1.
    @Test func numbersOfScikitLearn() {
        func check(
            _ loss: TargetLoss, _ truths: [Double], _ predictions: [Double], _ expected: Double
        ) {
            let values: [Double] = zip(predictions, truths).map { loss($0, $1) }
            let mean: Double = values.reduce(0, +) / Double(truths.count)
            #expect(abs(mean - expected) < 1e-11, "\(loss)")
        }
        check(.poisson, [2, 0, 1, 4], [0.5, 0.5, 2, 2], 1.4260151319598084)
        check(.gamma, [2, 0.5, 1, 4], [0.5, 0.5, 2, 2], 1.0568528194400546)
        check(.quantile(level: 0.1), [1, 2, 3], [1, 2, 4], 0.3)
        check(.quantile(level: 0.9), [1, 2, 3], [1, 2, 4], 0.1 / 3)
    }

    /// The dispersion is that of the distribution: a likelihood of rows drawn from it.
    @Test func dispersions() {
        func of(_ loss: TargetLoss, _ rows: [(Double, Double)]) -> Double {
            loss.dispersion(of: rows.map { (p: $0.0, t: $0.1, weight: 1) })
        }
        #expect(of(.meanSquaredError, [(0, 2), (0, -2)]) == 8)
        #expect(of(.meanAbsoluteError, [(0, 3), (0, -1)]) == 2)
        // (4 - 2)² / 2 and (0 - 2)² / 2; of gamma (4 - 2)² / 4 twice.
        #expect(of(.poisson, [(2, 4), (2, 0)]) == 4)
        #expect(of(.gamma, [(2, 4), (2, 0.5)]) == 1.5625)
        let weighed = TargetLoss.meanAbsoluteError.dispersion(of: [
            (p: 0.0, t: 4.0, weight: 1.0), (p: 0.0, t: 1.0, weight: 3.0),
        ])
        #expect(weighed == 1.75)
    }

    @Test func texts() throws {
        for loss in Self.all { #expect(TargetLoss(rawValue: loss.rawValue) == loss) }
        for form in TargetLoss.forms { #expect(TargetLoss(rawValue: form) != nil, "\(form)") }
        #expect(TargetLoss(rawValue: "quantile=.9") == .quantile(level: 0.9))
        #expect(TargetLoss(rawValue: "quantile(0.25)") == .quantile(level: 0.25))
        #expect(TargetLoss(rawValue: "huber") == .huber(delta: 1))
        #expect(TargetLoss(rawValue: "mae") == .meanAbsoluteError)
        let refused = [
            ("quantil=.9", "did you mean \"quantile\""), ("quantile=1", "between 0 and 1"),
            ("quantile=x", "a number behind quantile"), ("huber=0", "a delta above 0"),
            ("poisson=3", "one of meanSquaredError"), ("", "one of meanSquaredError"),
        ]
        for (text, words) in refused {
            let error = #expect(throws: KalsaeError.self) {
                try TargetLoss(text, subject: "--loss")
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(text)")
        }
    }

    @Test func scales() throws {
        let values: [Double] = [1, 2, 3, 4, 1000]
        let median = try #require(TargetScale(of: values, loss: .meanAbsoluteError))
        #expect(median.mean == 3 && abs(median.deviation - 2 / 1.349) < 1e-12)
        let low = try #require(TargetScale(of: values, loss: .quantile(level: 0.25)))
        #expect(low.mean == 2 && low.lossUnit == low.deviation)
        let rate = try #require(TargetScale(of: [0, 0, 3], loss: .poisson))
        #expect(rate.mean == 0 && rate.deviation == 1 && rate.invert(rate.apply(3)) == 3)
        // Three quarters are the same, and the interquartile range is 0: the nine-tenths are 4.8 apart.
        let flat = try #require(TargetScale(of: [0, 0, 0, 0, 8], loss: .huber(delta: 1)))
        #expect(flat.mean == 0 && abs(flat.deviation - 4.8 / 2.563) < 1e-12)
        // One far-off target moves nothing.
        let far = (0..<1_000).map { Double($0) } + [1e12]
        let near = try #require(TargetScale(of: far, loss: .quantile(level: 0.5)))
        #expect(near.mean == 500 && abs(near.deviation - 500 / 1.349) < 1e-9)
        // Of nine tenths that are the same the outer quantiles tell.
        let rare = [Double](repeating: 0, count: 960) + (1...40).map { Double($0) } + [1e12]
        let outer = try #require(TargetScale(of: rare, loss: .meanAbsoluteError))
        #expect(outer.mean == 0 && outer.deviation > 1 && outer.deviation < 10)
        for loss in Self.all { #expect(TargetScale(of: [2, 2], loss: loss) == nil) }
        #expect(TargetScale(of: [-1, 1], loss: .poisson) == nil)
    }

    @Test func aLossAsksForNumbersOfItsKind() throws {
        let table = Table(try CSV(Array("x,n,c\n1,0,a\n2,3,b\n3,1,a\n4,0,b\n".utf8)))
        var options = TableOptions()
        options.loss = .poisson
        // Whole numbers that would be classes are counts.
        let counts = try TableGuesses(table, target: "n", options: options)
        #expect(counts.target?.task == .regression)
        func fault(_ target: String, _ loss: TargetLoss) -> String {
            options.loss = loss
            do { _ = try TableGuesses(table, target: target, options: options) } catch {
                return error.description
            }
            return ""
        }
        #expect(fault("n", .gamma).contains("above 0 (--loss gamma)"))
        #expect(fault("n", .gamma).contains("\"0\" on line 2"))
        #expect(fault("c", .poisson).contains("number"))
        options.task = .classification
        #expect(fault("n", .poisson).contains("--task classification"))
    }
}
