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
        /// The sum of its rows' weights; their number where all count alike.
        public var weight: Double
        /// Of those predicted as it, the share that is; 0 where none was predicted.
        public var precision: Double
        /// Of its rows, the share that was predicted as it; nil where it has none.
        public var recall: Double?
        /// The harmonic mean of both.
        public var f1: Double
    }

    /// A linear model of the same inputs, on the same rows.
    public struct Linear: Sendable, Equatable {
        /// The share of rows whose most probable class is right.
        public var accuracy: Double
        /// The mean surprise at the right class, in nats.
        public var logLoss: Double
    }

    /// The classes in the order of their numbers.
    public var classes: [Class]
    /// Which class was taken for which, as numbers of rows.
    public var confusion: ConfusionMatrix
    /// The same as sums of the rows' weights; nil where all rows count alike. All below, and the shares
    /// of ``classes``, are weighted by them.
    public var weightedConfusion: [[Double]]?
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
    /// The expected calibration error over 15 intervals, Σ w |mean p − share that is right| / Σ w: of
    /// two classes that of the rarer one's probability, of more that of the predicted class's.
    public var calibrationError: Double
    /// The class whose probability ``calibrationError`` is of; nil for the predicted one.
    public var calibratedClass: String?
    /// The most frequent class, and the accuracy of always saying it.
    public var majority: String, majorityAccuracy: Double
    /// The log loss of always saying each class's share.
    public var priorLogLoss: Double
    /// A linear model to compare with, where one was trained beside.
    public var linear: Linear?
    /// The rule by which one of two classes was predicted; nil for the more probable one.
    public var decision: DecisionRule?
    /// Of two classes, from which probability of the rarer one on it is best said.
    public var threshold: OperatingPoint?

    /// The number of rows.
    public var rows: Int { confusion.total }

    /// Whether the largest class has more than half again as many rows as the smallest.
    public var isUneven: Bool {
        let present = classes.map(\.weight).filter { $0 > 0 }
        return present.max() ?? 0 > 1.5 * (present.min() ?? 0)
    }

    /// Whether the rarest class has less than a tenth of the rows, and less than half of an equal
    /// share: accuracy says little then.
    public var hasRareClass: Bool {
        let weights = classes.map(\.weight).filter { $0 > 0 }
        return (weights.min() ?? 0) * Double(max(10, 2 * weights.count)) < weights.reduce(0, +)
    }

    /// What ought to be said beside the numbers.
    public var notices: [String] {
        guard classes.count(where: { $0.weight > 0 }) > 1 else { return [] }
        var notices: [String] = []
        if hasRareClass {
            notices.append(
                "classes are uneven: always saying \"\(majority)\" is right for "
                    + "\(majorityAccuracy.percent) of the rows; look at recall and balanced accuracy"
            )
        }
        if logLoss > (1 + Self.chance) * priorLogLoss {
            notices.append(
                "probabilities are worse than the classes' shares: log loss \(logLoss.short), of the "
                    + "shares \(priorLogLoss.short); as after too short a training, by overfitting, or where class weights shift them"
            )
        }
        return notices
    }

    /// How much a log loss may be above that of the shares by chance: these are the rows' own.
    private static let chance = 0.01
}

extension ClassReport {
    /// Measures scores, a row of one for each class.
    ///
    /// - Parameters:
    ///   - scores: rows one behind the other.
    ///   - areLogits: whether they are logits rather than probabilities.
    ///   - actual: the class of each row.
    ///   - names: the classes' names.
    ///   - weights: how often each row counts; nil where all count alike. Nil comes back where none
    ///     counts.
    ///   - decision: the rule by which one of two classes is predicted; nil for the more probable one.
    package init?(
        _ scores: [Float], areLogits: Bool, actual: [Int32], names: [String],
        weights: [Double]? = nil, decision: DecisionRule? = nil
    ) {
        let width = names.count
        guard width > 0, !actual.isEmpty, scores.count == actual.count * width else { return nil }
        let total = weights?.reduce(0, +) ?? Double(actual.count)
        guard total > 0 else { return nil }
        var counts = [[Int]](repeating: [Int](repeating: 0, count: width), count: width)
        var table = WeightedConfusion(classes: width)
        var calibration = Calibration()
        var surprise = 0.0
        // Of two classes, the probability of the one with fewer rows.
        let ones = actual.indices.reduce(0) { $0 + (actual[$1] == 1 ? weights?[$1] ?? 1 : 0) }
        let rarer = 2 * ones <= total ? 1 : 0
        var probabilities: [Double] = []
        if width == 2 { probabilities.reserveCapacity(actual.count) }
        for (row, label) in actual.enumerated() {
            let own = scores[(row * width)..<((row + 1) * width)].map(Double.init)
            let logs = areLogits ? Self.logSoftmax(own) : own.map { log(max($0, 1e-12)) }
            let best = logs.indices.max { logs[$0] < logs[$1] } ?? 0
            let predicted =
                decision.map { rule in
                    rule(areLogits ? exp(logs[rule.positive]) : own[rule.positive])
                } ?? best
            let weight = weights?[row] ?? 1
            counts[Int(label)][predicted] += 1
            table.add(weight, actual: Int(label), predicted: predicted)
            surprise -= weight > 0 ? weight * logs[Int(label)] : 0
            if width == 2 {
                let probability = areLogits ? exp(logs[rarer]) : own[rarer]
                calibration.add(probability, isRight: label == rarer, weight: weight)
                probabilities.append(probability)
            } else {
                calibration.add(exp(logs[best]), isRight: best == label, weight: weight)
            }
        }
        guard let matrix = ConfusionMatrix(counts: counts) else { return nil }
        confusion = matrix
        weightedConfusion = weights == nil ? nil : table.sums
        classes = names.enumerated().map { index, name in
            let weight = table.actual(index)
            return Class(
                name: name, rows: matrix.actual(index), predicted: matrix.predicted(index),
                weight: weight, precision: table.precision(of: index),
                recall: weight > 0 ? table.recall(of: index) : nil, f1: table.f1(of: index))
        }
        let present = classes.indices.filter { table.actual($0) + table.predicted($0) > 0 }
        accuracy = table.accuracy
        balancedAccuracy = table.balancedAccuracy
        f1 = present.reduce(0) { $0 + table.f1(of: $1) } / Double(present.count)
        logLoss = surprise / total
        let area = ScoredRows(classes: actual, scores: scores, width: width, weights: weights)
        areaUnderCurve = area.areaUnderCurve.isFinite ? area.areaUnderCurve : nil
        calibrationError = calibration.error
        let most = classes.max { $0.weight < $1.weight }
        majority = most?.name ?? ""
        majorityAccuracy = (most?.weight ?? 0) / total
        priorLogLoss = classes.reduce(0) { sum, one in
            one.weight == 0 ? sum : sum - one.weight / total * log(one.weight / total)
        }
        self.decision = decision
        guard width == 2 else { return }
        calibratedClass = names[rarer]
        threshold = OperatingPoint(
            bestOf: probabilities, isPositive: actual.map { $0 == rarer }, weights: weights,
            name: names[rarer])
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
