import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A number that tells how good predictions are, gathered over batches as sums.
///
/// Each batch gives sums, with its count among them, and one division comes at the end: that is
/// right for uneven last batches. In files and commands `accuracy`, `topK(k: 5)`.
public struct Metric: NamedFunction {
    /// Name and settings.
    public var settings: FunctionSettings
    /// Whether larger is better.
    public let isBetterLarger: Bool
    /// Whether the sums are the counts of a ``ConfusionMatrix``.
    public let countsClasses: Bool
    /// What predictions and targets must be.
    public let kind: Kind
    private let body: @Sendable (Tensor, Tensor, FunctionSettings) -> Tensor
    private let merge: @Sendable (inout [Double], [Double]) -> Void
    private let finish: @Sendable ([Double], FunctionSettings) -> Double

    /// What a metric measures.
    public enum Kind: Sendable {
        /// Scores of classes against class numbers, or shares of classes.
        case classes
        /// Logits, numbers in front of a softmax, against the same.
        case logits
        /// Numbers against numbers.
        case values
    }

    init(
        _ name: String, _ defaults: KeyValuePairs<String, [Double]> = [:], isBetterLarger: Bool,
        countsClasses: Bool = false, kind: Kind = .classes,
        sums body: @escaping @Sendable (Tensor, Tensor, FunctionSettings) -> Tensor,
        merge: @escaping @Sendable (inout [Double], [Double]) -> Void = Metric.added,
        value finish: @escaping @Sendable ([Double], FunctionSettings) -> Double
    ) {
        settings = FunctionSettings(name, defaults)
        self.isBetterLarger = isBetterLarger
        self.countsClasses = countsClasses
        self.kind = kind
        self.body = body
        self.merge = merge
        self.finish = finish
    }

    /// All metrics.
    public static let all: [Metric] =
        [accuracy, topK] + valueMetrics + classMetrics + [perplexity, logLoss]

    /// What a batch adds, `[count]`.
    public func sums(_ predictions: Tensor, _ targets: Tensor) -> Tensor {
        for tensor in [predictions, targets] where tensor.fault != nil { return tensor }
        let sums = body(predictions, targets, settings)
        return sums.fault == nil ? sums.cast(to: .float32).flattened() : sums
    }

    /// The sums of two parts of the data as those of both.
    public func combined(_ left: [Double], _ right: [Double]) -> [Double] {
        var sums = left
        merge(&sums, right)
        return sums
    }

    /// Adds the sums of another part of the data.
    package func combine(_ part: [Double], into sums: inout [Double]) {
        if sums.isEmpty { sums = part } else { merge(&sums, part) }
    }

    /// The metric's value from the sums of all batches; NaN where it has none.
    public func value(_ sums: [Double]) -> Double { finish(sums, settings) }

    /// The metric's value on tensors.
    public func callAsFunction(_ predictions: Tensor, _ targets: Tensor) throws -> Double {
        value(try sums(predictions, targets).values(Double.self))
    }

    private static let added: @Sendable (inout [Double], [Double]) -> Void = { sums, part in
        for index in sums.indices.prefix(part.count) { sums[index] += part[index] }
    }

    /// Sums of several scalars, and how many elements were counted.
    static func packed(_ sums: [Tensor], count: Int) -> Tensor {
        let parts = sums.map { $0.cast(to: .float32).reshaped(to: [1]) }
        return .concatenate(parts + [Tensor([Float(count)])])
    }
}

extension Metric {
    /// The share of rows whose class is the predicted one: that of the largest number; of one
    /// number, whether it is above 0 (a logit). NaN where a prediction is.
    public static let accuracy = Metric(
        "accuracy", isBetterLarger: true
    ) { predictions, targets, _ in
        let (predicted, actual, _) = ClassNumbers.of("accuracy", predictions, targets)
        let hits = (predicted .== actual).cast(to: .float32).sum()
        return packed([hits + ClassNumbers.doubt(predictions)], count: actual.count)
    } value: { sums, _ in
        sums[0] / sums[1]
    }

    /// The share of rows whose class is among those of the k largest numbers; k is 5 by default.
    public static let topK = Metric(
        "topK", ["k": [5]], isBetterLarger: true
    ) { predictions, targets, settings in
        let (_, actual, classes) = ClassNumbers.of("topK", predictions, targets)
        guard actual.fault == nil, predictions.rank == actual.rank + 1 else {
            return Tensor(
                KalsaeError(
                    "topK", expected: "predictions [batch, classes]", got: "\(predictions.shape)"),
                operands: [predictions, actual])
        }
        let best = predictions.topK(min(settings[integer: "k"], classes)).indices
        let hits = best .== actual.expandingShape(at: -1)
        return packed(
            [hits.cast(to: .float32).sum() + ClassNumbers.doubt(predictions)], count: actual.count)
    } value: { sums, _ in
        sums[0] / sums[1]
    }

    /// The share of rows whose class is among those of the k largest numbers.
    public static func topK(_ k: Int) -> Metric { topK.with("k", Double(k)) }

    /// Mean cross-entropy from logits, in nats.
    public static let logLoss = Metric(
        "logLoss", isBetterLarger: false, kind: .logits
    ) { logits, targets, _ in
        Loss.softmaxCrossEntropy.sums(logits, targets)
    } value: { sums, _ in
        sums[0] / sums[1]
    }

    /// e to the mean cross-entropy from logits: how many classes a guess is as good as.
    public static let perplexity = Metric(
        "perplexity", isBetterLarger: false, kind: .logits
    ) { logits, targets, _ in
        Loss.softmaxCrossEntropy.sums(logits, targets)
    } value: { sums, _ in
        exponential(sums[0] / sums[1])
    }
}

/// The class numbers in predictions and targets, whatever form they have.
enum ClassNumbers {
    /// 0, or NaN where a prediction is NaN: no class is the largest of such numbers.
    static func doubt(_ predictions: Tensor) -> Tensor {
        predictions.isNaN().any().select(Tensor(Float.nan), Tensor(Float(0)))
    }

    /// Predicted and actual class numbers (`int32`) of one shape, and the number of classes.
    ///
    /// Targets are class numbers, or shares of the predictions' shape. One number a row is the
    /// logit of class 1 of two.
    static func of(
        _ name: String, _ predictions: Tensor, _ targets: Tensor
    ) -> (predicted: Tensor, actual: Tensor, classes: Int) {
        let width = predictions.shape.last ?? 1
        let isBinary = width == 1 || predictions.rank == 1
        let isDense =
            !isBinary && !targets.dtype.isInteger && targets.shape == predictions.shape
        let predicted =
            isBinary
            ? (predictions .> 0).cast(to: .int32) : predictions.argMax(axis: -1)
        var actual = isDense ? targets.argMax(axis: -1) : targets.cast(to: .int32)
        guard predicted.fault == nil, actual.count == predicted.count else {
            let fault = Tensor(
                KalsaeError(
                    name, expected: "predictions [batch, classes] and class numbers [batch]",
                    got: "\(predictions.shape) and \(targets.shape)"),
                operands: [predictions, targets])
            return (fault, fault, 0)
        }
        if actual.shape != predicted.shape { actual = actual.reshaped(to: predicted.shape) }
        return (predicted, actual, isBinary ? 2 : width)
    }
}
