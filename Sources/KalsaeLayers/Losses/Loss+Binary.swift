import KalsaeGraph
import KalsaeTensor

// Losses of yes and no: predictions and targets of one shape, or predictions `[…, 1]` with targets
// `[…]`; targets 0 and 1.
extension Loss {
    static let binaryLosses = [
        binaryCrossEntropy, binaryCrossEntropyOfProbability, focal, hinge, squaredHinge,
    ]

    /// -w t log σ(x) - (1 - t) log(1 - σ(x)) from logits x, without overflow; the weight w of what
    /// is positive is 1 by default.
    public static let binaryCrossEntropy = elementwise(
        "binaryCrossEntropy", ["positiveWeight": [1]], input: .logits
    ) { x, t, settings in
        let weight = settings["positiveWeight"]
        guard weight != 1 else { return x.softplus() - x * t }
        return (1 - t) * x.softplus() + t * (-x).softplus() * weight
    }

    /// -t log p - (1 - t) log(1 - p) from probabilities p, cut to epsilon ... 1 - epsilon; epsilon
    /// is 1e-7, as in Keras.
    public static let binaryCrossEntropyOfProbability = elementwise(
        "binaryCrossEntropyOfProbability", ["epsilon": [1e-7]], input: .probabilities
    ) { p, t, settings in
        let epsilon = min(max(settings["epsilon"], 0), 0.5)
        let inside = p.clipped(to: epsilon...(1 - epsilon))
        return -(t * inside.log() + (1 - t) * (1 - inside).log())
    }

    /// -a (1 - q)^gamma log q, with q the probability of what is right and a the weight of its
    /// class, from logits (Lin et al., 2017); gamma is 2, alpha, the weight of 1, is .25, that of 0
    /// is 1 - alpha.
    public static let focal = elementwise(
        "focal", ["gamma": [2], "alpha": [0.25]], input: .logits
    ) { x, t, settings in
        let entropy = x.softplus() - x * t
        let probability = x.sigmoid()
        let wrong = probability * (1 - t) + (1 - probability) * t
        let (alpha, gamma) = (settings["alpha"], settings["gamma"])
        let weight = t * (2 * alpha - 1) + (1 - alpha)
        return weight * wrong.pow(gamma) * entropy
    }

    /// max(1 - s p, 0), with s = 1 for targets above 0, else -1: targets may be 0 and 1, or ±1.
    public static let hinge = elementwise("hinge") { p, t, _ in (1 - sign(t) * p).relu() }

    /// The square of ``hinge``.
    public static let squaredHinge = elementwise("squaredHinge") { p, t, _ in
        (1 - sign(t) * p).relu().square()
    }

    /// Binary cross-entropy with a weight of what is positive.
    public static func binaryCrossEntropy(positiveWeight: Double) -> Loss {
        binaryCrossEntropy.with("positiveWeight", positiveWeight)
    }

    /// The focal loss with settings.
    public static func focal(gamma: Double = 2, alpha: Double = 0.25) -> Loss {
        focal.with("gamma", gamma).with("alpha", alpha)
    }

    private static func sign(_ targets: Tensor) -> Tensor {
        (targets .> 0).select(.ones(like: targets), -.ones(like: targets))
    }
}
