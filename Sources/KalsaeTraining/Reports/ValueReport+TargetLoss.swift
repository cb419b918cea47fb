import KalsaeData
import KalsaeLayers

extension ValueReport.TargetLossMeans {
    /// Measures predictions and targets as networks have them; nil for squares, and where no row counts.
    init?(
        _ predictions: [Double], _ targets: [Double], scale: TargetScale, weights: [Double]?
    ) {
        let total = weights?.reduce(0, +) ?? Double(targets.count)
        guard scale.loss != .meanSquaredError, total > 0 else { return nil }
        by = scale.loss
        func mean(_ value: (Int) -> Double) -> Double {
            targets.indices.reduce(0.0) { $0 + (weights?[$1] ?? 1) * value($1) } / total
        }
        let loss = scale.loss
        self.loss = mean { loss(predictions[$0], targets[$0]) } * scale.lossUnit
        let constant = Self.best(loss, targets, weights) { mean { targets[$0] } }
        constantLoss = mean { loss(constant, targets[$0]) } * scale.lossUnit
        if case .quantile = loss { below = mean { targets[$0] <= predictions[$0] ? 1 : 0 } }
    }

    /// The number for which the mean of a loss is least.
    private static func best(
        _ loss: TargetLoss, _ targets: [Double], _ weights: [Double]?, mean: () -> Double
    ) -> Double {
        switch loss {
        case .meanSquaredError, .poisson, .gamma: return mean()
        case .meanAbsoluteError: return quantile(0.5, targets, weights)
        case .quantile(let level): return quantile(level, targets, weights)
        case .huber:
            // The slope's sum grows with the number: halve the interval in which it changes its sign.
            var (low, high) = (targets.min() ?? 0, targets.max() ?? 0)
            for _ in 0..<100 where low < high {
                let middle = low + (high - low) / 2
                let slope = targets.indices.reduce(0.0) {
                    $0 + (weights?[$1] ?? 1) * loss.slope(middle, targets[$1])
                }
                if slope < 0 { low = middle } else { high = middle }
            }
            return high
        }
    }

    /// The least target with at least a share of the weight at or below it.
    private static func quantile(
        _ level: Double, _ targets: [Double], _ weights: [Double]?
    ) -> Double {
        let order = targets.indices.sorted { targets[$0] < targets[$1] }
        let total = weights?.reduce(0, +) ?? Double(targets.count)
        var sum = 0.0
        for row in order {
            sum += weights?[row] ?? 1
            if sum >= level * total { return targets[row] }
        }
        return order.last.map { targets[$0] } ?? 0
    }
}
