import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

// Losses of directions and distances.
extension Loss {
    static let vectorLosses = [cosine, triplet]

    /// 1 - cos of the angle between predictions and targets along the last axis; lengths count as
    /// at least 1e-8.
    public static let cosine = Loss("cosine") { p, t, _ in
        let targets = matched("cosine", p, t)
        guard targets.fault == nil else { return Terms(targets) }
        let similarity = p.cosineSimilarity(to: targets)
        return Terms(rowMean(1 - similarity))
    }

    /// max(d(anchor, positive) - d(anchor, negative) + margin, 0), d the distance (Schroff et al.,
    /// 2015); margin 1, epsilon 1e-6 in each difference, as in PyTorch.
    ///
    /// Predictions are `[batch, 3, size]`: anchor, positive, negative. Targets are not looked at.
    public static let triplet = Loss(
        "triplet", ["margin": [1], "epsilon": [1e-6]]
    ) { p, _, settings in
        guard p.rank == 3, p.shape[1] == 3 else {
            return Terms(
                Tensor(
                    KalsaeError(
                        "triplet", expected: "predictions [batch, 3, size]", got: "\(p.shape)"),
                    operands: [p]))
        }
        let anchor = p[.all, 0]
        func distance(_ other: Tensor) -> Tensor {
            (anchor - other + settings["epsilon"]).norm(axes: [1])
        }
        return Terms((distance(p[.all, 1]) - distance(p[.all, 2]) + settings["margin"]).relu())
    }

    /// The triplet loss with a margin.
    public static func triplet(margin: Double) -> Loss { triplet.with("margin", margin) }
}
