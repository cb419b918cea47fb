import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Normalizes each channel (last axis) over the batch (Ioffe and Szegedy, 2015).
///
/// `y = gamma · (x - mean) / √(variance + epsilon) + beta`. Training takes mean and (biased)
/// variance of the batch and moves the running ones by `momentum`, the weight of the new value,
/// with the unbiased variance, as PyTorch does. Inference takes the running ones.
public struct BatchNorm: Layer {
    /// The scale, `[channels]`, at first 1.
    public var gamma: Tensor
    /// The offset, `[channels]`, at first 0.
    public var beta: Tensor
    /// The running mean, `[channels]`, at first 0.
    public var runningMean: Tensor
    /// The running variance, `[channels]`, at first 1.
    public var runningVariance: Tensor
    /// The weight of the new statistics in the running ones.
    public let momentum: Double
    /// Added to the variance.
    public let epsilon: Double

    /// Scale and offset are trained, the running statistics carried along.
    public static let parts = Parts(\Self.gamma, \.beta).state(
        \.runningMean, \.runningVariance)

    /// Makes a layer for a number of channels.
    public init(_ channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5) {
        gamma = Initializer.ones.parameter([channels])
        beta = Initializer.zeros.parameter([channels])
        runningMean = .zeros([channels])
        runningVariance = .ones([channels])
        self.momentum = momentum
        self.epsilon = epsilon
    }

    /// The normalized input.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.fault == nil else { return x }
        guard let scope = StepScope.current, scope.isTraining else {
            return normalized(x, mean: runningMean, variance: runningVariance)
        }
        let axes = Array(0..<max(x.rank - 1, 0))
        let rows = axes.reduce(1) { $0 * x.shape[$1] }
        guard rows > 1 else {
            return Tensor(
                KalsaeError(
                    "batch norm", expected: "at least two rows per channel in training",
                    got: "\(x.shape)", advice: "use a larger batch, or leave out a last batch of 1"),
                operands: [gamma])
        }
        let mean = x.mean(axes: axes)
        let centered = x - mean
        let variance = (centered * centered).mean(axes: axes)
        let unbiased = variance * (Double(rows) / Double(rows - 1))
        scope.report(
            runningMean, becomes: runningMean * (1 - momentum) + mean.stopGradient() * momentum)
        scope.report(
            runningVariance,
            becomes: runningVariance * (1 - momentum) + unbiased.stopGradient() * momentum)
        return centered * ((variance + epsilon).rsqrt() * gamma) + beta
    }

    private func normalized(_ x: Tensor, mean: Tensor, variance: Tensor) -> Tensor {
        let scale = (variance + epsilon).rsqrt() * gamma
        return (x - mean) * scale + beta
    }
}
