import Glibc
import KalsaeGraph
import KalsaeTensor
import KalsaeTesting

/// Functions of one number.
let functionRows: [OpCase] = [
    .elementwise("negate", is: { -$0 }) { -$0 },
    .elementwise("abs", .nonzero, is: { Swift.abs($0) }) { $0.abs() },
    .elementwise("sign", .nonzero, order: 0, is: { $0 > 0 ? 1 : -1 }) { $0.sign() },
    .elementwise("exp", is: { Glibc.exp($0) }) { $0.exp() },
    .elementwise("expm1", .tiny, is: { Glibc.expm1($0) }) { $0.expm1() },
    .elementwise("log", .positive, is: { Glibc.log($0) }) { $0.log() },
    .elementwise("log1p", .positive, is: { Glibc.log1p($0) }) { $0.log1p() },
    .elementwise("sqrt", .positive, is: { $0.squareRoot() }) { $0.sqrt() },
    .elementwise("rsqrt", .positive, is: { 1 / $0.squareRoot() }) { $0.rsqrt() },
    .elementwise("reciprocal", .nonzero, is: { 1 / $0 }) { $0.reciprocal() },
    .elementwise("sin", is: { Glibc.sin($0) }) { $0.sin() },
    .elementwise("cos", is: { Glibc.cos($0) }) { $0.cos() },
    .elementwise("atan", is: { Glibc.atan($0) }) { $0.atan() },
    .elementwise("tanh", is: { Glibc.tanh($0) }) { $0.tanh() },
    .elementwise("sigmoid", is: { 1 / (1 + Glibc.exp(-$0)) }) { $0.sigmoid() },
    .elementwise("erf", is: { Glibc.erf($0) }) { $0.erf() },
    .elementwise("floor", order: 0, is: { Glibc.floor($0) }) { $0.floor() },
    .elementwise("ceil", order: 0, is: { Glibc.ceil($0) }) { $0.ceil() },
    .elementwise("round", order: 0, is: { Glibc.rint($0) }) { $0.round() },
]

/// Functions of two numbers, with broadcasting.
let arithmeticRows: [OpCase] = [
    .pairwise("add", is: { $0 + $1 }) { $0 + $1 },
    .pairwise("subtract", is: { $0 - $1 }) { $0 - $1 },
    .pairwise("multiply", is: { $0 * $1 }) { $0 * $1 },
    .pairwise("divide", .normal, .nonzero, is: { $0 / $1 }) { $0 / $1 },
    .pairwise("pow", .positive, .normal, errorFactor: 16, is: { Glibc.pow($0, $1) }) { $0.pow($1) },
    .pairwise("atan2", .nonzero, .nonzero, is: { Glibc.atan2($0, $1) }) { $0.atan2($1) },
    .pairwise("minimum", .distinct, .distinctHalves, is: { Swift.min($0, $1) }) { $0.minimum($1) },
    .pairwise("maximum", .distinct, .distinctHalves, is: { Swift.max($0, $1) }) { $0.maximum($1) },
    .pairwise(
        "remainder", .distinctHalves, .numbers([1.1, -1.3, 0.7]), order: 1,
        is: { $0 - Glibc.floor($0 / $1) * $1 }
    ) { $0 % $1 },
    .elementwise("add number", is: { $0 + 1.5 }) { $0 + 1.5 },
    .elementwise("number add", is: { 1.5 + $0 }) { 1.5 + $0 },
    .elementwise("subtract number", is: { $0 - 1.5 }) { $0 - 1.5 },
    .elementwise("number subtract", is: { 1.5 - $0 }) { 1.5 - $0 },
    .elementwise("multiply number", is: { $0 * 1.5 }) { $0 * 1.5 },
    .elementwise("number multiply", is: { 1.5 * $0 }) { 1.5 * $0 },
    .elementwise("divide number", is: { $0 / 1.5 }) { $0 / 1.5 },
    .elementwise("number divide", .nonzero, is: { 1.5 / $0 }) { 1.5 / $0 },
    .elementwise(
        "remainder number", .distinctHalves, order: 1, is: { $0 - Glibc.floor($0 / 1.1) * 1.1 }
    ) { $0 % 1.1 },
    .elementwise("minimum number", .distinct, is: { Swift.min($0, 0.1) }) { $0.minimum(0.1) },
    .elementwise("maximum number", .distinct, is: { Swift.max($0, 0.1) }) { $0.maximum(0.1) },
    .elementwise("pow 0", is: { _ in 1 }) { $0.pow(0) },
    .elementwise("pow 1", is: { $0 }) { $0.pow(1) },
    .elementwise("pow 2", is: { $0 * $0 }) { $0.pow(2) },
    .elementwise("pow 3", is: { $0 * $0 * $0 }) { $0.pow(3) },
    .elementwise("pow 1/2", .positive, is: { $0.squareRoot() }) { $0.pow(0.5) },
    .elementwise("pow -1", .nonzero, is: { 1 / $0 }) { $0.pow(-1) },
    .elementwise("pow 2.5", .positive, errorFactor: 16, is: { Glibc.pow($0, 2.5) }) {
        $0.pow(2.5)
    },
    .pairwise("reused operands", .normal, .nonzero, is: { (($0 + $1) * $1 - $1) / $1 }) { x, y in
        var result = x + y.broadcast(to: (x + y).shape)
        result *= y
        result -= y
        result /= y
        return result
    },
    whole("divide whole numbers", .integers(-20...20), .numbers([3, -1, 2, -3, 1, -2, 7])) {
        $0 / $1
    },
    whole("remainder of whole numbers", .integers(-20...20), .numbers([3, -1, 2, -3, 1, -2, 7])) {
        $0 % $1
    },
    whole("add whole numbers", .special, .normal) { $0 + $1 },
    whole("multiply whole numbers", .normal, .normal) { $0 * $1 },
    whole("minimum of whole numbers", .normal, .normal) { $0.minimum($1) },
]

/// Comparisons, logic, choice and conversion.
let comparisonRows: [OpCase] = [
    compared("equal", { $0 == $1 }) { $0 .== $1 },
    compared("not equal", { $0 != $1 }) { $0 .!= $1 },
    compared("less", { $0 < $1 }) { $0 .< $1 },
    compared("less or equal", { $0 <= $1 }) { $0 .<= $1 },
    compared("greater", { $0 > $1 }) { $0 .> $1 },
    compared("greater or equal", { $0 >= $1 }) { $0 .>= $1 },
    .elementwise("equal to number", .integers(0...3), order: 0, is: { $0 == 2 ? 1 : 0 }) {
        $0 .== 2
    },
    .elementwise("not equal to number", .integers(0...3), order: 0, is: { $0 != 2 ? 1 : 0 }) {
        $0 .!= 2
    },
    .elementwise("less than number", .integers(0...3), order: 0, is: { $0 < 2 ? 1 : 0 }) {
        $0 .< 2
    },
    .elementwise("at most number", .integers(0...3), order: 0, is: { $0 <= 2 ? 1 : 0 }) {
        $0 .<= 2
    },
    .elementwise("more than number", .integers(0...3), order: 0, is: { $0 > 2 ? 1 : 0 }) {
        $0 .> 2
    },
    .elementwise("at least number", .integers(0...3), order: 0, is: { $0 >= 2 ? 1 : 0 }) {
        $0 .>= 2
    },
    logical("and", { $0 && $1 }) { $0 .& $1 },
    logical("or", { $0 || $1 }) { $0 .| $1 },
    logical("not", { first, _ in !first }) { first, _ in !first },
    OpCase(
        "select", inputs: [OpInput([3, 5], dtype: .bool), OpInput([3, 5]), OpInput([3, 5])],
        shapes: [[[], [], []], [[0], [0], [0]], [[3, 1], [2], []], [[1], [4, 1], [5]]],
        oracle: { input in (0..<15).map { input[0][$0] != 0 ? input[1][$0] : input[2][$0] } },
        body: { $0[0].select($0[1], $0[2]) }),
    .elementwise("cast and back", is: { $0 }) { $0.cast(to: .float64).cast(to: $0.dtype) },
    .elementwise("cast to whole numbers", order: 0, is: { Glibc.trunc($0) }) {
        $0.cast(to: .int32)
    },
    .elementwise("cast to bool", .integers(0...1), order: 0, is: { $0 }) { $0.cast(to: .bool) },
    .elementwise("cast to half", .integers(-9...9), order: 0, is: { $0 }) { $0.cast(to: .float16) },
    .elementwise("cast to brain half", .integers(-9...9), order: 0, is: { $0 }) {
        $0.cast(to: .bfloat16)
    },
]

extension Domain {
    /// Multiples of 0.25 moved by an eighth: never equal to one of `distinct`.
    static let distinctHalves = Domain.numbers([
        0.125, -1.125, 0.625, 1.375, -0.375, -0.625, 1.875, -1.875, 2.125, -0.125, 0.375,
    ])
}

/// Whole numbers wrap and have no gradient.
private func whole(
    _ name: String, _ left: Domain, _ right: Domain,
    body: @escaping @Sendable (Tensor, Tensor) -> Tensor
) -> OpCase {
    OpCase(
        name,
        inputs: [OpInput([3, 5], left, dtype: .int32), OpInput([3, 5], right, dtype: .int32)],
        shapes: [[[0], [0]], [[], [3]]], order: 0, body: { body($0[0], $0[1]) })
}

private func compared(
    _ name: String, _ oracle: @escaping @Sendable (Double, Double) -> Bool,
    body: @escaping @Sendable (Tensor, Tensor) -> Tensor
) -> OpCase {
    .pairwise(
        name, .integers(0...2), .integers(0...2), order: 0, is: { oracle($0, $1) ? 1 : 0 },
        body: body)
}

private func logical(
    _ name: String, _ oracle: @escaping @Sendable (Bool, Bool) -> Bool,
    body: @escaping @Sendable (Tensor, Tensor) -> Tensor
) -> OpCase {
    OpCase(
        name, inputs: [OpInput([3, 5], dtype: .bool), OpInput([3, 5], dtype: .bool)],
        shapes: [[[], []], [[0], [0]]], order: 0,
        oracle: { zip($0[0], $0[1]).map { oracle($0 != 0, $1 != 0) ? 1 : 0 } },
        body: { body($0[0], $0[1]) })
}
