import KalsaeSupport

/// Functional ANOVA: the share of a forest's variance that each parameter explains alone.
///
/// Source: Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter
/// importance" (2014).
enum ForestAnova {
    private static let trees = 64

    static func importance(_ trials: RankedTrials, _ space: SearchSpace, seed: UInt64) -> [Double] {
        let dimension = trials.dimension
        let complete = trials.order.prefix(trials.completeCount)
        // Where a parameter is missing, the middle stands for it.
        let points = complete.flatMap { trials.point($0).map { $0.isNaN ? 0.5 : $0 } }
        let finite = complete.map { trials.losses[$0] }.filter(\.isFinite)
        let (least, greatest) = (finite.min() ?? 0, finite.max() ?? 0)
        let targets = complete.map { min(max(trials.losses[$0], least), greatest) }
        var shares = [Double](repeating: 0, count: dimension)
        for tree in 0..<trees {
            var random = Philox(seed: seed, stream: 0xf0_7e57, step: UInt64(tree))
            let rows = targets.indices.map { _ in random.next(below: targets.count) }
            let (total, single) = RegressionTree(
                points, targets, rows, dimension: dimension, random: &random
            ).variances(dimension: dimension)
            guard total > 0 else { continue }
            for column in 0..<dimension { shares[column] += single[column] / total }
        }
        return shares
    }
}
