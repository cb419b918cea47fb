import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Each row of a batch beside another one of the batch, and the share λ of the one.
struct BatchPairs {
    let inputs: Tensor
    let otherInputs: Tensor
    let targets: Tensor
    let otherTargets: Tensor
    /// λ, a scalar of the distribution Beta(alpha, alpha).
    let share: Tensor

    /// The first fault, or nil.
    var fault: Tensor? { [inputs, targets].first { $0.fault != nil } }

    init(
        _ operation: String, _ inputs: Tensor, _ targets: Tensor, alpha: Double, classes: Int,
        key: RandomKey
    ) {
        let isValid =
            alpha > 0 && alpha.isFinite && classes > 0 && inputs.rank >= 1
            && inputs.dtype.isFloat && targets.rank >= 1 && targets.shape[0] == inputs.shape[0]
        guard isValid, inputs.fault == nil, targets.fault == nil else {
            let fault = refusal(
                operation,
                expected: "an alpha above 0, classes, inputs and targets of one batch",
                got: "alpha \(alpha), \(classes) classes, \(inputs.shape) and \(targets.shape)",
                [inputs, targets])
            self.inputs = fault
            (otherInputs, self.targets, otherTargets, share) = (fault, fault, fault, fault)
            return
        }
        let dense =
            targets.dtype.isInteger
            ? targets.oneHot(classes: classes, dtype: inputs.dtype) : targets
        let order = Tensor.randomPermutation(inputs.shape[0], key: key.stream(1))
        self.inputs = inputs
        self.targets = dense
        (otherInputs, otherTargets) = (inputs.gathered(at: order), dense.gathered(at: order))
        share = Self.beta(alpha, key: key.stream(2)).cast(to: inputs.dtype)
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
