import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import Testing

/// Metrics where bins, float32 and NaN once decided, and numbers of scikit-learn's documentation.
@Suite struct HonestMetricTests {
    private func isNear(_ value: Double, _ other: Double, _ tolerance: Double = 1e-6) -> Bool {
        (value - other).magnitude <= tolerance
    }

    /// Scores that a histogram over x / (1 + |x|) has in one bin: begin, distance, count.
    private static let narrow: [(Float, Float, Int)] = [
        (1e-6, 1e-6, 40), (20_000, 1_000, 31), (-50_000, -1, 40), (1e-37, 1e-38, 40),
        (1, -0x1p-24, 40),
    ]

    @Test(arguments: narrow)
    func areasOfNarrowScoresAreExact(_ start: Float, _ step: Float, _ count: Int) throws {
        let scores: [Float] = (0..<count).map { start + Float($0) * step }
        let isRising = scores[1] > scores[0]
        let half = scores.count / 2
        let labels = scores.indices.map { Int32(($0 >= half) == isRising ? 1 : 0) }
        #expect(try Metric.rocAUC(Tensor(scores), Tensor(labels)) == 1)
        let column = Tensor(scores, shape: [scores.count, 1])
        #expect(try Metric.rocAUC(column, Tensor(labels)) == 1)
        // As the second of two logits, and with all classes the other way round.
        let pairs = Tensor(scores.flatMap { [0, $0] }, shape: [scores.count, 2])
        #expect(try Metric.rocAUC(pairs, Tensor(labels)) == 1)
        #expect(try Metric.rocAUC(column, Tensor(labels.map { 1 - $0 })) == 0)
    }

    @Test func tiesCountHalf() throws {
        // Of 2 x 3 pairs: .5 wins against .1, ties with .5, loses to .9; .9 wins, wins, ties.
        let scores = Tensor([0.5, 0.9, 0.1, 0.5, 0.9] as [Float])
        let labels = Tensor([1, 1, 0, 0, 0] as [Int32])
        #expect(isNear(try Metric.rocAUC(scores, labels), (1 + 0.5 + 0 + 1 + 1 + 0.5) / 6, 1e-12))
    }

    /// Each class against the rest, by probability.
    @Test(arguments: [false, true]) func areasOfSeveralClasses(areProbabilities: Bool) throws {
        let logits = Tensor.normal([60, 3], deviation: 2, key: RandomKey(seed: 4))
        let labels = (logits + .normal([60, 3], deviation: 3, key: RandomKey(seed: 5)))
            .argMax(axis: -1)
        let p = try logits.cast(to: .float64).softmax().values(Double.self)
        let classes = try labels.values(Int.self)
        var mean = 0.0
        for label in 0..<3 {
            var (wins, pairs) = (0.0, 0.0)
            for one in 0..<60 where classes[one] == label {
                for other in 0..<60 where classes[other] != label {
                    let (a, b) = (p[one * 3 + label], p[other * 3 + label])
                    pairs += 1
                    wins += a > b ? 1 : (a == b ? 0.5 : 0)
                }
            }
            mean += wins / pairs / 3
        }
        let scores = areProbabilities ? logits.softmax() : logits
        // One of about 800 pairs of a class may be ordered otherwise in float32.
        #expect(isNear(try Metric.rocAUC(scores, labels), mean, 1e-3))
        // Logits whose probabilities are all 0 or 1 are told apart.
        #expect(isNear(try Metric.rocAUC(logits * 1, labels), mean, 1e-3))
        let shares = labels.oneHot(classes: 3)
        #expect(isNear(try Metric.rocAUC(scores, shares), mean, 1e-3))
    }

    @Test func aRowOfNaNHasNoClass() throws {
        let labels = Tensor([0, 1] as [Int32])
        let logits = Tensor([.nan, .nan, .nan, 0, 1, 0] as [Float], shape: [2, 3])
        let metrics: [Metric] = [
            .accuracy, .topK(2), .f1, .precision, .recall, .balancedAccuracy, .rocAUC,
            .calibrationError, .confusionMatrix, .logLoss, .perplexity,
        ]
        for metric in metrics {
            #expect(try metric(logits, labels).isNaN, "\(metric.name)")
        }
        // One NaN among numbers, and the logit of one class.
        let partly = Tensor([2, .nan, 0, 0, 1, 0] as [Float], shape: [2, 3])
        #expect(try Metric.accuracy(partly, labels).isNaN)
        #expect(try Metric.accuracy(Tensor([.nan, 1] as [Float]), labels).isNaN)
        // An infinite logit is the largest.
        let infinite = Tensor([.infinity, 0, 0, 0, 1, -.infinity] as [Float], shape: [2, 3])
        #expect(try Metric.accuracy(infinite, labels) == 1)
    }

    /// Examples in the documentation of scikit-learn 1.5.
    @Test func numbersOfScikitLearn() throws {
        let scores = Tensor([0.1, 0.4, 0.35, 0.8] as [Float])
        #expect(try Metric.rocAUC(scores, Tensor([0, 0, 1, 1] as [Int32])) == 0.75)
        let balanced = try Metric.balancedAccuracy(
            Tensor([0, 1, 0, 0, 0, 1] as [Int32]).oneHot(classes: 2),
            Tensor([0, 1, 0, 0, 1, 0] as [Int32]))
        #expect(balanced == 0.625)
        let (p, t): (Tensor, Tensor) = ([2.5, 0, 2, 8], [3, -0.5, 2, 7])
        #expect(isNear(try Metric.r2(p, t), 0.948608137))
        #expect(try Metric.mae(p, t) == 0.5)
        #expect(try Metric.medianError(p, t) == 0.5)
        #expect(isNear(try Metric.rmse(p, t), 0.375.squareRoot()))
        let predicted = Tensor([0, 2, 1, 0, 0, 1] as [Int32]).oneHot(classes: 3)
        let actual = Tensor([0, 1, 2, 0, 1, 2] as [Int32])
        #expect(isNear(try Metric.f1(predicted, actual), 0.26666667))
        #expect(isNear(try Metric.precision(predicted, actual), 0.22222222))
    }

    @Test func aTargetWithoutVarianceHasNoR2() throws {
        #expect(try Metric.r2([3], [4]).isNaN)
        #expect(try Metric.r2([4], [4]).isNaN)
        // 0.1 is not exact in float32, so neither is the mean.
        let constant = Tensor.full([999], 0.1)
        #expect(try Metric.r2(constant + 1, constant).isNaN)
        #expect(try Metric.r2(.zeros([3]), .full([3], 7e8)).isNaN)
        // Spread that is small beside the mean is spread.
        #expect(isNear(try Metric.r2([1_000_000, 1_000_001], [1_000_000, 1_000_001]), 1))
    }

    @Test func medianErrors() throws {
        #expect(try Metric.medianError([1, 2, 3], [1, 0, -7]) == 2)
        #expect(try Metric.medianError([[1], [2]], [[1], [-1]]) == 1.5)
        #expect(try Metric.medianError([.number(.nan), 2], [1, 1]).isNaN)
    }

    /// Ten rows at 0.8 of which six are right, and ten at 0.55 of which nine are.
    @Test func calibrationByHand() throws {
        func logits(_ probability: Double) -> [Float] {
            [Float(logit(probability)), 0]
        }
        var (rows, labels): ([Float], [Int32]) = ([], [])
        for index in 0..<10 {
            rows += logits(0.8)
            labels.append(index < 6 ? 0 : 1)
            rows += logits(0.55)
            labels.append(index < 9 ? 0 : 1)
        }
        let x = Tensor(rows, shape: [20, 2])
        #expect(isNear(try Metric.calibrationError(x, Tensor(labels)), (0.2 + 0.35) / 2))
        // The same as one logit, of class 1 this time.
        let single = x[.all, 0].reshaped(to: [20, 1])
        let flipped = Tensor(labels.map { 1 - $0 })
        #expect(isNear(try Metric.calibrationError(single, flipped), (0.2 + 0.35) / 2))
        var calibration = Calibration()
        calibration.add(1, isRight: true)
        calibration.add(1e-9, isRight: false)
        #expect(isNear(calibration.error, 0))
    }

    private func logit(_ p: Double) -> Double {
        // log(p / (1 - p)) by a series would be no oracle: these two are known.
        p == 0.8 ? 1.3862943611198906 : 0.2006706954621511
    }
}
