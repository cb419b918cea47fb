import KalsaeGraph
import KalsaeTensor
import KalsaeTesting

/// Products of matrices and vectors.
let productRows: [OpCase] = [
    matmul(
        "matmul", [2, 3], [3, 2], [[[0, 3], [3, 2]], [[2, 0], [0, 2]], [[1, 1], [1, 1]]]),
    matmul("matmul, left transposed", [3, 2], [3, 2], [[[0, 2], [0, 2]]], transposeLeft: true),
    matmul(
        "matmul, right transposed", [2, 3], [2, 3], [[[2, 3], [0, 3]]], transposeRight: true),
    matmul(
        "matmul, both transposed", [3, 2], [2, 3], [], transposeLeft: true, transposeRight: true),
    OpCase(
        "matmul of stacks", inputs: [OpInput([2, 2, 3]), OpInput([2, 3, 2])],
        shapes: [
            [[2, 1, 2, 3], [4, 3, 2]], [[0, 2, 3], [1, 3, 2]], [[5, 2, 3], [3, 2]],
            [[2, 3], [5, 3, 2]],
        ],
        errorFactor: 16,
        oracle: { input in
            let (x, y) = (input[0], input[1])
            return product(Array(x[..<6]), Array(y[..<6]), 2, 3, 2)
                + product(Array(x[6...]), Array(y[6...]), 2, 3, 2)
        }, body: { $0[0].matmul($0[1]) }),
    OpCase(
        "matmul of stacks, left transposed",
        inputs: [OpInput([2, 3, 2]), OpInput([2, 4, 3])], shapes: [[[2, 3, 2], [4, 3]]],
        errorFactor: 16, body: { $0[0].matmul($0[1], transposeLeft: true, transposeRight: true) }),
    OpCase(
        "matrix times vector", inputs: [OpInput([2, 3]), OpInput([3])],
        shapes: [[[0, 3], [3]], [[4, 2, 3], [3]]], errorFactor: 16,
        oracle: { product($0[0], $0[1], 2, 3, 1) }, body: { $0[0].matmul($0[1]) }),
    OpCase(
        "vector times matrix", inputs: [OpInput([3]), OpInput([3, 2])], shapes: [[[3], [3, 0]]],
        errorFactor: 16, oracle: { product($0[0], $0[1], 1, 3, 2) }, body: { $0[0].matmul($0[1]) }),
    OpCase(
        "vector times vector", inputs: [OpInput([3]), OpInput([3])], shapes: [[[0], [0]]],
        errorFactor: 16, oracle: { product($0[0], $0[1], 1, 3, 1) }, body: { $0[0].matmul($0[1]) }),
    OpCase(
        "dot", inputs: [OpInput([3]), OpInput([3])], shapes: [[[0], [0]], [[1], [1]]],
        errorFactor: 16, oracle: { product($0[0], $0[1], 1, 3, 1) }, body: { $0[0].dot($0[1]) }),
    OpCase(
        "outer", inputs: [OpInput([3]), OpInput([2])], shapes: [[[0], [2]], [[1], [1]]],
        oracle: { product($0[0], $0[1], 3, 1, 2) }, body: { $0[0].outer($0[1]) }),
    OpCase(
        "matmul of whole numbers",
        inputs: [OpInput([2, 3], dtype: .int32), OpInput([3, 2], dtype: .int32)], order: 0,
        oracle: { product($0[0], $0[1], 2, 3, 2) }, body: { $0[0].matmul($0[1]) }),
    OpCase(
        "matmul of odd sizes", inputs: [OpInput([17, 65]), OpInput([65, 33])], order: 1,
        errorFactor: 64, oracle: { product($0[0], $0[1], 17, 65, 33) },
        body: { $0[0].matmul($0[1]) }),
]

/// Convolutions; the oracle of the plain ones is written out below.
let convolutionRows: [OpCase] = [
    OpCase(
        "conv2d", inputs: [OpInput([1, 3, 3, 1]), OpInput([2, 2, 1, 1])],
        shapes: [
            [[0, 3, 3, 1], [2, 2, 1, 1]], [[1, 1, 1, 1], [1, 1, 1, 1]],
            [[2, 5, 4, 3], [3, 2, 3, 4]],
        ],
        errorFactor: 32,
        oracle: { input in
            let (x, k) = (input[0], input[1])
            return [0, 1, 3, 4].map {
                x[$0] * k[0] + x[$0 + 1] * k[1] + x[$0 + 3] * k[2] + x[$0 + 4] * k[3]
            }
        }, body: { $0[0].convolved(with: $0[1]) }),
    OpCase(
        "conv2d 1x1", inputs: [OpInput([1, 1, 2, 2]), OpInput([1, 1, 2, 3])], errorFactor: 16,
        oracle: { product($0[0], $0[1], 2, 2, 3) }, body: { $0[0].convolved(with: $0[1]) }),
    OpCase(
        "conv2d, strided, padded, dilated, in groups",
        inputs: [OpInput([2, 5, 6, 4]), OpInput([3, 2, 2, 6])], errorFactor: 64,
        body: {
            $0[0].convolved(
                with: $0[1], strides: Pair(2, 1),
                padding: Padding2D(top: 1, bottom: 0, left: 2, right: 1), dilations: Pair(1, 2),
                groups: 2)
        }),
    OpCase(
        "depthwise conv2d", inputs: [OpInput([1, 4, 4, 3]), OpInput([2, 2, 1, 3])],
        errorFactor: 32, body: { $0[0].convolved(with: $0[1], groups: 3) }),
]

/// Pooling; windows of the oracles are 2x2 without overlap.
let poolingRows: [OpCase] = [
    pooled("max pool", .distinct, is: { $0.max() ?? 0 }) { $0.maxPooled(window: Pair(2, 2)) },
    pooled("average pool", .normal, is: { $0.reduce(0, +) / 4 }) {
        $0.averagePooled(window: Pair(2, 2))
    },
    OpCase(
        "max pool, overlapping and padded", inputs: [OpInput([2, 4, 5, 3], .distinct)],
        shapes: [[[0, 4, 5, 3]]], errorFactor: 16,
        body: {
            $0[0].maxPooled(
                window: Pair(3, 2), strides: Pair(1, 2),
                padding: Padding2D(top: 1, bottom: 2, left: 0, right: 1))
        }),
    OpCase(
        "average pool, overlapping and padded", inputs: [OpInput([2, 4, 5, 3])], errorFactor: 16,
        body: {
            $0[0].averagePooled(
                window: Pair(3, 3), strides: Pair(2, 1), padding: Padding2D(all: 1))
        }),
    OpCase(
        "average pool that counts padding", inputs: [OpInput([2, 4, 5, 3])], errorFactor: 16,
        body: {
            $0[0].averagePooled(
                window: Pair(3, 3), strides: Pair(2, 1), padding: Padding2D(all: 1),
                countsPadding: true)
        }),
]

private func matmul(
    _ name: String, _ left: Shape, _ right: Shape, _ shapes: [[Shape]],
    transposeLeft: Bool = false, transposeRight: Bool = false
) -> OpCase {
    OpCase(
        name, inputs: [OpInput(left), OpInput(right)], shapes: shapes, errorFactor: 16,
        oracle: { input in
            let x = transposeLeft ? [0, 2, 4, 1, 3, 5].map { input[0][$0] } : input[0]
            let y = transposeRight ? [0, 3, 1, 4, 2, 5].map { input[1][$0] } : input[1]
            return product(x, y, 2, 3, 2)
        },
        body: {
            $0[0].matmul($0[1], transposeLeft: transposeLeft, transposeRight: transposeRight)
        })
}

private func product(_ x: [Double], _ y: [Double], _ m: Int, _ k: Int, _ n: Int) -> [Double] {
    (0..<m * n).map { index in
        (0..<k).reduce(0) { $0 + x[index / n * k + $1] * y[$1 * n + index % n] }
    }
}

private func pooled(
    _ name: String, _ domain: Domain, is oracle: @escaping @Sendable ([Double]) -> Double,
    body: @escaping @Sendable (Tensor) -> Tensor
) -> OpCase {
    OpCase(
        name, inputs: [OpInput([1, 4, 4, 1], domain)],
        shapes: [[[0, 4, 4, 1]], [[2, 2, 2, 5]], [[1, 5, 3, 2]]], errorFactor: 16,
        oracle: { input in
            [0, 2, 8, 10].map { index in oracle([0, 1, 4, 5].map { input[0][index + $0] }) }
        }, body: { body($0[0]) })
}
