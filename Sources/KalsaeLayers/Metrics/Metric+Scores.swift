import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

// Metrics of the scores themselves, rather than of the class with the largest one.
extension Metric {
    /// The area under the ROC curve: how often a positive row has the larger score, ties half.
    ///
    /// Scores are logits or probabilities: of class 1, `[batch]` or `[batch, 1]`, or of each class,
    /// `[batch, classes]`; of more than two classes it is the mean over each against the rest. Exact,
    /// by sorting: all scores are kept until the end. NaN where all rows are of one class.
    public static let rocAUC = Metric(
        "rocAUC", isBetterLarger: true
    ) { predictions, targets, _ in
        ScoredRows.sums(predictions, targets)
    } merge: { sums, part in
        sums += part.dropFirst()
    } value: { sums, _ in
        ScoredRows(sums)?.areaUnderCurve ?? .nan
    }

    /// The expected calibration error: how far the probability of the predicted class is from how often
    /// it is right, `Σ share · |right - probability|` over 15 intervals of that probability (Guo,
    /// Pleiss, Sun and Weinberger, 2017). Takes logits.
    public static let calibrationError = Metric(
        "calibrationError", isBetterLarger: false, kind: .logits
    ) { logits, targets, _ in
        Calibration.sums(logits, targets)
    } value: { sums, _ in
        Calibration(sums: sums).error
    }
}

/// Rows of scores with their classes, as the sums of a metric: the scores of a row, then for each row
/// its class and its scores.
package struct ScoredRows {
    private let width: Int
    private let classes: [Int32]
    /// Rows of `width` one behind the other.
    private let scores: [Float]
    private let weights: [Double]?

    /// Rows of scores, one behind the other; all count alike without weights.
    package init(classes: [Int32], scores: [Float], width: Int, weights: [Double]? = nil) {
        (self.width, self.classes, self.scores) = (width, classes, scores)
        self.weights = weights
    }

    /// What a batch adds.
    static func sums(_ predictions: Tensor, _ targets: Tensor) -> Tensor {
        let isPlain = predictions.rank < 2 || predictions.shape.last == 1
        let width = isPlain ? 1 : predictions.shape.last ?? 1
        let isDense = !isPlain && !targets.dtype.isInteger && targets.shape == predictions.shape
        let actual = isDense ? targets.argMax(axis: -1) : targets
        guard actual.count * width == predictions.count else {
            return Tensor(
                KalsaeError(
                    "rocAUC", expected: "scores [batch], or [batch, classes]",
                    got: "\(predictions.shape) and targets \(targets.shape)"),
                operands: [predictions, targets])
        }
        let classes = actual.cast(to: .float32).reshaped(to: [actual.count, 1])
        let scores = predictions.cast(to: .float32).reshaped(to: [actual.count, width])
        let rows = Tensor.concatenate([classes, scores], axis: 1).flattened()
        return Tensor.concatenate([Tensor([Float(width)]), rows])
    }

    init?(_ sums: [Double]) {
        guard let first = sums.first, first >= 1, sums.allSatisfy({ !$0.isNaN }) else { return nil }
        (width, weights) = (Int(first), nil)
        let rows = stride(from: 1, to: sums.count, by: width + 1)
        classes = rows.map { Int32(clamping: Int(sums[$0].rounded())) }
        // The sums were gathered from float32.
        scores = rows.flatMap { sums[($0 + 1)..<($0 + 1 + Int(first))].map { Float($0) } }
    }

    /// The area under the ROC curve, of more than two classes the mean of each against the rest.
    package var areaUnderCurve: Double {
        guard width > 1 else {
            return Statistics.areaUnderCurve(
                scores.map { Double($0) }, isPositive: classes.map { $0 > 0 }, weights: weights)
        }
        let areProbabilities = classes.indices.allSatisfy { row in
            let own = self.row(row)
            return own.allSatisfy { 0...1 ~= $0 }
                && (own.reduce(0) { $0 + Double($1) } - 1).magnitude < 1e-3
        }
        let odds = areProbabilities ? [] : classes.indices.map { LogOdds(row($0)) }
        let labels = width == 2 ? [1] : Array(0..<width)
        let areas = labels.map { label in
            Statistics.areaUnderCurve(
                classes.indices.map { row in
                    let score = scores[row * width + label]
                    return areProbabilities ? Double(score) : odds[row](score, of: label)
                },
                isPositive: classes.map { $0 == label }, weights: weights)
        }.filter(\.isFinite)
        return areas.reduce(0, +) / Double(areas.count)
    }

    private func row(_ row: Int) -> ArraySlice<Float> {
        scores[(row * width)..<((row + 1) * width)]
    }
}

extension Calibration {
    /// What a batch adds: rows, sums of probabilities, and hits of each interval.
    static func sums(_ logits: Tensor, _ targets: Tensor) -> Tensor {
        let (predicted, actual, _) = ClassNumbers.of("calibrationError", logits, targets)
        guard actual.fault == nil else { return actual }
        let isPlain = logits.rank < 2 || logits.shape.last == 1
        let largest = isPlain ? logits.abs().sigmoid() : logits.softmax().max(axes: [-1])
        let confidence = largest.flattened()
        let bins = (confidence * Double(Calibration.bins)).ceil() - 1
        let positions = bins.clipped(to: 0...Double(Calibration.bins - 1)).cast(to: .int32)
        let hits = (predicted .== actual).cast(to: .float32).flattened()
        let rows = Tensor.ones(confidence.shape) + ClassNumbers.doubt(logits)
        let parts = [rows, confidence, hits].map {
            positions.bincount(bins: Calibration.bins, weights: $0)
        }
        return Tensor.concatenate(parts)
    }
}
