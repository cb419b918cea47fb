import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// What training makes small: one number from predictions and targets, the mean over the batch.
///
/// The loss of a row is the mean over its outputs where a row has several. In files and commands
/// `softmaxCrossEntropy`, `huber(delta: 2)`. The functions are in files by family:
/// `Losses/Loss+Regression.swift`, `Loss+Classes.swift`, `Loss+Binary.swift`, `Loss+Vectors.swift`.
public struct Loss: NamedFunction {
    /// Name and settings.
    public var settings: FunctionSettings
    /// What the loss takes predictions for.
    public let input: Input
    private let body: @Sendable (Tensor, Tensor, FunctionSettings) -> Terms

    /// What the predictions of a network are.
    public enum Input: Sendable {
        /// Any numbers.
        case values
        /// Numbers in front of a softmax or sigmoid, which the loss contains.
        case logits
        /// Numbers from 0 to 1.
        case probabilities
    }

    /// How the losses of the rows become the result.
    public enum Reduction: String, CaseIterable, Codable, Sendable {
        /// One loss for each row.
        case none
        /// The sum over the rows.
        case sum
        /// The mean over the rows, by their weights where they have some.
        case mean
    }

    /// The losses of the rows, times their weights, and what the sum of them is divided by in the
    /// mean, where that is not the number of rows.
    struct Terms {
        var values: Tensor
        var weights: Tensor?

        init(_ values: Tensor, weights: Tensor? = nil) {
            self.values = values
            self.weights = weights
        }
    }

    init(
        _ name: String, _ defaults: KeyValuePairs<String, [Double]> = [:], input: Input = .values,
        body: @escaping @Sendable (Tensor, Tensor, FunctionSettings) -> Terms
    ) {
        settings = FunctionSettings(name, defaults)
        self.input = input
        self.body = body
    }

    /// All losses.
    public static let all: [Loss] =
        classLosses + regressionLosses + binaryLosses + vectorLosses

    /// The loss of a batch.
    ///
    /// - Parameters:
    ///   - predictions: what the network says.
    ///   - targets: what is right.
    ///   - weights: how much each row counts, in the shape of ``perRow(_:_:)`` or `[batch]`; all
    ///     alike without.
    ///   - reduction: the mean over rows by default: Σ weight · loss / Σ weight, and 0 where no
    ///     row counts.
    public func callAsFunction(
        _ predictions: Tensor, _ targets: Tensor, weights: Tensor? = nil,
        reduction: Reduction = .mean
    ) -> Tensor {
        let terms = terms(predictions, targets, weights)
        guard terms.values.fault == nil else { return terms.values }
        switch reduction {
        case .none: return terms.values
        case .sum: return terms.values.sum()
        case .mean:
            guard terms.values.count > 0 else {
                return fault("at least one row", "\(predictions.shape)", [predictions])
            }
            guard let weights = terms.weights else { return terms.values.mean() }
            let total = weights.sum()
            // With nothing that counts the sum is 0 too.
            return terms.values.sum() / (total .== 0).select(.ones(like: total), total)
        }
    }

    /// The loss of each row, times its class's weight if there are some: `[batch]`, or
    /// `[batch, time]` of sequences.
    public func perRow(_ predictions: Tensor, _ targets: Tensor) -> Tensor {
        terms(predictions, targets, nil).values
    }

    /// The sum of weight · loss over a batch and the sum of the weights, `[2]`: what the mean over
    /// several batches is made of.
    public func sums(
        _ predictions: Tensor, _ targets: Tensor, weights: Tensor? = nil
    ) -> Tensor {
        let terms = terms(predictions, targets, weights)
        guard terms.values.fault == nil else { return terms.values }
        let weights = terms.weights ?? .ones(like: terms.values)
        let parts = [terms.values.sum(), weights.sum()]
        return .concatenate(parts.map { $0.cast(to: .float32).reshaped(to: [1]) })
    }

    func terms(_ predictions: Tensor, _ targets: Tensor, _ weights: Tensor?) -> Terms {
        for tensor in [predictions, targets] where tensor.fault != nil { return Terms(tensor) }
        guard predictions.dtype.isFloat else {
            return Terms(
                fault("floating-point predictions", "\(predictions.dtype)", [predictions]))
        }
        var terms = body(predictions, targets, settings)
        guard let weights, terms.values.fault == nil else { return terms }
        let shape = terms.values.shape
        if weights.fault != nil { return Terms(weights) }
        guard weights.rank <= shape.rank, weights.shape.elementsEqual(shape.prefix(weights.rank))
        else {
            return Terms(fault("weights \(shape)", "\(weights.shape)", [predictions, weights]))
        }
        let column = weights.shape.sizes + [Int](repeating: 1, count: shape.rank - weights.rank)
        let typed = weights.cast(to: terms.values.dtype).reshaped(to: Shape(column))
            .broadcast(to: shape)
        terms.values *= typed
        terms.weights = terms.weights.map { $0 * typed } ?? typed
        return terms
    }

    private func fault(_ expected: String, _ got: String, _ operands: [Tensor]) -> Tensor {
        Tensor(KalsaeError(name, expected: expected, got: got), operands: operands)
    }
}

extension Loss {
    /// Whether predictions look like probabilities where the loss takes logits: every number in
    /// 0 ... 1, and every row of several with sum 1.
    ///
    /// Such a loss applies its softmax or sigmoid a second time; the network learns slowly.
    public func isGivenProbabilities(_ predictions: Tensor) throws -> Bool {
        guard input == .logits, let width = predictions.shape.last, predictions.count > 0 else {
            return false
        }
        let numbers = try predictions.values(Double.self)
        guard numbers.allSatisfy({ (0...1).contains($0) }) else { return false }
        guard width > 1 else { return true }
        return stride(from: 0, to: numbers.count, by: width).allSatisfy { start in
            (numbers[start..<(start + width)].reduce(0, +) - 1).magnitude < 1e-3
        }
    }
}

/// The mean over all axes but the first: the loss of a row of outputs.
func rowMean(_ x: Tensor) -> Tensor {
    x.fault != nil || x.rank <= 1 ? x : x.mean(axes: Array(1..<x.rank))
}

/// Targets as numbers of the predictions' type and shape, or a fault under the loss's name.
func matched(_ name: String, _ predictions: Tensor, _ targets: Tensor) -> Tensor {
    guard predictions.rank >= 1, predictions.count == targets.count,
        predictions.shape == targets.shape || predictions.shape == targets.shape + [1]
    else {
        return Tensor(
            KalsaeError(
                name, expected: "predictions and targets of one shape",
                got: "\(predictions.shape) and \(targets.shape)"),
            operands: [predictions])
    }
    return targets.cast(to: predictions.dtype).reshaped(to: predictions.shape)
}

private func + (shape: Shape, sizes: [Int]) -> Shape { Shape(shape.sizes + sizes) }
