import KalsaeGraph
import KalsaeTensor

/// A random change of whole batches, inputs and targets alike, in training only.
public enum BatchAugmentation: Hashable, Sendable {
    /// Weighted sums of pairs of rows.
    case mixUp(MixUp)
    /// Rectangles of images replaced by those of others.
    case cutMix(CutMix)

    /// Weighted sums of pairs of rows; see ``MixUp``.
    public static func mixUp(alpha: Double = 0.2, classes: Int) -> BatchAugmentation {
        .mixUp(MixUp(alpha: alpha, classes: classes))
    }

    /// Rectangles of images replaced by those of others; see ``CutMix``.
    public static func cutMix(alpha: Double = 1, classes: Int) -> BatchAugmentation {
        .cutMix(CutMix(alpha: alpha, classes: classes))
    }

    /// The mixed inputs and targets for a key.
    public func callAsFunction(
        _ inputs: Tensor, _ targets: Tensor, key: RandomKey
    ) -> (inputs: Tensor, targets: Tensor) {
        switch self {
        case .mixUp(let mixUp): mixUp(inputs, targets, key: key)
        case .cutMix(let cutMix): cutMix(inputs, targets, key: key)
        }
    }
}
