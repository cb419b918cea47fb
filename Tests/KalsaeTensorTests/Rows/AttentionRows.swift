import Glibc
import KalsaeGraph
import KalsaeTensor
import KalsaeTesting

/// Attention: `float32` by its primitive, `float64` composed.
let attentionRows: [OpCase] = [
    OpCase(
        "attention", inputs: [OpInput([2, 3, 4]), OpInput([2, 5, 4]), OpInput([2, 5, 4])],
        shapes: [
            [[1, 1, 2], [1, 1, 2], [1, 1, 2]], [[0, 3, 4], [0, 5, 4], [0, 5, 4]],
            [[2, 0, 4], [2, 5, 4], [2, 5, 4]], [[2, 3, 4], [2, 0, 4], [2, 0, 4]],
            [[2, 3, 0], [2, 5, 0], [2, 5, 0]], [[1, 20, 40], [1, 35, 40], [1, 35, 40]],
        ],
        errorFactor: 32, oracle: { attention($0, [2, 3, 5], heads: 2, size: 2) },
        body: { .scaledDotProductAttention($0[0], $0[1], $0[2], heads: 2) }),
    OpCase(
        "causal attention",
        inputs: [OpInput([2, 4, 3]), OpInput([2, 4, 3]), OpInput([2, 4, 3])],
        shapes: [
            [[2, 2, 3], [2, 5, 3], [2, 5, 3]], [[1, 6, 3], [1, 4, 3], [1, 4, 3]],
            [[1, 40, 3], [1, 40, 3], [1, 40, 3]],
        ],
        errorFactor: 32,
        oracle: { attention($0, [2, 4, 4], heads: 3, size: 1, isCausal: true, scale: 0.7) },
        body: {
            .scaledDotProductAttention($0[0], $0[1], $0[2], heads: 3, isCausal: true, scale: 0.7)
        }),
    OpCase(
        "attention to itself", inputs: [OpInput([1, 3, 4])], shapes: [[[2, 17, 4]]],
        errorFactor: 32, body: { .scaledDotProductAttention($0[0], $0[0], $0[0]) }),
    OpCase(
        "masked attention",
        inputs: [OpInput([2, 3, 4]), OpInput([2, 3, 4]), OpInput([2, 3, 4])],
        errorFactor: 32,
        body: {
            .scaledDotProductAttention(
                $0[0], $0[1], $0[2], heads: 2, isCausal: true,
                mask: !Tensor.eye(3, dtype: .bool))
        }),
]

/// The formula in loops; `counts` are batch, queries and keys.
private func attention(
    _ input: [[Double]], _ counts: [Int], heads: Int, size: Int, isCausal: Bool = false,
    scale: Double? = nil
) -> [Double] {
    let (queries, keyCount, features) = (counts[1], counts[2], heads * size)
    var results: [Double] = []
    for query in 0..<counts[0] * queries {
        for feature in 0..<features {
            let head = feature / size * size
            var (sum, total) = (0.0, 0.0)
            for other in 0..<keyCount
            where !isCausal || other <= query % queries + keyCount - queries {
                let key = (query / queries * keyCount + other) * features
                var score = 0.0
                for i in head..<head + size {
                    score += input[0][query * features + i] * input[1][key + i]
                }
                let power = exp(score * (scale ?? 1 / Double(size).squareRoot()))
                sum += power * input[2][key + feature]
                total += power
            }
            results.append(sum / total)
        }
    }
    return results
}
