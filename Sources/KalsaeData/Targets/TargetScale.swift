/// How numbers to predict become what a network learns, `(value - mean) / deviation`, and by what its
/// predictions are judged.
public struct TargetScale: Sendable, Equatable {
    /// What becomes 0.
    public let mean: Double
    /// What becomes 1 above it; greater than 0.
    public let deviation: Double
    /// What predictions are to make small.
    public let loss: TargetLoss

    /// A scale by its parts.
    public init(mean: Double, deviation: Double, loss: TargetLoss = .meanSquaredError) {
        (self.mean, self.deviation, self.loss) = (mean, deviation, loss)
    }

    /// The scale that suits a loss: mean and standard deviation for squares; the median, of quantiles the
    /// quantile, and interquartile range / 1.349 (where that is 0, of wider quantiles) for losses that
    /// outliers are not to move; 0 and the mean for rates. Nil where all values are equal, where there are
    /// none, where they are too large to square, and for a mean of 0 of rates.
    public init?(of values: [Double], loss: TargetLoss = .meanSquaredError) {
        guard let usual = Scale(of: values) else { return nil }
        self.loss = loss
        switch loss {
        case .meanSquaredError: (mean, deviation) = (usual.mean, usual.deviation)
        case .poisson, .gamma:
            guard usual.mean > 0 else { return nil }
            (mean, deviation) = (0, usual.mean)
        case .meanAbsoluteError, .huber, .quantile:
            let sorted = values.sorted()
            var level = 0.5
            if case .quantile(let own) = loss { level = own }
            mean = RobustScale.quantile(level, sorted)
            // Of a normal distribution each is the standard deviation. The first that is not 0: of targets
            // that are mostly alike the outer ones tell more.
            let widths = [(0.25, 1.349), (0.1, 2.563), (0.02, 4.107)].map { share, width in
                (RobustScale.quantile(1 - share, sorted) - RobustScale.quantile(share, sorted))
                    / width
            }
            let rounding = abs(mean) * 1e-14
            deviation = widths.first { $0 > rounding } ?? usual.deviation
        }
    }

    /// What a network learns of a value.
    public func apply(_ value: Double) -> Double { (value - mean) / deviation }

    /// The value in its own units.
    public func invert(_ value: Double) -> Double { value * deviation + mean }

    /// What one unit of the loss of a network is in the target's own units.
    public var lossUnit: Double {
        switch loss {
        case .meanSquaredError, .huber: deviation * deviation
        case .meanAbsoluteError, .quantile, .poisson: deviation
        case .gamma: 1
        }
    }
}
