import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A number that tells how good predictions are, gathered over batches as sums.
///
/// Sums over rows and one division at the end make it right for uneven last batches.
public enum Metric: String, CaseIterable, Codable, Hashable, Sendable {
    /// The share of rows whose largest logit is that of the class.
    case accuracy
    /// Mean absolute error.
    case mae
    /// Root of the mean squared error.
    case rmse
    /// Share of the variance that is explained: `1 - Σ(t - p)² / Σ(t - mean t)²`.
    case r2

    /// The sums that a batch adds, `[count]`.
    public func sums(_ predictions: Tensor, _ targets: Tensor) -> Tensor {
        for tensor in [predictions, targets] where tensor.fault != nil { return tensor }
        switch self {
        case .accuracy:
            let hits = predictions.argMax(axis: -1) .== targets.cast(to: .int32)
            return hits.cast(to: .float32).sum().reshaped(to: [1])
        case .mae: return (predictions - targets).abs().sum().reshaped(to: [1])
        case .rmse: return squared(predictions - targets)
        case .r2:
            return .concatenate([
                squared(predictions - targets), targets.sum().reshaped(to: [1]), squared(targets),
            ])
        }
    }

    /// The metric's value from the sums of all batches and the number of rows.
    public func value(_ sums: [Double], rows: Int) -> Double {
        let rows = Double(rows)
        switch self {
        case .accuracy, .mae: return sums[0] / rows
        case .rmse: return (sums[0] / rows).squareRoot()
        case .r2:
            let variation = sums[2] - sums[1] * sums[1] / rows
            return variation > 0 ? 1 - sums[0] / variation : (sums[0] == 0 ? 1 : 0)
        }
    }

    /// How many sums there are.
    public var sumCount: Int { self == .r2 ? 3 : 1 }

    /// Whether larger is better.
    public var isBetterLarger: Bool { self == .accuracy || self == .r2 }

    private func squared(_ x: Tensor) -> Tensor { (x * x).sum().reshaped(to: [1]) }
}
