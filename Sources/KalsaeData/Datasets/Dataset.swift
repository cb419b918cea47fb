import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Inputs with their targets, as tensors that stay where they are: batches are gathered by number
/// inside of the plan.
public struct Dataset: Sendable {
    /// The inputs, `[count, …]`; any numeric type. Of images in files, rows are there once a batch
    /// or ``inputs(at:)`` had them.
    public let features: Tensor
    /// The targets, `[count]` class numbers (`int32`) or `[count, outputs]` values.
    public let targets: Tensor
    /// How much each row counts in the loss, `[count]`, at least 0; nil where all count alike.
    ///
    /// The loss of a batch is Σ weight · loss / Σ weight. Keras's `sample_weight` divides by the
    /// number of rows instead, which is the same where the weights' mean is 1.
    public let weights: Tensor?
    /// What whole-number inputs are multiplied by on their way into a network: 1/255 for pixels.
    public let featureScale: Double
    /// The names of the classes; empty for values.
    public let classNames: [String]
    /// Where the inputs are images in files, who decodes them.
    package internal(set) var images: ImageRows?

    /// Makes a data set; both tensors are computed now.
    ///
    /// - Throws: a `KalsaeError` where the numbers of rows differ or a number is not finite, and
    ///   for weights below 0 or without one above.
    public init(
        _ features: Tensor, _ targets: Tensor, weights: Tensor? = nil, featureScale: Double = 1,
        classNames: [String] = []
    ) throws {
        try Tensor.evaluate([features, targets] + (weights.map { [$0] } ?? []))
        guard features.rank >= 2, targets.rank >= 1, features.shape[0] == targets.shape[0] else {
            throw KalsaeError(
                "data set", expected: "features [count, …] and targets [count, …]",
                got: "\(features.shape) and \(targets.shape)")
        }
        for (name, tensor) in [("features", features), ("targets", targets)]
        where tensor.dtype.isDifferentiable {
            let isFinite = (tensor.abs() .< .infinity).cast(to: .int32)
            let bad = tensor.count - (try isFinite.sum().item(Int.self))
            guard bad == 0 else {
                throw KalsaeError(
                    "data set", expected: "finite \(name)", got: "\(bad) NaN or infinite numbers",
                    advice: "drop or fill those rows first")
            }
        }
        if targets.dtype.isInteger, !classNames.isEmpty, targets.count > 0 {
            let range = try targets.values(Int.self)
            let (low, high) = (range.min() ?? 0, range.max() ?? 0)
            guard low >= 0, high < classNames.count else {
                throw KalsaeError(
                    "data set", expected: "class numbers from 0 to \(classNames.count - 1)",
                    got: "\(low) to \(high)")
            }
        }
        if let weights { try Self.check(weights, count: features.shape[0]) }
        self.features = features
        self.targets = targets
        self.weights = weights.map { $0.cast(to: .float32) }
        try self.weights?.evaluate()
        self.featureScale = featureScale
        self.classNames = classNames
    }

    private static func check(_ weights: Tensor, count: Int) throws {
        guard weights.shape == [count], weights.dtype != .bool else {
            throw KalsaeError(
                "data set", expected: "weights [\(count)]",
                got: "\(weights.dtype)\(weights.shape)")
        }
        let numbers = try weights.values(Double.self)
        if let wrong = numbers.first(where: { !($0 >= 0 && $0.isFinite) }) {
            throw KalsaeError(
                "data set", expected: "finite weights of at least 0", got: "\(wrong)")
        }
        guard numbers.isEmpty || numbers.contains(where: { $0 > 0 }) else {
            throw KalsaeError(
                "data set", expected: "a weight above 0", got: "\(count) zeros")
        }
    }

    /// The number of rows.
    public var count: Int { features.shape[0] }

    /// The shape of one input.
    public var inputShape: Shape { Shape(features.shape.dropFirst()) }

    /// Inputs by row number, as a network takes them: `float32`, scaled.
    public func inputs(at rows: Tensor) -> Tensor {
        do {
            try images?.waitForAll()
        } catch {
            return Tensor(error, operands: [features])
        }
        return inputs(unchecked: rows)
    }

    /// The same, whether images are decoded or not.
    package func inputs(unchecked rows: Tensor) -> Tensor {
        Dataset.inputs(features.gathered(at: rows), scale: Tensor(Float(featureScale)))
    }

    /// Raw features as a network takes them: whole numbers are made `float32` and scaled.
    package static func inputs(_ raw: Tensor, scale: Tensor) -> Tensor {
        guard !raw.dtype.isDifferentiable else { return raw }
        return raw.cast(to: .float32) * scale
    }
}
