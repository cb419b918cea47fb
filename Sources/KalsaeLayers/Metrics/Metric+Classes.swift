import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

// Metrics of classes, from counts of (actual class, predicted class). Predictions and targets have
// the forms that accuracy takes; a class number out of range is thrown.
extension Metric {
    static let classMetrics =
        [confusionMatrix, balancedAccuracy, precision, recall, f1, rocAUC, calibrationError]

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

    /// The mean recall of the classes that the targets have: that of a guess is 1 / classes, however
    /// uneven they are.
    public static let balancedAccuracy = counting("balancedAccuracy") { matrix, _ in
        matrix.balancedAccuracy
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
                bins: classes * classes,
                weights: Tensor.ones(cells.shape) + ClassNumbers.doubt(predictions))
        } value: { sums, settings in
            ConfusionMatrix(sums: sums).map { value($0, settings) } ?? .nan
        }
    }
}
