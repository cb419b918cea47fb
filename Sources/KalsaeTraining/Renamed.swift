import KalsaeData

// Old names of public types and methods, for one release.

/// The old name of ``LearningRateFinder``.
@available(*, unavailable, renamed: "LearningRateFinder")
public typealias LearningRateRange = LearningRateFinder

/// The old name of ``TrainingRun``.
@available(*, unavailable, renamed: "TrainingRun")
public typealias Experiment = TrainingRun

extension Trainer {
    /// The old name of ``findLearningRate(_:rates:steps:batch:smoothing:divergence:)``.
    @available(
        *, unavailable, renamed: "findLearningRate(_:rates:steps:batch:smoothing:divergence:)"
    )
    public func learningRateRangeTest(
        _ data: Dataset, rates: ClosedRange<Double> = 1e-7...10, steps: Int = 100, batch: Int = 32,
        smoothing: Double = 0.9, burst: Double = 4
    ) throws -> LearningRateFinder {
        try findLearningRate(
            data, rates: rates, steps: steps, batch: batch, smoothing: smoothing,
            divergence: burst)
    }
}
