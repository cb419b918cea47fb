import KalsaeSupport

extension UnaryOperation {
    /// The types that the function is defined on.
    func accepts(_ dtype: DType) -> Bool {
        switch self {
        case .negate, .absolute, .sign: dtype.hasArithmetic
        case .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .reciprocal, .sin, .cos, .atan, .tanh,
            .sigmoid, .erf, .floor, .ceil, .round:
            dtype.isDifferentiable
        case .logicalNot: dtype == .bool
        }
    }

    func resultType(_ operand: TensorType) throws(KalsaeError) -> TensorType {
        guard accepts(operand.dtype) else {
            throw TypeChecks.unsupported(rawValue, operand.dtype)
        }
        return operand
    }
}

extension BinaryOperation {
    /// The types that the function is defined on.
    func accepts(_ dtype: DType) -> Bool {
        switch self {
        case .add, .subtract, .multiply, .divide, .minimum, .maximum, .remainder:
            dtype.hasArithmetic
        case .power, .atan2: dtype.isDifferentiable
        case .logicalAnd, .logicalOr: dtype == .bool
        }
    }

    func resultType(_ left: TensorType, _ right: TensorType) throws(KalsaeError) -> TensorType {
        try TypeChecks.same(rawValue, right, left)
        guard accepts(left.dtype) else { throw TypeChecks.unsupported(rawValue, left.dtype) }
        return left
    }
}

extension BinaryOperation {
    /// What a run throws that meets a whole divisor of 0, at an element where that is known.
    package func zeroDivisor(at element: Int?) -> KalsaeError {
        KalsaeError(
            rawValue, expected: "whole divisors other than 0",
            got: element.map { "0 at element \($0)" } ?? "0",
            advice: "replace zeros in the divisor, or convert both to float32 with .cast(to:)")
    }
}

extension Comparison {
    /// The types that the comparison is defined on.
    func accepts(_ dtype: DType) -> Bool {
        switch self {
        case .equal: dtype.hasArithmetic || dtype == .bool
        case .less, .lessOrEqual: dtype.hasArithmetic
        }
    }

    func resultType(_ left: TensorType, _ right: TensorType) throws(KalsaeError) -> TensorType {
        try TypeChecks.same(rawValue, right, left)
        guard accepts(left.dtype) else { throw TypeChecks.unsupported(rawValue, left.dtype) }
        return TensorType(.bool, left.shape)
    }
}

enum SelectRule {
    static func resultType(
        _ condition: TensorType, _ left: TensorType, _ right: TensorType
    ) throws(KalsaeError) -> TensorType {
        try TypeChecks.same("select", condition, TensorType(.bool, left.shape))
        try TypeChecks.same("select", right, left)
        return left
    }
}
