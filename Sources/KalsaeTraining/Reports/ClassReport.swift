import Glibc
import KalsaeLayers

/// What was measured of predicted classes, with what tells whether the numbers mean anything.
public struct ClassReport: Sendable, Equatable {
    /// One class.
    public struct Class: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// How many rows are of it, and how many were predicted as it.
        public var rows: Int, predicted: Int
        /// Of those predicted as it, the share that is; 0 where none was predicted.
        public var precision: Double
        /// Of its rows, the share that was predicted as it; nil where it has none.
        public var recall: Double?
        /// The harmonic mean of both.
        public var f1: Double
    }

    /// The classes in the order of their numbers.
    public var classes: [Class]
    /// Which class was taken for which.
    public var confusion: ConfusionMatrix
    /// The share of right rows.
    public var accuracy: Double
    /// The mean recall of the classes that occur.
    public var balancedAccuracy: Double
    /// The mean F1 of the classes that occur.
    public var f1: Double
    /// The mean surprise at the right class, in nats.
    public var logLoss: Double
    /// The area under the ROC curve, of more than two classes the mean of each against the rest; nil
    /// where all rows are of one class.
    public var areaUnderCurve: Double?
    /// The expected calibration error over 15 intervals.
    public var calibrationError: Double
    /// The most frequent class, and the accuracy of always saying it.
    public var majority: String, majorityAccuracy: Double
    /// The log loss of always saying each class's share.
    public var priorLogLoss: Double
    /// Of two classes, from which probability of the rarer one on it is best said.
    public var threshold: OperatingPoint?

    /// The number of rows.
    public var rows: Int { confusion.total }

    /// Whether the largest class has more than half again as many rows as the smallest.
    public var isUneven: Bool {
        let present = classes.map(\.rows).filter { $0 > 0 }
        return Double(present.max() ?? 0) > 1.5 * Double(present.min() ?? 0)
    }

    /// Whether the rarest class has less than a tenth of the rows: accuracy says little then.
    public var hasRareClass: Bool {
        let rarest = classes.map(\.rows).filter { $0 > 0 }.min() ?? 0
        return rarest * 10 < rows
    }

    /// What ought to be said beside the numbers.
    public var notices: [String] {
        guard hasRareClass, classes.count(where: { $0.rows > 0 }) > 1 else { return [] }
        return [
            "classes are uneven: always saying \"\(majority)\" is right for "
                + "\(majorityAccuracy.percent) of the rows; look at recall and balanced accuracy"
        ]
    }
}

extension ClassReport {
    /// Measures scores, a row of one for each class.
    ///
    /// - Parameters:
    ///   - scores: rows one behind the other.
    ///   - areLogits: whether they are logits rather than probabilities.
    ///   - actual: the class of each row.
    ///   - names: the classes' names.
    package init?(_ scores: [Float], areLogits: Bool, actual: [Int32], names: [String]) {
        let width = names.count
        guard width > 0, !actual.isEmpty, scores.count == actual.count * width else { return nil }
        var counts = [[Int]](repeating: [Int](repeating: 0, count: width), count: width)
        var calibration = Calibration()
        var surprise = 0.0
        var probabilities: [Double] = []
        probabilities.reserveCapacity(scores.count)
        for (row, label) in actual.enumerated() {
            let own = scores[(row * width)..<((row + 1) * width)].map(Double.init)
            let logs = areLogits ? Self.logSoftmax(own) : own.map { log(max($0, 1e-12)) }
            let best = logs.indices.max { logs[$0] < logs[$1] } ?? 0
            counts[Int(label)][best] += 1
            surprise -= logs[Int(label)]
            calibration.add(exp(logs[best]), isRight: best == label)
            probabilities += areLogits ? logs.map { exp($0) } : own
        }
        guard let matrix = ConfusionMatrix(counts: counts) else { return nil }
        confusion = matrix
        classes = names.enumerated().map { index, name in
            let rows = matrix.actual(index)
            return Class(
                name: name, rows: rows, predicted: matrix.predicted(index),
                precision: matrix.precision(of: index),
                recall: rows > 0 ? matrix.recall(of: index) : nil, f1: matrix.f1(of: index))
        }
        let present = classes.filter { $0.rows + $0.predicted > 0 }
        let count = Double(actual.count)
        accuracy = matrix.accuracy
        balancedAccuracy = matrix.balancedAccuracy
        f1 = present.reduce(0) { $0 + $1.f1 } / Double(present.count)
        logLoss = surprise / count
        let area = ScoredRows(classes: actual.map(Int.init), scores: scores, width: width)
        areaUnderCurve = area.areaUnderCurve.isFinite ? area.areaUnderCurve : nil
        calibrationError = calibration.error
        let most = classes.max { $0.rows < $1.rows }
        majority = most?.name ?? ""
        majorityAccuracy = Double(most?.rows ?? 0) / count
        priorLogLoss = classes.reduce(0) { sum, one in
            one.rows == 0 ? sum : sum - Double(one.rows) / count * log(Double(one.rows) / count)
        }
        guard width == 2 else { return }
        let rarer = classes[1].rows <= classes[0].rows ? 1 : 0
        threshold = OperatingPoint(
            bestOf: actual.indices.map { probabilities[$0 * 2 + rarer] },
            isPositive: actual.map { $0 == rarer }, name: names[rarer])
    }

    private static func logSoftmax(_ logits: [Double]) -> [Double] {
        let largest = logits.max() ?? 0
        let sum = log(logits.reduce(0) { $0 + exp($1 - largest) })
        return logits.map { $0 - largest - sum }
    }
}

extension Double {
    /// The number in percent with one digit behind the point, two near 100 %.
    var percent: String { (self * 100).fixed(self > 0.99 && self < 1 ? 2 : 1) + " %" }
}
