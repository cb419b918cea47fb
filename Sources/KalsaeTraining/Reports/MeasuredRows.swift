import KalsaeData
import KalsaeFiles

/// What was predicted for each row beside what it is, for figures and for the rows that are most wrong.
package struct MeasuredRows: Sendable {
    /// Predictions with truths.
    package enum Outcomes: Sendable {
        /// Probabilities, a row of one for each class, the class of each row, and the classes' names.
        case classes(probabilities: [Double], actual: [Int], names: [String])
        /// Predicted and true numbers in the target's units.
        case values(predicted: [Double], actual: [Double])
    }

    /// Predictions with truths, in the order of the data.
    package var outcomes: Outcomes
    /// The data, where they are images that lie in memory.
    package var images: LabeledData?
    /// The rows of the data, from 0, where only some of them were measured.
    package var numbers: [Int]?
    /// The rule by which one of two classes is predicted; nil for the more probable one.
    package var decision: DecisionRule?
    /// How often each row counts; nil where all count alike.
    package var weights: [Double]?

    package init(outcomes: Outcomes, images: LabeledData? = nil) {
        (self.outcomes, self.images) = (outcomes, images)
    }

    /// Where a row lies in the data, from 0.
    package func number(_ row: Int) -> Int { numbers?[row] ?? row }

    /// The number of rows.
    package var count: Int {
        switch outcomes {
        case .classes(_, let actual, _): actual.count
        case .values(_, let actual): actual.count
        }
    }

    /// The class that a row was taken for; nil of numbers.
    package func predicted(_ row: Int) -> Int? {
        guard case .classes(let probabilities, _, let names) = outcomes else { return nil }
        let own = probabilities[(row * names.count)..<((row + 1) * names.count)]
        if let decision { return decision(own[own.startIndex + decision.positive]) }
        return own.indices.max { own[$0] < own[$1] }.map { $0 - own.startIndex }
    }

    /// The rows that are most wrong, the worst first: of classes those that were taken for another one,
    /// by the least probability of their own; of numbers those of the largest error. Rows of weight 0 are
    /// none.
    package func worst(_ count: Int) -> [Int] {
        let wrongness: (Int) -> Double =
            switch outcomes {
            case .classes(let probabilities, let actual, let names):
                { 1 - probabilities[$0 * names.count + actual[$0]] }
            case .values(let predicted, let actual): { (predicted[$0] - actual[$0]).magnitude }
            }
        let wrong = (0..<self.count).filter { row in
            if let weights, weights[row] == 0 { return false }
            guard case .classes(_, let actual, _) = outcomes else { return true }
            return predicted(row) != actual[row]
        }
        let order = wrong.map { (wrong: wrongness($0), row: $0) }
            .sorted { ($1.wrong, $0.row) < ($0.wrong, $1.row) }
        return order.prefix(count).map(\.row)
    }

    /// The path of a row's image; nil where it is not one of a file.
    package func path(_ row: Int) -> String? {
        guard case .images(let own)? = images?.features, own.sources.indices.contains(row) else {
            return nil
        }
        return own.sources[row].path
    }

    /// The pixels of a row's image; nil where there is none.
    package func image(_ row: Int) -> ImagePixels? {
        guard let images, images.featureShape.count == 3,
            [1, 3].contains(images.featureShape[2])
        else { return nil }
        let shape = images.featureShape
        let count = shape.reduce(1, *)
        let bytes: [UInt8]
        switch images.features {
        case .bytes(let all): bytes = Array(all[(row * count)..<((row + 1) * count)])
        case .floats(let all):
            let own = all[(row * count)..<((row + 1) * count)]
            let (low, high) = (own.min() ?? 0, own.max() ?? 0)
            let span = high > low ? high - low : 1
            bytes = own.map { $0.isFinite ? UInt8(($0 - low) / span * 255) : 0 }
        case .images: return nil
        }
        return try? ImagePixels(
            width: shape[1], height: shape[0], channels: shape[2], bytes: bytes)
    }
}
