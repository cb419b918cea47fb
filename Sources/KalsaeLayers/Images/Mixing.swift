import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Pairs of a batch made one: images and their targets, in training only.
///
/// Each row is mixed with another of the batch, by a share λ drawn from the distribution
/// Beta(alpha, alpha) for the batch. Class numbers become shares of classes, which the
/// cross-entropies take.
public enum Mixing: Hashable, Sendable {
    /// λ · one + (1 - λ) · other (Zhang et al., 2018).
    case mixUp(alpha: Double = 0.2, classes: Int)
    /// A rectangle of the other, of a share 1 - λ of the area, over the one (Yun et al., 2019);
    /// targets are mixed by the area.
    case cutMix(alpha: Double = 1, classes: Int)

    /// The mixed inputs and targets for a key.
    public func callAsFunction(
        _ inputs: Tensor, _ targets: Tensor, key: RandomKey
    ) -> (inputs: Tensor, targets: Tensor) {
        for tensor in [inputs, targets] where tensor.fault != nil { return (tensor, tensor) }
        let (alpha, classes) = numbers
        guard alpha > 0, alpha.isFinite, classes > 0, inputs.rank >= 1, inputs.dtype.isFloat,
            targets.rank >= 1, targets.shape[0] == inputs.shape[0]
        else {
            return fault(
                "an alpha above 0, classes, inputs and targets of one batch",
                "\(self), \(inputs.shape) and \(targets.shape)", inputs)
        }
        let dense =
            targets.dtype.isInteger
            ? targets.oneHot(classes: classes, dtype: inputs.dtype) : targets
        let order = Tensor.randomPermutation(inputs.shape[0], key: key.stream(1))
        let (other, otherTargets) = (inputs.gathered(at: order), dense.gathered(at: order))
        let share = Self.beta(alpha, key: key.stream(2)).cast(to: inputs.dtype)
        switch self {
        case .mixUp:
            return (
                inputs * share + other * (1 - share), dense * share + otherTargets * (1 - share)
            )
        case .cutMix:
            guard inputs.rank == 4 else {
                return fault("images [batch, height, width, channels]", "\(inputs.shape)", inputs)
            }
            let (mask, area) = hole(inputs, share: share, key: key.stream(3))
            let mixed = dense * (1 - area) + otherTargets * area
            return (mask.select(other, inputs), mixed)
        }
    }

    private var numbers: (alpha: Double, classes: Int) {
        switch self {
        case .mixUp(let alpha, let classes), .cutMix(let alpha, let classes): (alpha, classes)
        }
    }

    private func fault(
        _ expected: String, _ got: String, _ inputs: Tensor
    ) -> (inputs: Tensor, targets: Tensor) {
        let tensor = Tensor(
            KalsaeError("mixing", expected: expected, got: got), operands: [inputs])
        return (tensor, tensor)
    }

    /// A rectangle of the share 1 - λ of the area, `[1, height, width, 1]`, and its true share:
    /// sides are whole pixels.
    private func hole(
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

    /// One number of the distribution Beta(alpha, alpha), a scalar.
    ///
    /// Of two gamma numbers, as e^g₁ / (e^g₁ + e^g₂) with their logarithms, which do not become 0.
    static func beta(_ alpha: Double, key: RandomKey) -> Tensor {
        (logGamma(alpha, key.stream(1)) - logGamma(alpha, key.stream(2))).sigmoid()
    }

    /// The logarithm of a number of the gamma distribution, by Marsaglia and Tsang (2000).
    ///
    /// A plan has no loops: of 16 tries, each good with more than 95 %, the first good one counts.
    private static func logGamma(_ alpha: Double, _ key: RandomKey) -> Tensor {
        // For alpha + 1, and then down by u^(1 / alpha), which serves alphas below 1 too.
        let d = alpha + 1 - 1.0 / 3
        let x = Tensor.normal([16], key: key.stream(1))
        let u = Tensor.uniform([16], key: key.stream(2)).maximum(1e-30)
        let cube = (x * (1 / (9 * d).squareRoot()) + 1).cube()
        let v = cube.maximum(1e-30)
        let limit = x.square() * 0.5 + (1 - v + v.log()) * d
        let isGood = (cube .> 0) .& (u.log() .< limit)
        let first = isGood.cast(to: .int32).argMax(axis: 0)
        let chosen = v.gathered(at: first.reshaped(to: [1])).reshaped(to: [])
        let boost = Tensor.uniform([], key: key.stream(3)).maximum(1e-30).log() / alpha
        return chosen.log() + boost
    }
}
