import KalsaeGraph
import KalsaeTensor

/// Weighted sums of pairs of rows, inputs and targets alike (Zhang et al., 2018):
/// `λ · one + (1 - λ) · other`, λ drawn from Beta(alpha, alpha) once a batch.
///
/// Class numbers become probabilities of classes, which the cross-entropies take.
public struct MixUp: Hashable, Sendable {
    /// The parameter of the Beta distribution, above 0.
    public var alpha: Double
    /// The number of classes.
    public var classes: Int

    /// Makes the augmentation.
    public init(alpha: Double = 0.2, classes: Int) {
        (self.alpha, self.classes) = (alpha, classes)
    }

    /// The mixed inputs and targets for a key.
    public func callAsFunction(
        _ inputs: Tensor, _ targets: Tensor, key: RandomKey
    ) -> (inputs: Tensor, targets: Tensor) {
        let pairs = BatchPairs(
            "mixUp", inputs, targets, alpha: alpha, classes: classes, key: key)
        if let fault = pairs.fault { return (fault, fault) }
        let (share, rest) = (pairs.share, 1 - pairs.share)
        return (
            pairs.inputs * share + pairs.otherInputs * rest,
            pairs.targets * share + pairs.otherTargets * rest
        )
    }
}
