/// From which probability of a class on it is said, and what comes of that.
public struct OperatingPoint: Sendable, Equatable {
    /// The class.
    public var name: String
    /// The least probability at which it is said.
    public var threshold: Double
    /// Of the rows that it is said of, the share that is of it.
    public var precision: Double
    /// Of its rows, the share that it is said of.
    public var recall: Double
    /// The harmonic mean of both.
    public var f1: Double
    /// The number of rows that it is said of.
    public var predicted: Int

    /// The threshold with the largest F1, half way between two probabilities that occur; nil where one
    /// of both classes has no rows. Rows count by their weights, where they have some.
    package init?(
        bestOf probabilities: [Double], isPositive: [Bool], weights: [Double]? = nil, name: String
    ) {
        func weight(_ row: Int) -> Double { weights?[row] ?? 1 }
        let counted = probabilities.indices.filter { weight($0) > 0 }
        let positives = counted.reduce(0.0) { $0 + (isPositive[$1] ? weight($1) : 0) }
        guard positives > 0, counted.contains(where: { !isPositive[$0] }),
            probabilities.allSatisfy(\.isFinite)
        else { return nil }
        let order = counted.sorted { probabilities[$0] > probabilities[$1] }
        self.name = name
        (threshold, precision, recall, f1, predicted) = (0, 0, 0, -1, 0)
        var (hits, said) = (0.0, 0.0)
        for (position, row) in order.enumerated() {
            hits += isPositive[row] ? weight(row) : 0
            said += weight(row)
            let next = position + 1 < order.count ? probabilities[order[position + 1]] : nil
            // Equal probabilities are on the same side.
            guard next != probabilities[row] else { continue }
            let score = 2 * hits / (said + positives)
            guard score > f1 else { continue }
            f1 = score
            predicted = position + 1
            precision = hits / said
            recall = hits / positives
            threshold = next.map { ($0 + probabilities[row]) / 2 } ?? 0
        }
    }
}
