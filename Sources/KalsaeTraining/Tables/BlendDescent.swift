import Glibc
import KalsaeData

/// Exponentiated gradients on the weights of a blend: w ← w · exp(−η (slope − mean slope)), scaled to
/// sum 1, from equal weights until the steps' η add up to a time.
struct BlendDescent {
    /// How long the weights flow.
    let time: Double
    /// The steps at most.
    let steps: Int
    /// The derivative of the loss for each weight.
    let slopes: ([Double]) -> [Double]
    let count: Int

    /// The log loss of mixed probabilities, which is convex in the weights.
    init(likelihoods predictions: [TablePredictions], _ data: LabeledData, rows: [Int]) {
        var shares: [Double] = []
        var own: [Double] = []
        if case .classes(let classes, _) = data.targets {
            for row in rows {
                shares.append(data.weight(of: row))
                for part in predictions {
                    own.append(Double(part.values[row * part.width + Int(classes[row])]))
                }
            }
        }
        count = predictions.count
        time = Double(rows.count) / 4
        steps = 200
        slopes = Self.slopes(own, shares) { mixed, _ in -1 / max(mixed, 1e-12) }
    }

    /// The mean square of mixed values: a quadratic form of the models' products of errors.
    init(squares predictions: [TablePredictions], _ data: LabeledData, rows: [Int]) {
        let models = predictions.count
        var products = [Double](repeating: 0, count: models * models)
        var total = 0.0
        if case .values(let targets, _) = data.targets {
            var errors = [Double](repeating: 0, count: models)
            for row in rows {
                let weight = data.weight(of: row)
                total += weight
                for index in 0..<models {
                    errors[index] = Double(predictions[index].values[row] - targets[row])
                }
                for left in 0..<models {
                    for right in 0..<models {
                        products[left * models + right] += weight * errors[left] * errors[right]
                    }
                }
            }
        }
        products = products.map { $0 / max(total, .leastNormalMagnitude) }
        let best = (0..<models).map { products[$0 * models + $0] }.min() ?? 0
        count = models
        time = Double(rows.count) / (8 * max(best, 1e-12))
        steps = 4_000
        slopes = { [products] weights in
            (0..<models).map { index in
                let row = products[(index * models)..<((index + 1) * models)]
                return 2 * zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 }
            }
        }
    }

    /// The loss of mixed values by its derivative, row by row.
    init(
        _ loss: TargetLoss, _ predictions: [TablePredictions], _ targets: [Float],
        _ data: LabeledData, rows: [Int]
    ) {
        let models = predictions.count
        let own = rows.flatMap { row in predictions.map { Double($0.values[row]) } }
        let truths = rows.map { Double(targets[$0]) }
        let shares = rows.map { data.weight(of: $0) }
        let best = (0..<models).map { model in
            loss.dispersion(
                of: truths.indices.lazy.map { (own[$0 * models + model], truths[$0], shares[$0]) })
        }.min()
        count = models
        time = Double(rows.count) / (4 * max(best ?? 1, 1e-12))
        steps = 200
        slopes = Self.slopes(own, shares) { mixed, row in loss.slope(mixed, truths[row]) }
    }

    /// The derivative of a loss of mixed predictions for each weight.
    ///
    /// - Parameters:
    ///   - own: for each row the models' predictions.
    ///   - shares: how much each row counts.
    ///   - slope: the loss's derivative by the mixed prediction of a row.
    private static func slopes(
        _ own: [Double], _ shares: [Double], _ slope: @escaping (Double, Int) -> Double
    ) -> ([Double]) -> [Double] {
        let scale = 1 / max(shares.reduce(0, +), .leastNormalMagnitude)
        return { weights in
            let models = weights.count
            var slopes = [Double](repeating: 0, count: models)
            for (row, share) in shares.enumerated() {
                let start = row * models
                var mixed = 0.0
                for index in 0..<models { mixed += weights[index] * own[start + index] }
                let factor = share * slope(mixed, row)
                for index in 0..<models { slopes[index] += factor * own[start + index] }
            }
            return slopes.map { $0 * scale }
        }
    }

    /// The weights at the end of the time.
    func weights() -> [Double] {
        var weights = [Double](repeating: 1 / Double(count), count: count)
        guard count > 1 else { return weights }
        var left = time
        for step in 0..<steps where left > 0 {
            let slopes = slopes(weights)
            let mean = zip(slopes, weights).reduce(0) { $0 + $1.0 * $1.1 }
            // No weight moves by more than a factor of e^½ a step.
            let steepest = slopes.map { abs($0 - mean) }.max() ?? 0
            let rate = min(left / Double(steps - step), 0.5 / max(steepest, .leastNormalMagnitude))
            left -= rate
            weights = zip(weights, slopes).map { $0 * exp(rate * (mean - $1)) }
            let sum = weights.reduce(0, +)
            weights = weights.map { $0 / sum }
        }
        return weights
    }
}
