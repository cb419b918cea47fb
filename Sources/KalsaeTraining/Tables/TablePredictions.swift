import Glibc
import KalsaeData

/// What a model says of rows, and how well: probabilities of classes, or standardized values.
package struct TablePredictions: Sendable {
    /// Rows of `width` numbers one behind the other.
    package var values: [Float]
    /// The numbers of a row: the classes, or 1.
    let width: Int

    /// Predictions of 0 for a number of rows.
    package init(rows: Int, width: Int) {
        values = [Float](repeating: 0, count: rows * width)
        self.width = width
    }

    /// The number of rows.
    var count: Int { values.count / width }

    /// Writes rows of a network's output: logits become probabilities, values are cut to a range.
    mutating func write(
        _ outputs: ArraySlice<Float>, at rows: [Int32], isOfClasses: Bool,
        range: ClosedRange<Float>?
    ) {
        var position = outputs.startIndex
        for row in rows {
            let start = Int(row) * width
            let own = outputs[position..<(position + width)]
            position += width
            if isOfClasses {
                let largest = own.max() ?? 0
                let powers = own.map { exp($0 - largest) }
                let sum = powers.reduce(0, +)
                for index in 0..<width { values[start + index] = powers[index] / sum }
            } else {
                for (index, value) in own.enumerated() {
                    values[start + index] =
                        range.map { min(max(value, $0.lowerBound), $0.upperBound) } ?? value
                }
            }
        }
    }

    /// The loss on rows: log loss of classes, else the mean of that of the targets.
    ///
    /// Log loss has one row more, whose class is wrong in the mean way (Laplace's rule of succession):
    /// few rows without a mistake are no proof that there is none. Rows count by their weights.
    ///
    /// - Parameter isPlain: whether that row is left out, as in reports.
    func loss(_ data: LabeledData, rows: [Int], isPlain: Bool = false) -> Double {
        let total = rows.reduce(0.0) { $0 + data.weight(of: $1) }
        guard total > 0 else { return 0 }
        switch data.targets {
        case .classes(let classes, _):
            var (sum, wrong) = (0.0, 0.0)
            for row in rows {
                let weight = data.weight(of: row)
                let start = row * width
                let right = Int(classes[row])
                var others = 0.0
                for index in 0..<width {
                    let surprise = -log(max(Double(values[start + index]), 1e-12))
                    if index == right { sum += weight * surprise } else { others += surprise }
                }
                wrong += weight * others / Double(max(width - 1, 1))
            }
            if isPlain { return sum / total }
            let one = total / Double(rows.count)
            return (sum + one * wrong / total) / (total + one)
        case .values(let numbers, let scale) where scale.loss == .meanSquaredError:
            let sum = rows.reduce(0.0) { sum, row in
                let difference = Double(values[row] - numbers[row])
                return sum + data.weight(of: row) * difference * difference
            }
            return sum / total
        case .values(let numbers, let scale):
            let sum = rows.reduce(0.0) { sum, row in
                sum + data.weight(of: row) * scale.loss(Double(values[row]), Double(numbers[row]))
            }
            return sum / total
        }
    }

    /// The probabilities with their logarithms divided by a temperature.
    func tempered(_ temperature: Double) -> TablePredictions {
        guard temperature != 1 else { return self }
        var result = self
        for start in stride(from: 0, to: values.count, by: width) {
            let powers = (0..<width).map {
                pow(max(Double(values[start + $0]), 1e-12), 1 / temperature)
            }
            let sum = powers.reduce(0, +)
            for index in 0..<width { result.values[start + index] = Float(powers[index] / sum) }
        }
        return result
    }

    /// Several predictions of the same rows, weighed.
    static func mixed(_ parts: [TablePredictions], weights: [Double]) -> TablePredictions {
        var result = TablePredictions(rows: parts[0].count, width: parts[0].width)
        for (part, weight) in zip(parts, weights) {
            let weight = Float(weight)
            for index in result.values.indices {
                result.values[index] += weight * part.values[index]
            }
        }
        return result
    }
}

extension LabeledData {
    /// How much a row counts.
    func weight(of row: Int) -> Double { weights.map { Double($0[row]) } ?? 1 }

    /// What predictions of numbers are cut to: the range of the standardized targets, where rows have
    /// times with as much again on both sides, because later ones may go on; nil for classes.
    var predictedRange: ClosedRange<Float>? {
        guard case .values(let values, let scale) = targets, let low = values.min(),
            let high = values.max()
        else { return nil }
        if scale.loss.isPositive { return 0...(times == nil ? high : 2 * high) }
        let margin = times == nil ? 0 : high - low
        return (low - margin)...(high + margin)
    }
}
