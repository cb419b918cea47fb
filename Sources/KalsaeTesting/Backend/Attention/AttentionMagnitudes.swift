import Glibc
import KalsaeGraph
import KalsaeReference

/// How far results of attention move where the weights that are multiplied are rounded: `Σ δ(p) |v|` for results,
/// `Σ δ(p) |do|`, `Σ δ(ds) |k|` and `Σ δ(ds) |q|` for gradients.
struct AttentionMagnitudes {
    private let parameters: AttentionParameters
    private let operands: [[Double]]
    private let queries: Shape, keys: Shape

    init(_ operands: [Value], _ parameters: AttentionParameters) {
        self.parameters = parameters
        self.operands = operands.map(\.numbers.doubles)
        (queries, keys) = (operands[0].shape, operands[1].shape)
    }

    /// What each result may be off by.
    func errors(_ rounding: WeightRounding) -> [Double] {
        var forQueries = [Double](repeating: 0, count: operands[0].count)
        var forKeys = [Double](repeating: 0, count: operands[1].count)
        var forValues = forKeys
        func change(_ x: Double) -> Double { rounding.relative * abs(x) + rounding.absolute }
        forEachQuery { query, keys, size, isBlind in
            let (weights, slopes) = weights(query, keys, size, isBlind)
            for (index, key) in keys.enumerated() {
                let change = (change(weights[index]), change(slopes[index]))
                for i in 0..<size {
                    guard operands.count == 4 else {
                        forQueries[query + i] += change.0 * abs(operands[2][key + i])
                        continue
                    }
                    forValues[key + i] += change.0 * abs(operands[3][query + i])
                    forQueries[query + i] += change.1 * abs(operands[1][key + i])
                    forKeys[key + i] += change.1 * abs(operands[0][query + i])
                }
            }
        }
        return operands.count == 4 ? forQueries + forKeys + forValues : forQueries
    }

    /// The weights of a query's keys, and the gradients of its scores where there are any.
    private func weights(
        _ query: Int, _ keys: [Int], _ size: Int, _ isBlind: Bool
    ) -> (weights: [Double], slopes: [Double]) {
        func products(_ x: [Double], _ y: [Double]) -> [Double] {
            keys.map { key in (0..<size).reduce(0) { $0 + x[query + $1] * y[key + $1] } }
        }
        let scores = products(operands[0], operands[1]).map {
            isBlind ? 0 : $0 * parameters.scale
        }
        let largest = scores.max() ?? 0
        let powers = scores.map { exp($0 - largest) }
        let total = powers.reduce(0, +)
        let weights = powers.map { $0 / total }
        guard operands.count == 4 else { return (weights, weights) }
        let slopes = products(operands[3], operands[2])
        let mean = zip(weights, slopes).reduce(0) { $0 + $1.0 * $1.1 }
        return (weights, zip(weights, slopes).map { $0 * ($1 - mean) * parameters.scale })
    }

    /// The first features of each query of each head and of the keys that it sees.
    private func forEachQuery(
        _ body: (_ query: Int, _ keys: [Int], _ size: Int, _ isBlind: Bool) -> Void
    ) {
        let size = queries[2] / parameters.heads
        for batch in 0..<queries[0] {
            for head in 0..<parameters.heads {
                for index in 0..<queries[1] {
                    let seen = parameters.visibleKeys(
                        for: index, queries: queries[1], keys: keys[1])
                    body(
                        (batch * queries[1] + index) * queries[2] + head * size,
                        (0..<seen).map { (batch * keys[1] + $0) * keys[2] + head * size }, size,
                        parameters.isCausal && index + keys[1] < queries[1])
                }
            }
        }
    }
}
