import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

// Metrics of classes, from counts of (actual class, predicted class). Predictions and targets have
// the forms that accuracy takes; a class number out of range is thrown.
extension Metric {
    static let classMetrics = [confusionMatrix, precision, recall, f1, rocAUC]

    /// How several classes become one number.
    public enum Average: Int, CaseIterable, Sendable {
        /// The mean over the classes that occur.
        case macro
        /// All decisions together: of one class a row, the accuracy.
        case micro
    }

    /// The counts themselves; its value is the accuracy, the counts are in `Report.confusion`.
    public static let confusionMatrix = counting("confusionMatrix") { matrix, _ in
        matrix.accuracy
    }

    /// How many of those predicted as a class are of it: the mean over the classes that occur.
    public static let precision = counting("precision") { matrix, settings in
        matrix.value(settings) { matrix.precision(of: $0) }
    }

    /// How many of a class are predicted as it: the mean over the classes that occur.
    public static let recall = counting("recall") { matrix, settings in
        matrix.value(settings) { matrix.recall(of: $0) }
    }

    /// The harmonic mean of precision and recall: the mean over the classes that occur.
    public static let f1 = counting("f1") { matrix, settings in
        matrix.value(settings) { matrix.f1(of: $0) }
    }

    /// Precision with another average.
    public static func precision(_ average: Average) -> Metric { precision.with(average) }
    /// Recall with another average.
    public static func recall(_ average: Average) -> Metric { recall.with(average) }
    /// F1 with another average.
    public static func f1(_ average: Average) -> Metric { f1.with(average) }
    /// The precision of one class.
    public static func precision(of label: Int) -> Metric { precision.with("class", Double(label)) }
    /// The recall of one class.
    public static func recall(of label: Int) -> Metric { recall.with("class", Double(label)) }
    /// The F1 of one class.
    public static func f1(of label: Int) -> Metric { f1.with("class", Double(label)) }

    private func with(_ average: Average) -> Metric { with("average", Double(average.rawValue)) }

    private static func counting(
        _ name: String, value: @escaping @Sendable (ConfusionMatrix, FunctionSettings) -> Double
    ) -> Metric {
        Metric(
            name, ["class": [-1], "average": [0]], isBetterLarger: true, countsClasses: true
        ) { predictions, targets, _ in
            let (predicted, actual, classes) = ClassNumbers.of(name, predictions, targets)
            guard actual.fault == nil else { return actual }
            // Gathering refuses class numbers out of range, which would fall into other cells.
            let checked = Tensor.arange(classes).gathered(at: actual)
            let cells = checked * Double(classes) + predicted
            return cells.bincount(
                bins: classes * classes, weights: Tensor.ones(cells.shape))
        } value: { sums, settings in
            ConfusionMatrix(sums: sums).map { value($0, settings) } ?? .nan
        }
    }

    /// The area under the ROC curve: how often a positive row has the larger score, ties half.
    ///
    /// Scores are logits or probabilities of class 1, `[batch]` or `[batch, 1]`, or two logits
    /// `[batch, 2]`. Streamed as histograms over x / (1 + |x|) with 8192 bins, so that two scores
    /// in one bin count as a tie: the error is at most half the share of such pairs.
    public static let rocAUC = Metric("rocAUC", isBetterLarger: true) { predictions, targets, _ in
        let isPair = predictions.rank > 1 && predictions.shape.last == 2
        let scores = isPair ? predictions[.ellipsis, 1] - predictions[.ellipsis, 0] : predictions
        guard scores.count == targets.count else {
            return Tensor(
                KalsaeError(
                    "rocAUC", expected: "scores [batch] or two logits [batch, 2]",
                    got: "\(predictions.shape) and targets \(targets.shape)"),
                operands: [predictions, targets])
        }
        let half = Double(rocBins / 2)
        let positions = ((scores.flattened().softsign() + 1) * half).floor()
        let bins = positions.clipped(to: 0...Double(rocBins - 1)).cast(to: .int32)
        let isPositive = (targets.flattened().cast(to: .float32) .> 0.5).cast(to: .float32)
        return .concatenate([
            bins.bincount(bins: rocBins, weights: isPositive),
            bins.bincount(bins: rocBins, weights: 1 - isPositive),
        ])
    } value: { sums, _ in
        let (positive, negative) = (sums.prefix(rocBins), sums.dropFirst(rocBins))
        let pairs = positive.reduce(0, +) * negative.reduce(0, +)
        var (below, wins) = (0.0, 0.0)
        for (positive, negative) in zip(positive, negative) {
            wins += positive * (below + negative / 2)
            below += negative
        }
        return pairs > 0 ? wins / pairs : .nan
    }

    private static let rocBins = 8192
}
