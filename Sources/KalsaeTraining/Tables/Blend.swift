import Glibc
import KalsaeData

/// How several models' predictions become one: weights of sum 1 and a temperature, found on rows that
/// the models did not train on.
package struct Blend: Sendable, Equatable {
    /// The models' weights.
    package var weights: [Double]
    /// What logarithms of probabilities are divided by; 1 for values.
    package var temperature: Double

    /// The best blend of predictions on some rows.
    ///
    /// Weights flow along exponentiated gradients (Kivinen and Warmuth, 1997) from equal ones for a
    /// time of `rows / 4` for log loss, `rows / (8 σ²)` for squares, σ² the mean square of the best
    /// model, and `rows / (4 φ)` for other losses, φ their dispersion there: as far as so many rows can tell models apart (a posterior of temperature 4), whatever
    /// the unit. Weights below 2 % become 0. The temperature is the best of a grid from 1/2 to 3.
    package init(_ predictions: [TablePredictions], _ data: LabeledData, rows: [Int]) {
        let descent =
            switch data.targets {
            case .classes: BlendDescent(likelihoods: predictions, data, rows: rows)
            case .values(_, let scale) where scale.loss == .meanSquaredError:
                BlendDescent(squares: predictions, data, rows: rows)
            case .values(let targets, let scale):
                BlendDescent(scale.loss, predictions, targets, data, rows: rows)
            }
        let kept = descent.weights().map { $0 < 0.02 ? 0 : $0 }
        let sum = kept.reduce(0, +)
        weights = kept.map { $0 / sum }
        temperature = 1
        guard case .classes = data.targets else { return }
        let mixed = TablePredictions.mixed(predictions, weights: weights)
        var best = Double.infinity
        for step in 0...36 {
            let tried = 0.5 * pow(6, Double(step) / 36)
            let loss = mixed.tempered(tried).loss(data, rows: rows)
            if loss < best { (best, temperature) = (loss, tried) }
        }
    }

    /// By how much of itself a loss may grow for a cheaper average.
    private static let tolerance = 0.002

    /// Multiply-adds of a row below which an average is cheap: some 50 us.
    private static let budget = 500_000.0

    /// The models that are worth their cost, ascending: while all together take more than 500,000
    /// multiply-adds a row, from the most expensive on, one is left out where the best blend of the
    /// others loses no more than a five hundredth.
    package static func worthwhile(
        _ predictions: [TablePredictions], costs: [Double], _ data: LabeledData, rows: [Int]
    ) -> [Int] {
        func loss(_ models: [Int]) -> Double {
            let own = models.map { predictions[$0] }
            return Blend(own, data, rows: rows)(own).loss(data, rows: rows)
        }
        var kept = Array(predictions.indices)
        guard kept.count > 1 else { return kept }
        let bound = loss(kept) * (1 + tolerance)
        for model in kept.sorted(by: { (costs[$0], $0) > (costs[$1], $1) })
        where kept.count > 1 && kept.reduce(0, { $0 + costs[$1] }) > budget {
            let others = kept.filter { $0 != model }
            if loss(others) <= bound { kept = others }
        }
        return kept
    }

    /// The predictions of the models as one.
    func callAsFunction(_ predictions: [TablePredictions]) -> TablePredictions {
        TablePredictions.mixed(predictions, weights: weights).tempered(temperature)
    }
}
