import Glibc
import KalsaeGraph

/// Attention of one query to the keys that it sees.
private struct AttentionRow {
    /// The position of the query's first feature, and those of the keys'.
    var query: Int, keys: [Int]
    /// The softmax of the scores.
    var weights: [Double]
    /// Whether it could see nothing and therefore sees all alike: its scores do not matter.
    var isBlind: Bool
}

extension Interpreter {
    static func attention(
        _ queries: Value, _ keys: Value, _ values: Value, _ parameters: AttentionParameters
    ) -> Value {
        let v = values.numbers.doubles
        var results = [Double](repeating: 0, count: queries.numbers.count)
        parameters.forEachRow(queries, keys) { row, size in
            for (weight, key) in zip(row.weights, row.keys) {
                for i in 0..<size { results[row.query + i] += weight * v[key + i] }
            }
        }
        return Value(TensorType(queries.dtype.sumType, queries.shape), .floats(results))
    }

    /// Operands queries, keys, values, gradient. With weights p, scores s and output o = p · v:
    /// `dv = pᵀ · do`, `dp = do · vᵀ`, `ds = p ∘ (dp - Σ p ∘ dp)`.
    static func attentionGradient(
        _ operands: [Value], _ parameters: AttentionParameters, _ type: TensorType
    ) -> Value {
        let (q, k) = (operands[0].numbers.doubles, operands[1].numbers.doubles)
        let (v, g) = (operands[2].numbers.doubles, operands[3].numbers.doubles)
        var forQueries = [Double](repeating: 0, count: q.count)
        var forKeys = [Double](repeating: 0, count: k.count)
        var forValues = forKeys
        parameters.forEachRow(operands[0], operands[1]) { row, size in
            func dot(_ x: [Double], _ from: Int) -> Double {
                (0..<size).reduce(0) { $0 + x[from + $1] * g[row.query + $1] }
            }
            let dP = row.keys.map { dot(v, $0) }
            let mean = zip(row.weights, dP).reduce(0) { $0 + $1.0 * $1.1 }
            for (index, key) in row.keys.enumerated() {
                let weight = row.weights[index]
                for i in 0..<size { forValues[key + i] += weight * g[row.query + i] }
                if row.isBlind { continue }
                let dS = weight * (dP[index] - mean) * parameters.scale
                for i in 0..<size {
                    forQueries[row.query + i] += dS * k[key + i]
                    forKeys[key + i] += dS * q[row.query + i]
                }
            }
        }
        return Value(type, .floats(forQueries + forKeys + forValues))
    }
}

extension AttentionParameters {
    /// Calls `visit` for each query of each head with the size of a head.
    fileprivate func forEachRow(
        _ queries: Value, _ keys: Value, _ visit: (AttentionRow, _ size: Int) -> Void
    ) {
        let (q, k) = (queries.numbers.doubles, keys.numbers.doubles)
        let (batches, features) = (queries.shape[0], queries.shape[2])
        let (queryCount, keyCount) = (queries.shape[1], keys.shape[1])
        let size = features / heads
        for batch in 0..<batches {
            for head in 0..<heads {
                let starts = (0..<keyCount).map { (batch * keyCount + $0) * features + head * size }
                for index in 0..<queryCount {
                    let query = (batch * queryCount + index) * features + head * size
                    let last = isCausal ? index + keyCount - queryCount : keyCount - 1
                    let isBlind = last < 0
                    let seen = isBlind ? starts : starts.filter { $0 <= starts[last] }
                    let scores = seen.map { key in
                        scale * (0..<size).reduce(0) { $0 + q[query + $1] * k[key + $1] }
                    }
                    let largest = scores.reduce(-Double.infinity, Interpreter.larger)
                    let powers = scores.map { isBlind ? 1 : exp($0 - largest) }
                    let sum = powers.reduce(0, +)
                    let row = AttentionRow(
                        query: query, keys: seen, weights: powers.map { $0 / sum },
                        isBlind: isBlind)
                    visit(row, size)
                }
            }
        }
    }
}
