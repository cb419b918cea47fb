import Glibc
import KalsaeGraph
import KalsaeTensor
import KalsaeTesting

/// Norms, statistics, products by letters. The oracles see two rows of three.
let statisticsRows: [OpCase] = [
    rows("l1 norm", is: { $0.reduce(0) { $0 + Swift.abs($1) } }) { $0.norm(.l1, axes: [1]) },
    rows("l2 norm", is: { length($0) }) { $0.norm(axes: [1]) },
    rows("infinity norm", .distinctHalves, is: { $0.map { Swift.abs($0) }.max() ?? 0 }) {
        $0.norm(.infinity, axes: [1])
    },
    OpCase(
        "norm of everything", inputs: [OpInput([2, 3])], shapes: [[[]], [[1]]], errorFactor: 16,
        oracle: { [length($0[0])] }, body: { $0[0].norm() }),
    OpCase(
        "l2 norm of nothing but zeros", inputs: [OpInput([2, 3], .numbers([0]))], order: 0,
        oracle: { _ in [0, 0] }, body: { $0[0].norm(axes: [1]) }),
    OpCase(
        "normalized", inputs: [OpInput([2, 3], .nonzero)], shapes: [[[0, 3]], [[3, 0]]],
        errorFactor: 16,
        oracle: { rowsOf($0[0]).flatMap { row in row.map { $0 / length(row) } } },
        body: { $0[0].normalized() }),
    OpCase(
        "cosineSimilarity", inputs: [OpInput([2, 3], .nonzero), OpInput([2, 3], .nonzero)],
        shapes: [[[0, 3], [0, 3]], [[2, 3], [3]]], errorFactor: 16,
        oracle: { input in
            zip(rowsOf(input[0]), rowsOf(input[1])).map { inner($0, $1) / length($0) / length($1) }
        }, body: { $0[0].cosineSimilarity(to: $0[1]) }),
    rows("mean of moments", is: { $0.reduce(0, +) / 3 }) { $0.moments(axes: [1]).mean },
    rows("variance of moments", is: { variance($0, 1) }) {
        $0.moments(axes: [1], correction: 1).variance
    },
    OpCase(
        "covariance", inputs: [OpInput([3, 2])], shapes: [[[4, 1]], [[5, 0]]], errorFactor: 16,
        oracle: { input in
            let columns = [0, 1].map { [input[0][$0], input[0][$0 + 2], input[0][$0 + 4]] }
            return columns.flatMap { x in columns.map { covariance(x, $0) } }
        }, body: { $0[0].covariance() }),
    rows("median", .distinct, is: { $0.sorted()[1] }) { $0.median() },
    rows("quantile", .distinct, is: { $0.sorted()[0] * 0.4 + $0.sorted()[1] * 0.6 }) {
        $0.quantile(0.3)
    },
    OpCase(
        "median of an even number, with NaN",
        inputs: [OpInput([2, 4], .numbers([4, 1, 3, 2, 1, .nan, 3, 2]))], order: 0,
        oracle: { _ in [2.5, .nan] }, body: { $0[0].median() }),
    rows("minMax", .distinct, is: { ($0.max() ?? 0) - ($0.min() ?? 0) }) {
        let ends = $0.minMax(axes: [1])
        return ends.max - ends.min
    },
    OpCase(
        "diff", inputs: [OpInput([2, 3])], shapes: [[[0, 3]], [[2, 1]], [[2, 0]]],
        oracle: { rowsOf($0[0]).flatMap { [$0[1] - $0[0], $0[2] - $0[1]] } },
        body: { $0[0].diff() }),
    running("cumulativeProduct", is: { [$0[0], $0[0] * $0[1], $0[0] * $0[1] * $0[2]] }) {
        $0.cumulativeProduct()
    },
    running("exclusive cumulativeProduct", is: { [1, $0[0], $0[0] * $0[1]] }) {
        $0.cumulativeProduct(exclusive: true)
    },
    running("reverse cumulativeProduct", is: { [$0[0] * $0[1] * $0[2], $0[1] * $0[2], $0[2]] }) {
        $0.cumulativeProduct(axis: 1, reverse: true)
    },
    OpCase(
        "cumulativeProduct with zeros", inputs: [OpInput([4], .numbers([2, 0, 3, 0]))],
        oracle: { _ in [2, 0, 0, 0] }, body: { $0[0].cumulativeProduct() }),
    OpCase(
        "bincount", inputs: [OpInput([5], .numbers([2, 0, 2, 1, 2]), dtype: .int32)],
        shapes: [[[0]], [[1, 2]]], order: 0, oracle: { _ in [1, 1, 3, 0] },
        body: { $0[0].bincount(bins: 4) }),
    OpCase(
        "bincount of weights",
        inputs: [OpInput([3], .numbers([2, 0, 2]), dtype: .int64), OpInput([3])],
        shapes: [[[0], [0]]], oracle: { [$0[1][1], 0, $0[1][0] + $0[1][2]] },
        body: { $0[0].bincount(bins: 3, weights: $0[1]) }),
]

/// Products by letters and layers' product.
let einsumRows: [OpCase] = [
    einsum("ij,jk->ik", [2, 3], [3, 2], [[[0, 3], [3, 2]], [[2, 0], [0, 2]]]) { x, y in
        [
            inner([x[0], x[1], x[2]], [y[0], y[2], y[4]]),
            inner([x[0], x[1], x[2]], [y[1], y[3], y[5]]),
            inner([x[3], x[4], x[5]], [y[0], y[2], y[4]]),
            inner([x[3], x[4], x[5]], [y[1], y[3], y[5]]),
        ]
    },
    einsum("i,j->ji", [2], [2], [[[0], [3]]]) { x, y in
        [x[0] * y[0], x[1] * y[0], x[0] * y[1], x[1] * y[1]]
    },
    einsum("bi,bi->b", [2, 3], [2, 3], [[[0, 3], [0, 3]]]) { x, y in
        zip(rowsOf(x), rowsOf(y)).map(inner)
    },
    einsum("ij,ij", [2, 3], [2, 3], [[[0, 3], [0, 3]]]) { x, y in [inner(x, y)] },
    einsum("bij,bkj->bik", [2, 1, 2], [2, 1, 2], [[[3, 2, 5], [3, 4, 5]]]) { x, y in
        [x[0] * y[0] + x[1] * y[1], x[2] * y[2] + x[3] * y[3]]
    },
    OpCase(
        "einsum ij->ji", inputs: [OpInput([2, 3])], shapes: [[[0, 3]]],
        oracle: { input in [0, 3, 1, 4, 2, 5].map { input[0][$0] } },
        body: { Tensor.einsum("ij->ji", $0[0]) }),
    OpCase(
        "einsum ii->", inputs: [OpInput([2, 2])], shapes: [[[0, 0]]],
        oracle: { [$0[0][0] + $0[0][3]] }, body: { Tensor.einsum("ii->", $0[0]) }),
    OpCase(
        "einsum ii->i", inputs: [OpInput([2, 2])], oracle: { [$0[0][0], $0[0][3]] },
        body: { Tensor.einsum("ii->i", $0[0]) }),
    OpCase(
        "linear", inputs: [OpInput([1, 2]), OpInput([2, 2]), OpInput([2])],
        shapes: [[[0, 2], [2, 2], [2]], [[3, 4, 2], [2, 5], [5]]], errorFactor: 16,
        oracle: { input in
            let (x, w, b) = (input[0], input[1], input[2])
            return [x[0] * w[0] + x[1] * w[2] + b[0], x[0] * w[1] + x[1] * w[3] + b[1]]
        }, body: { $0[0].linear($0[1], bias: $0[2]) }),
    OpCase(
        "dot on an axis", inputs: [OpInput([2, 3]), OpInput([2, 3])], shapes: [[[2, 3], [3]]],
        errorFactor: 16, oracle: { zip(rowsOf($0[0]), rowsOf($0[1])).map(inner) },
        body: { $0[0].dot($0[1], axis: -1) }),
]

/// Random numbers of other distributions: the same on every device.
let distributionRows: [OpCase] = [
    drawn("randomIntegers") { Tensor.randomIntegers([40], in: -3..<9, key: $0) },
    drawn("randomPermutation") { Tensor.randomPermutation(33, key: $0) },
    drawn("truncatedNormal", errorFactor: 256) { Tensor.truncatedNormal([40], key: $0) },
    drawn("exponential", errorFactor: 16) { Tensor.exponential([40], rate: 2, key: $0) },
    drawn("gumbel", errorFactor: 64) { Tensor.gumbel([40], key: $0) },
    OpCase(
        "categorical", inputs: [OpInput([20, 4])], shapes: [[[0, 4]], [[3]]], order: 0,
        body: { Tensor.categorical(logits: $0[0], key: RandomKey(seed: 3)) }),
    OpCase(
        "shuffled", inputs: [OpInput([7, 2])], shapes: [[[0, 2]], [[1]]],
        body: { $0[0].shuffled(key: RandomKey(seed: 3)) }),
]

private func length(_ x: [Double]) -> Double { inner(x, x).squareRoot() }

private func inner(_ x: [Double], _ y: [Double]) -> Double {
    zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
}

private func covariance(_ x: [Double], _ y: [Double]) -> Double {
    let (mean, other) = (x.reduce(0, +) / 3, y.reduce(0, +) / 3)
    return inner(x.map { $0 - mean }, y.map { $0 - other }) / 2
}

private func einsum(
    _ equation: String, _ left: Shape, _ right: Shape, _ shapes: [[Shape]],
    is oracle: @escaping @Sendable ([Double], [Double]) -> [Double]
) -> OpCase {
    OpCase(
        "einsum \(equation)", inputs: [OpInput(left), OpInput(right)], shapes: shapes,
        errorFactor: 16, oracle: { oracle($0[0], $0[1]) },
        body: { Tensor.einsum(equation, $0[0], $0[1]) })
}

private func drawn(
    _ name: String, errorFactor: Double = 4, body: @escaping @Sendable (RandomKey) -> Tensor
) -> OpCase {
    OpCase(name, inputs: [], order: 0, errorFactor: errorFactor) { _ in
        body(RandomKey(seed: 11, stream: 2, step: 5))
    }
}
