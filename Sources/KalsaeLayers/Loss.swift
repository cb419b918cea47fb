import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// What training makes small: one number from predictions and targets, the mean over the batch.
public enum Loss: String, CaseIterable, Codable, Hashable, Sendable {
    /// `-log softmax(logits)[class]`; logits `[batch, classes]`, targets class numbers `[batch]`.
    case softmaxCrossEntropy
    /// Mean of squared differences; predictions and targets of one shape.
    case meanSquaredError

    /// The loss of a batch, a scalar.
    public func callAsFunction(_ predictions: Tensor, _ targets: Tensor) -> Tensor {
        perRow(predictions, targets).mean()
    }

    /// The loss of each row, `[batch]`.
    public func perRow(_ predictions: Tensor, _ targets: Tensor) -> Tensor {
        for tensor in [predictions, targets] where tensor.fault != nil { return tensor }
        switch self {
        case .softmaxCrossEntropy: return crossEntropy(predictions, targets)
        case .meanSquaredError: return squaredError(predictions, targets)
        }
    }

    private func crossEntropy(_ logits: Tensor, _ targets: Tensor) -> Tensor {
        guard logits.rank == 2, targets.rank == 1, logits.shape[0] == targets.shape[0],
            targets.dtype.isInteger
        else {
            return Tensor(
                KalsaeError(
                    "softmax cross-entropy",
                    expected: "logits [batch, classes] and class numbers [batch]",
                    got: "\(logits.dtype)\(logits.shape) and \(targets.dtype)\(targets.shape)"),
                operands: [logits])
        }
        let labels = targets.cast(to: .int32).expandingShape(at: 1)
        let isLabel = labels .== Tensor.arange(logits.shape[1])
        let largest = logits.max(axes: [1], keepsAxes: true).stopGradient()
        let shifted = logits - largest
        let logSum = shifted.exp().sum(axes: [1]).log()
        let chosen = isLabel.select(shifted, .zeros(like: shifted)).sum(axes: [1])
        return logSum - chosen
    }

    private func squaredError(_ predictions: Tensor, _ targets: Tensor) -> Tensor {
        guard predictions.shape == targets.shape, predictions.rank >= 1 else {
            return Tensor(
                KalsaeError(
                    "mean squared error", expected: "predictions and targets of one shape",
                    got: "\(predictions.shape) and \(targets.shape)"),
                operands: [predictions])
        }
        let difference = predictions - targets
        let square = difference * difference
        return square.rank == 1 ? square : square.mean(axes: Array(1..<square.rank))
    }
}
