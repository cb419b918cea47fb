import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import Testing

/// Metrics against numbers by hand, and over uneven batches.
@Suite struct MetricTests {
    private let labels = Tensor([0, 1, 2, 2, 1, 0, 0] as [Int32])
    private let logits: Tensor = [
        [3, 1, 0], [0, 2, 1], [0, 3, 2], [0, 1, 5], [1, 0, 2], [4, 0, 0], [1, 2, 0],
    ]

    private func value(_ metric: Metric) throws -> Double { try metric(logits, labels) }

    @Test func countsOfClasses() throws {
        // Rows: class 0: 2 right, 1 as 1; class 1: 1 right, 1 as 2; class 2: 1 right, 1 as 1.
        let matrix = try #require(
            ConfusionMatrix(
                sums: try Metric.confusionMatrix.sums(logits, labels).values(Double.self)))
        #expect(matrix.counts == [[2, 1, 0], [0, 1, 1], [0, 1, 1]])
        let third = 1.0 / 3
        #expect(try value(.accuracy).isNear(4.0 / 7))
        #expect(try value(.precision).isNear((1 + third + 0.5) / 3))
        #expect(try value(.recall).isNear((2 * third + 0.5 + 0.5) / 3))
        #expect(try value(.f1).isNear((0.8 + 0.4 + 0.5) / 3))
        #expect(try value(.f1(.micro)).isNear(4.0 / 7))
        #expect(try value(.precision(of: 1)).isNear(third))
        #expect(try value(.recall(of: 0)).isNear(2 * third))
        #expect(try value(.f1(of: 7)).isNaN)
        #expect(try value(.topK(1)).isNear(4.0 / 7))
        #expect(try value(.topK(2)).isNear(6.0 / 7))
        #expect(try value(.topK).isNear(1))
    }

    @Test func everyMetricIsRightForUnevenBatches() throws {
        let scores = Tensor.normal([101, 2], key: RandomKey(seed: 1))
        let classes = (scores[.all, 1] + .normal([101], key: RandomKey(seed: 2)) .> 0)
            .cast(to: .int32)
        for metric in Metric.all {
            let isValue = metric.kind == .values
            let predictions = isValue ? scores[.all, 0] : scores
            let targets = isValue ? scores[.all, 1] + 1000 : classes
            let whole = try metric(predictions, targets)
            var sums: [Double] = []
            for start in stride(from: 0, to: 101, by: 40) {
                let rows = start..<min(start + 40, 101)
                let part = try metric.sums(predictions[rows], targets[rows]).values(Double.self)
                sums = sums.isEmpty ? part : metric.combined(sums, part)
            }
            #expect(whole.isFinite)
            #expect(
                metric.value(sums).isNear(whole, 1e-5), "\(metric.name) \(metric.value(sums))")
        }
    }

    @Test func largeMeansDoNotCancel() throws {
        // float32 sums of squares of numbers near a million have no digits left for this variance.
        let noise = Tensor.normal([2000], key: RandomKey(seed: 3))
        let targets = (noise * 4).round() / 4 + 1_000_000
        let predictions = targets + 0.5
        let numbers = try targets.values(Double.self)
        let mean = numbers.reduce(0, +) / 2000
        let variation = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        var sums: [Double] = []
        for start in [0, 700, 1400] {
            let rows = start..<min(start + 700, 2000)
            let part = try Metric.r2.sums(predictions[rows], targets[rows]).values(Double.self)
            sums = sums.isEmpty ? part : Metric.r2.combined(sums, part)
        }
        #expect(Metric.r2.value(sums).isNear(1 - 500 / variation, 1e-4))
        #expect(try Metric.rmse(predictions, targets).isNear(0.5, 1e-6))
    }

    @Test func areaUnderTheCurve() throws {
        let scores = Tensor.normal([400], deviation: 3, key: RandomKey(seed: 6))
        let labels = (scores + .normal([400], deviation: 3, key: RandomKey(seed: 7)) .> 0)
            .cast(to: .int32)
        let (s, t) = (try scores.values(), try labels.values(Int.self))
        var (wins, pairs) = (0.0, 0.0)
        for (one, label) in zip(s, t) where label == 1 {
            for (other, label) in zip(s, t) where label == 0 {
                pairs += 1
                wins += one > other ? 1 : (one == other ? 0.5 : 0)
            }
        }
        #expect(try Metric.rocAUC(scores, labels).isNear(wins / pairs, 1e-12))
        // Two logits of 400 fall together in float32 at most.
        #expect(try Metric.rocAUC(scores.sigmoid(), labels).isNear(wins / pairs, 1e-4))
        #expect(try Metric.rocAUC(.zeros([400]), labels) == 0.5)
        #expect(try Metric.rocAUC(scores, .zeros([400])).isNaN)
    }

    @Test func perplexityOfNothingKnownIsTheNumberOfClasses() throws {
        let labels = Tensor([Int32](repeating: 2, count: 10), shape: [2, 5])
        #expect(try Metric.perplexity(.zeros([2, 5, 8]), labels).isNear(8, 1e-5))
        #expect(try Metric.accuracy(.zeros([2, 5, 8]), labels) == 0)
    }

    @Test func oneLogitDecidesBetweenTwoClasses() throws {
        let labels = Tensor([0, 1, 1] as [Int32])
        #expect(try Metric.accuracy([[-1], [2], [-3]], labels).isNear(2.0 / 3))
        #expect(try Metric.recall(of: 1)([-1, 2, -3], labels).isNear(0.5))
        #expect(try Metric.accuracy(logits, self.labels.oneHot(classes: 3)).isNear(4.0 / 7))
    }

    @Test func wrongInputsAreFaults() {
        expectFault(Metric.accuracy.sums(.zeros([2, 3]), .zeros([3], dtype: .int32)), "accuracy")
        expectFault(Metric.mae.sums(.zeros([2, 3]), .zeros([3])), "mae")
        #expect(throws: (any Error).self) {
            try Metric.f1(.zeros([1, 3]), Tensor([3] as [Int32]))
        }
    }
}

extension Double {
    fileprivate func isNear(_ other: Double, _ tolerance: Double = 1e-6) -> Bool {
        (self - other).magnitude <= tolerance * Swift.max(1, other.magnitude)
    }
}
