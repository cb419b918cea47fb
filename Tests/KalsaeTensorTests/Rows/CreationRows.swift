import KalsaeGraph
import KalsaeTensor
import KalsaeTesting

/// Tensors from nothing; there is nothing to differentiate.
let creationRows: [OpCase] = [
    made("full", [2.5, 2.5, 2.5, 2.5]) { Tensor.full([2, 2], 2.5) },
    made("zeros", [0, 0]) { Tensor.zeros([2], dtype: .int64) },
    made("ones", [1, 1]) { Tensor.ones([2, 1], dtype: .uint8) },
    made("ones of no axes", [1]) { Tensor.ones([]) },
    made("zeros of nothing", []) { Tensor.zeros([0, 3]) },
    made("arange", [0, 1, 2, 3]) { Tensor.arange(4) },
    made("arange of nothing", []) { Tensor.arange(0) },
    made("arange from a number", [1, 1.5, 2, 2.5]) { Tensor.arange(from: 1, to: 3, by: 0.5) },
    made("arange downwards", [3, 2, 1]) { Tensor.arange(from: 3, to: 0, by: -1) },
    made("linspace", [0, 0.25, 0.5, 0.75, 1]) { Tensor.linspace(from: 0, to: 1, count: 5) },
    made("linspace of one", [2]) { Tensor.linspace(from: 2, to: 9, count: 1) },
    made("eye", [1, 0, 0, 0, 1, 0]) { Tensor.eye(2, columns: 3) },
    .elementwise("zeros like", order: 0, is: { _ in 0 }) { Tensor.zeros(like: $0) },
    .elementwise("ones like", order: 0, is: { _ in 1 }) { Tensor.ones(like: $0) },
    .elementwise("stopGradient", order: 0, is: { $0 * $0 }) { $0 * $0.stopGradient() },
]

/// Random numbers: the same on every device.
let randomRows: [OpCase] = [
    made("uniform") { Tensor.uniform([3, 7], key: RandomKey(seed: 3)) },
    made("uniform in a range") {
        Tensor.uniform([65], low: -2, high: 5, key: RandomKey(seed: 3, stream: 2), dtype: .float64)
    },
    made("normal") { Tensor.normal([17], key: RandomKey(seed: -1, stream: 1, step: 9)) },
    made("normal with mean") {
        Tensor.normal([4, 5], mean: 3, deviation: 0.5, key: RandomKey(seed: 3), dtype: .float64)
    },
    made("randomBits") { Tensor.randomBits([33], key: RandomKey(seed: 3).stream(5)) },
    made("bernoulli") { Tensor.bernoulli([40], probability: 0.3, key: RandomKey(seed: 3)) },
    made("random numbers of no count") { Tensor.normal([0, 2], key: RandomKey(seed: 3)) },
]

private func made(
    _ name: String, _ expected: [Double]? = nil, body: @escaping @Sendable () -> Tensor
) -> OpCase {
    var row = OpCase(name, inputs: [], order: 0) { _ in body() }
    if let expected { row.oracle = { _ in expected } }
    return row
}
