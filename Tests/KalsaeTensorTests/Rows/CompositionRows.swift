import Glibc
import KalsaeGraph
import KalsaeTensor
import KalsaeTesting

/// Activations. Inputs keep away from the kinks.
let activationRows: [OpCase] = [
    .elementwise("relu", .nonzero, is: { Swift.max($0, 0) }) { $0.relu() },
    .elementwise("relu6", .distinctHalves, is: { Swift.min(Swift.max($0 * 4, 0), 6) }) {
        ($0 * 4).relu6()
    },
    .elementwise("leakyRelu", .nonzero, is: { $0 > 0 ? $0 : 0.2 * $0 }) {
        $0.leakyRelu(slope: 0.2)
    },
    .pairwise("prelu", .distinctHalves, .normal, is: { $0 > 0 ? $0 : $1 * $0 }) { $0.prelu($1) },
    .elementwise("elu", .nonzero, is: { $0 > 0 ? $0 : 1.5 * Glibc.expm1($0) }) {
        $0.elu(alpha: 1.5)
    },
    .elementwise("celu", .nonzero, is: { $0 > 0 ? $0 : 1.5 * Glibc.expm1($0 / 1.5) }) {
        $0.celu(alpha: 1.5)
    },
    .elementwise(
        "selu", .nonzero,
        is: { 1.0507009873554805 * ($0 > 0 ? $0 : 1.6732632423543772 * Glibc.expm1($0)) }
    ) { $0.selu() },
    .elementwise("gelu", is: { $0 / 2 * (1 + Glibc.erf($0 / 2.0.squareRoot())) }) { $0.gelu() },
    .elementwise(
        "gelu, approximate",
        is: { x in
            let inner = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
            return x / 2 * (1 + Glibc.tanh(inner))
        }
    ) { $0.gelu(approximate: true) },
    .elementwise("silu", is: { $0 / (1 + Glibc.exp(-$0)) }) { $0.silu() },
    .elementwise("swish", is: { $0 / (1 + Glibc.exp(-1.7 * $0)) }) { $0.swish(beta: 1.7) },
    .elementwise("hardSigmoid", .distinctHalves, is: { Swift.min(Swift.max($0 * 4 + 3, 0), 6) / 6 })
    {
        ($0 * 4).hardSigmoid()
    },
    .elementwise(
        "hardSwish", .distinctHalves,
        is: { $0 * 4 * Swift.min(Swift.max($0 * 4 + 3, 0), 6) / 6 }
    ) { ($0 * 4).hardSwish() },
    .elementwise("mish", is: { $0 * Glibc.tanh(Glibc.log1p(Glibc.exp($0))) }) { $0.mish() },
    .elementwise("softplus", is: { Glibc.log1p(Glibc.exp($0)) }) { $0.softplus() },
    .elementwise("softplus of large numbers", .wide, is: { softplus($0) }) { $0.softplus() },
    .elementwise("logSigmoid", is: { -Glibc.log1p(Glibc.exp(-$0)) }) { $0.logSigmoid() },
    .elementwise("softsign", .nonzero, is: { $0 / (1 + Swift.abs($0)) }) { $0.softsign() },
    .elementwise("hardTanh", .distinctHalves, is: { Swift.min(Swift.max($0, -0.5), 1.5) }) {
        $0.hardTanh(low: -0.5, high: 1.5)
    },
    .elementwise("step", .integers(-1...1), order: 0, is: { $0 > 0 ? 1 : ($0 < 0 ? 0 : 0.5) }) {
        $0.step(atZero: 0.5)
    },
    .elementwise("sinc", is: { $0 == 0 ? 1 : Glibc.sin($0) / $0 }) { $0.sinc() },
    OpCase(
        "glu", inputs: [OpInput([2, 4])], shapes: [[[0, 2]], [[3, 0]], [[2]]],
        oracle: { input in
            [(0, 2), (1, 3), (4, 6), (5, 7)].map { input[0][$0] / (1 + Glibc.exp(-input[0][$1])) }
        }, body: { $0[0].glu() }),
]

/// Softmax and its relatives. The oracles see two rows of three.
let softmaxRows: [OpCase] = [
    OpCase(
        "softmax", inputs: [OpInput([2, 3])],
        shapes: [[[0, 3]], [[3, 0]], [[2, 1]], [[2, 2, 5]]],
        errorFactor: 8,
        oracle: { input in
            threes(input[0]).flatMap { row in row.map { Glibc.exp($0 - logSum(row)) } }
        }, body: { $0[0].softmax() }),
    OpCase(
        "softmax of large numbers",
        inputs: [OpInput([2, 3], .numbers([1000, 998, 999, -9000, -9001, -9001]))],
        order: 0, errorFactor: 8,
        oracle: { input in
            threes(input[0]).flatMap { row in row.map { Glibc.exp($0 - logSum(row)) } }
        }, body: { $0[0].softmax() }),
    OpCase(
        "softmax on the first axis", inputs: [OpInput([3, 2])], errorFactor: 8,
        oracle: { input in
            let x = input[0]
            return x.indices.map {
                Glibc.exp(x[$0] - logSum([x[$0 % 2], x[$0 % 2 + 2], x[$0 % 2 + 4]]))
            }
        }, body: { $0[0].softmax(axis: 0) }),
    OpCase(
        "logSoftmax", inputs: [OpInput([2, 3])], shapes: [[[0, 3]], [[3, 0]], [[2, 1]]],
        errorFactor: 8,
        oracle: { input in threes(input[0]).flatMap { row in row.map { $0 - logSum(row) } } },
        body: { $0[0].logSoftmax() }),
    OpCase(
        "logSumExp", inputs: [OpInput([2, 3])], shapes: [[[0]], [[]], [[1]]], errorFactor: 8,
        oracle: { [logSum($0[0])] }, body: { $0[0].logSumExp() }),
    OpCase(
        "logSumExp over an axis", inputs: [OpInput([2, 3])], shapes: [[[0, 3]]], errorFactor: 8,
        oracle: { threes($0[0]).map(logSum) }, body: { $0[0].logSumExp(axes: [1]) }),
    .pairwise("logAddExp", errorFactor: 8, is: { logSum([$0, $1]) }) { $0.logAddExp($1) },
]

/// Powers, logarithms and the inverse of the error function.
let powerRows: [OpCase] = [
    .elementwise("square", is: { $0 * $0 }) { $0.square() },
    .elementwise("cube", is: { $0 * $0 * $0 }) { $0.cube() },
    .elementwise("log2", .positive, is: { Glibc.log2($0) }) { $0.log2() },
    .elementwise("log10", .positive, is: { Glibc.log10($0) }) { $0.log10() },
    .elementwise("exp2", errorFactor: 8, is: { Glibc.exp2($0) }) { $0.exp2() },
    // The oracle checks the inverse by going forward.
    .elementwise("erfInverse", .unit, errorFactor: 16, is: { $0 }) { x in
        x.erfInverse().erf()
    },
    .elementwise("polynomial", errorFactor: 8, is: { 2 * $0 * $0 - $0 + 0.5 }) {
        $0.polynomial([2, -1, 0.5])
    },
    .elementwise("polynomial of nothing", is: { _ in 0 }) { $0.polynomial([]) },
]

/// Trigonometric and hyperbolic functions.
let trigonometryRows: [OpCase] = [
    .elementwise("tan", .unit, errorFactor: 8, is: { Glibc.tan($0) }) { $0.tan() },
    .elementwise("asin", .unit, errorFactor: 16, is: { Glibc.asin(0.8 * $0) }) {
        (0.8 * $0).asin()
    },
    .elementwise("acos", .unit, errorFactor: 16, is: { Glibc.acos(0.8 * $0) }) {
        (0.8 * $0).acos()
    },
    .elementwise("sinh", errorFactor: 8, is: { Glibc.sinh($0) }) { $0.sinh() },
    .elementwise("cosh", errorFactor: 8, is: { Glibc.cosh($0) }) { $0.cosh() },
    .elementwise("asinh", errorFactor: 8, is: { Glibc.asinh($0) }) { $0.asinh() },
    .elementwise("acosh", .positive, errorFactor: 16, is: { Glibc.acosh($0 + 1) }) {
        ($0 + 1).acosh()
    },
    .elementwise("atanh", .unit, errorFactor: 16, is: { Glibc.atanh(0.8 * $0) }) {
        (0.8 * $0).atanh()
    },
    .pairwise("hypot", .nonzero, .nonzero, is: { Glibc.hypot($0, $1) }) { $0.hypot($1) },
]

/// Rounding, cutting and mixing.
let roundingRows: [OpCase] = [
    .elementwise("trunc", order: 0, is: { Glibc.trunc($0) }) { $0.trunc() },
    .elementwise("frac", .distinctHalves, is: { $0 - Glibc.trunc($0) }) { $0.frac() },
    .elementwise("clipped", .distinctHalves, is: { Swift.min(Swift.max($0, -0.5), 1) }) {
        $0.clipped(to: -0.5...1)
    },
    .elementwise("clipped from below", .distinctHalves, is: { Swift.max($0, -0.5) }) {
        $0.clipped(to: (-0.5)...)
    },
    .elementwise("clipped from above", .distinctHalves, is: { Swift.min($0, 0.5) }) {
        $0.clipped(to: ...0.5)
    },
    .pairwise("lerp by number", is: { $0 + ($1 - $0) * 0.3 }) { $0.lerp(to: $1, weight: 0.3) },
    .pairwise("lerp", is: { $0 + ($1 - $0) * $0 }) { $0.lerp(to: $1, weight: $0) },
    OpCase(
        "nanToNum",
        inputs: [OpInput([5], .numbers([1, .nan, .infinity, -.infinity, -2]))], order: 0,
        oracle: { _ in [1, 7, 8, 9, -2] },
        body: { $0[0].nanToNum(nan: 7, positiveInfinity: 8, negativeInfinity: 9) }),
    .elementwise("replacing by number", .distinct, is: { $0 > 0.1 ? 7 : $0 }) {
        $0.replacing(with: 7, where: $0 .> 0.1)
    },
    .elementwise("replacing", .distinct, is: { $0 > 0.1 ? $0 * $0 : $0 }) {
        $0.replacing(with: $0 * $0, where: $0 .> 0.1)
    },
]

/// Questions about numbers.
let predicateRows: [OpCase] = [
    .elementwise("isNaN", .special, order: 0, is: { $0.isNaN ? 1 : 0 }) { $0.isNaN() },
    .elementwise("isFinite", .special, order: 0, is: { $0.isFinite ? 1 : 0 }) { $0.isFinite() },
    .elementwise("isInfinite", .special, order: 0, is: { $0.isInfinite ? 1 : 0 }) {
        $0.isInfinite()
    },
    counted("any", { $0 > 0 ? 1 : 0 }) { $0.any(axes: [1]) },
    counted("all", { $0 == 3 ? 1 : 0 }) { $0.all(axes: [1]) },
    counted("countNonZero", { Double($0) }) { $0.countNonZero(axes: [1]) },
    .pairwise(
        "logicalXor", .integers(0...1), .integers(0...1), order: 0, is: { $0 != $1 ? 1 : 0 }
    ) { $0.logicalXor($1) },
    .pairwise(
        "isClose", .numbers([1, 2, .infinity, .nan]), .numbers([1.000001, 2.1, .infinity, .nan]),
        order: 0,
        is: { $0 == $1 || ($0.isNaN && $1.isNaN) || Swift.abs($0 - $1) < 1e-4 ? 1 : 0 }
    ) { $0.isClose(to: $1, relative: 1e-4, nanEqual: true) },
    OpCase(
        "allClose", inputs: [OpInput([5]), OpInput([5])], shapes: [[[0], [0]]], order: 0,
        oracle: { _ in [0] }, body: { $0[0].allClose(to: $0[1]) }),
]

private func counted(
    _ name: String, _ oracle: @escaping @Sendable (Int) -> Double,
    body: @escaping @Sendable (Tensor) -> Tensor
) -> OpCase {
    OpCase(
        name, inputs: [OpInput([3, 3], .numbers([0, 0, 0, 1, 0, 2, 3, 4, 5]))],
        shapes: [[[0, 3]], [[3, 0]]], order: 0, oracle: { _ in [0, 2, 3].map(oracle) },
        body: { body($0[0]) })
}

private func softplus(_ x: Double) -> Double { x > 30 ? x : Glibc.log1p(Glibc.exp(x)) }

private func threes(_ x: [Double]) -> [[Double]] {
    stride(from: 0, to: x.count, by: 3).map { Array(x[$0..<$0 + 3]) }
}

private func logSum(_ x: [Double]) -> Double {
    let largest = x.max() ?? 0
    return largest + Glibc.log(x.reduce(0) { $0 + Glibc.exp($1 - largest) })
}
