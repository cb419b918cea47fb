import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Inputs with their targets, as tensors that stay where they are: batches are gathered by number
/// inside of the plan.
public struct Dataset: Sendable {
    /// The inputs, `[count, …]`; any numeric type.
    public let features: Tensor
    /// The targets, `[count]` class numbers (`int32`) or `[count, outputs]` values.
    public let targets: Tensor
    /// What whole-number inputs are multiplied by on their way into a network: 1/255 for pixels.
    public let featureScale: Double
    /// The names of the classes; empty for values.
    public let classNames: [String]

    /// Makes a data set; both tensors are computed now.
    ///
    /// - Throws: a `KalsaeError` where the numbers of rows differ or a number is not finite.
    public init(
        _ features: Tensor, _ targets: Tensor, featureScale: Double = 1, classNames: [String] = []
    ) throws {
        try Tensor.evaluate([features, targets])
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
        self.features = features
        self.targets = targets
        self.featureScale = featureScale
        self.classNames = classNames
    }

    /// The number of rows.
    public var count: Int { features.shape[0] }

    /// The shape of one input.
    public var inputShape: Shape { Shape(features.shape.dropFirst()) }

    /// Inputs by row number, as a network takes them: `float32`, scaled.
    public func inputs(at rows: Tensor) -> Tensor {
        Dataset.inputs(features.gathered(at: rows), scale: Tensor(Float(featureScale)))
    }

    /// Raw features as a network takes them: whole numbers are made `float32` and scaled.
    package static func inputs(_ raw: Tensor, scale: Tensor) -> Tensor {
        guard !raw.dtype.isDifferentiable else { return raw }
        return raw.cast(to: .float32) * scale
    }
}
