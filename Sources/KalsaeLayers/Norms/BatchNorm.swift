import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Normalizes each channel (last axis) over the batch (Ioffe and Szegedy, 2015).
///
/// `y = gamma · (x - mean) / √(variance + epsilon) + beta`. Training takes mean and (biased)
/// variance of the batch and moves the running ones by `momentum`, the weight of the new value;
/// PyTorch's ``Settings`` by default. Inference takes the running ones.
public struct BatchNorm: Layer {
    /// The scale, `[channels]`, initially 1.
    public var gamma: Tensor
    /// The offset, `[channels]`, initially 0.
    public var beta: Tensor
    /// The running mean, `[channels]`, initially 0.
    public var runningMean: Tensor
    /// The running variance, `[channels]`, initially 1.
    public var runningVariance: Tensor
    /// The layer's settings.
    public let settings: Settings

    /// Scale and offset are trained, the running statistics carried along.
    public static let parts = Parts(\Self.gamma, \.beta).state(
        \.runningMean, \.runningVariance)

    /// Makes a layer for a number of channels.
    ///
    /// - Parameters:
    ///   - channels: the size of the last axis.
    ///   - momentum: the weight of the new statistics, as in PyTorch; Keras's `momentum` is 1 less
    ///     this.
    ///   - epsilon: added to the variance.
    ///   - isUnbiased: whether the running variance is of unbiased ones.
    public init(
        _ channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5, isUnbiased: Bool = true
    ) {
        self.init(
            channels, Settings(momentum: momentum, epsilon: epsilon, isUnbiased: isUnbiased))
    }

    /// Makes a layer from its settings, such as `.torch` or `.keras`.
    public init(_ channels: Int, _ settings: Settings) {
        self.settings = settings
        gamma = Initializer.ones.parameter([channels], of: Settings.kind)
        beta = Initializer.zeros.parameter([channels], of: Settings.kind)
        runningMean = .zeros([channels])
        runningVariance = .ones([channels])
    }

    /// The weight of the new statistics in the running ones.
    public var momentum: Double { settings.momentum }

    /// Added to the variance.
    public var epsilon: Double { settings.epsilon }

    /// Whether the running variance is of unbiased ones.
    public var isUnbiased: Bool { settings.isUnbiased }

    /// The normalized input.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedLastAxis(x, Settings.kind, gamma) { return refused }
        guard let scope = StepScope.current, scope.isTraining else {
            return normalized(x, mean: runningMean, variance: runningVariance)
        }
        let axes = Array(0..<max(x.rank - 1, 0))
        let rows = axes.reduce(1) { $0 * x.shape[$1] }
        guard rows > 1 else {
            return Tensor(
                KalsaeError(
                    Settings.kind, expected: "at least two rows per channel in training",
                    got: "\(x.shape)", advice: "use a larger batch, or leave out a last batch of 1"),
                operands: [gamma])
        }
        let center = x.mean(axes: axes, keepsAxes: true)
        let distance = x - center
        let spread = (distance * distance).mean(axes: axes, keepsAxes: true)
        let (mean, variance) = (
            center.reshaped(to: gamma.shape).stopGradient(),
            spread.reshaped(to: gamma.shape).stopGradient()
        )
        let estimate = isUnbiased ? variance * (Double(rows) / Double(rows - 1)) : variance
        scope.report(runningMean, becomes: runningMean * (1 - momentum) + mean * momentum)
        scope.report(
            runningVariance, becomes: runningVariance * (1 - momentum) + estimate * momentum)
        return normalized(x, axes: axes, rows: Double(rows))
    }

    /// The input normalized by its own statistics. Its gradient is that of the whole, which needs
    /// two sums instead of the three of its parts: with u upstream and x̂ the normalized input,
    /// `gamma / √(variance + epsilon) · (u - (Σ u + x̂ · Σ u·x̂) / rows)`.
    private func normalized(_ x: Tensor, axes: [Int], rows: Double) -> Tensor {
        let epsilon = epsilon
        let gamma = gamma
        return withCustomGradient([x, gamma, beta]) { inputs in
            let (centered, deviation) = inputs[0].centered(axes: axes, epsilon: epsilon)
            return centered * (deviation * inputs[1]) + inputs[2]
        } backward: { upstream in
            let (centered, deviation) = x.centered(axes: axes, epsilon: epsilon)
            let normalized = centered * deviation
            let offset = upstream.sum(axes: axes)
            let scale = (upstream * normalized).sum(axes: axes)
            let input = upstream - (offset + normalized * scale) * (1 / rows)
            return [input * (deviation * gamma), scale, offset]
        }
    }

    private func normalized(_ x: Tensor, mean: Tensor, variance: Tensor) -> Tensor {
        let scale = (variance + epsilon).rsqrt() * gamma
        return (x - mean) * scale + beta
    }
}
