import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A rectangle of each image replaced by that of another, targets mixed by the area (Yun et al.,
/// 2019).
///
/// The rectangle has a share `1 - λ` of the area, λ drawn from Beta(alpha, alpha) once a batch.
/// Class numbers become probabilities of classes, which the cross-entropies take.
public struct CutMix: Hashable, Sendable {
    /// The parameter of the Beta distribution, above 0.
    public var alpha: Double
    /// The number of classes.
    public var classes: Int

    /// Makes the augmentation.
    public init(alpha: Double = 1, classes: Int) {
        (self.alpha, self.classes) = (alpha, classes)
    }

    /// The mixed images `[batch, height, width, channels]` and targets for a key.
    public func callAsFunction(
        _ inputs: Tensor, _ targets: Tensor, key: RandomKey
    ) -> (inputs: Tensor, targets: Tensor) {
        let pairs = BatchPairs(
            "cutMix", inputs, targets, alpha: alpha, classes: classes, key: key)
        if let fault = pairs.fault { return (fault, fault) }
        guard inputs.rank == 4 else {
            let fault = refusal(
                "cutMix", expected: "images [batch, height, width, channels]",
                got: "\(inputs.shape)", [inputs])
            return (fault, fault)
        }
        let (mask, area) = rectangle(inputs, share: pairs.share, key: key.stream(3))
        return (
            mask.select(pairs.otherInputs, inputs),
            pairs.targets * (1 - area) + pairs.otherTargets * area
        )
    }

    /// A rectangle of the share 1 - λ of the area, `[1, height, width, 1]`, and its true share:
    /// sides are whole pixels.
    private func rectangle(
        _ images: Tensor, share: Tensor, key: RandomKey
    ) -> (mask: Tensor, area: Tensor) {
        let draw = Draw(batch: 1, key: key)
        let side = (1 - share).clipped(to: 0...1).sqrt().cast(to: .float32).reshaped(to: [1])
        let (height, width) = (images.shape[1], images.shape[2])
        let rows = draw.isInside(height, share: side, at: draw.even(1))
        let columns = draw.isInside(width, share: side, at: draw.even(2))
        let mask =
            rows.reshaped(to: [1, height, 1, 1]) .& columns.reshaped(to: [1, 1, width, 1])
        return (mask, mask.cast(to: images.dtype).mean())
    }
}
