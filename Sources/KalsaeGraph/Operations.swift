/// A function of one number.
public enum UnaryOperation: String, CaseIterable, Hashable, Codable, Sendable {
    case negate, absolute, sign
    case exp, expm1, log, log1p, sqrt, rsqrt, reciprocal
    case sin, cos, atan, tanh, sigmoid, erf
    case floor, ceil, round
    case logicalNot
}

/// A function of two numbers.
///
/// Whole numbers wrap. `divide` rounds them towards minus infinity, and the least one divided by -1
/// is itself; `remainder` has the divisor's sign; a whole divisor of 0 is an error of the run.
/// `minimum` and `maximum` give NaN if either is.
public enum BinaryOperation: String, CaseIterable, Hashable, Codable, Sendable {
    case add, subtract, multiply, divide
    case power, minimum, maximum, atan2, remainder
    case logicalAnd, logicalOr
}

/// A comparison; the others are these with swapped operands or negated.
public enum Comparison: String, CaseIterable, Hashable, Codable, Sendable {
    case equal, less, lessOrEqual
}

/// How a reduction joins elements; `max` and `min` give NaN if any element is. Sums and products of
/// whole numbers wrap in their own type; tensors are widened to `int64` before.
public enum Reduction: String, CaseIterable, Hashable, Codable, Sendable {
    case sum, product, max, min
}

/// Which index a reduction looks for.
public enum ArgReduction: String, CaseIterable, Hashable, Codable, Sendable {
    case max, min
}
