import Glibc
import KalsaeData

/// How several models' predictions become one: weights of sum 1 and a temperature, found on rows that
/// the models did not train on.
struct Blend: Sendable, Equatable {
    /// The models' weights.
    var weights: [Double]
    /// What logarithms of probabilities are divided by; 1 for values.
    var temperature: Double

    /// The best blend of predictions on some rows.
    ///
    /// Weights move by exponentiated gradients (Kivinen and Warmuth, 1997) from equal ones, which
    /// stay where nothing is to be gained; those below 2 % become 0. The temperature is the best of a
    /// grid from 1/2 to 3.
    init(_ predictions: [TablePredictions], _ data: LabeledData, rows: [Int]) {
        var weights = [Double](repeating: 1 / Double(predictions.count), count: predictions.count)
        for _ in 0..<Self.steps where predictions.count > 1 {
            let slopes = Self.slopes(predictions, data, rows, weights)
            let mean = zip(slopes, weights).reduce(0) { $0 + $1.0 * $1.1 }
            weights = zip(weights, slopes).map { $0 * exp(Self.rate * (mean - $1)) }
            let sum = weights.reduce(0, +)
            weights = weights.map { $0 / sum }
        }
        let kept = weights.map { $0 < 0.02 ? 0 : $0 }
        let sum = kept.reduce(0, +)
        self.weights = kept.map { $0 / sum }
        temperature = 1
        guard case .classes = data.targets else { return }
        let mixed = TablePredictions.mixed(predictions, weights: self.weights)
        var best = Double.infinity
        for step in 0...36 {
            let tried = 0.5 * pow(6, Double(step) / 36)
            let loss = mixed.tempered(tried).loss(data, rows: rows)
            if loss < best { (best, temperature) = (loss, tried) }
        }
    }

    private static let steps = 200
    private static let rate = 0.5

    /// The predictions of the models as one.
    func callAsFunction(_ predictions: [TablePredictions]) -> TablePredictions {
        TablePredictions.mixed(predictions, weights: weights).tempered(temperature)
    }

    /// The derivative of the loss for each weight; of the mean square in units of the variance.
    private static func slopes(
        _ predictions: [TablePredictions], _ data: LabeledData, _ rows: [Int], _ weights: [Double]
    ) -> [Double] {
        var slopes = weights.map { _ in 0.0 }
        let width = predictions[0].width
        var total = 0.0
        for row in rows {
            let rowWeight = data.weight(of: row)
            total += rowWeight
            var mixed = 0.0
            var own = weights
            var position = row * width
            var target = 0.0
            switch data.targets {
            case .classes(let classes, _): position += Int(classes[row])
            case .values(let numbers, _): target = Double(numbers[row])
            }
            for index in weights.indices {
                own[index] = Double(predictions[index].values[position])
                mixed += weights[index] * own[index]
            }
            let factor =
                switch data.targets {
                case .classes: -1 / max(mixed, 1e-12)
                case .values: 2 * (mixed - target)
                }
            for index in slopes.indices { slopes[index] += rowWeight * factor * own[index] }
        }
        return slopes.map { $0 / max(total, .leastNormalMagnitude) }
    }
}
