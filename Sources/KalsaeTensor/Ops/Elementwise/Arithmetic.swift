import KalsaeGraph

extension Tensor {
    /// Sum, element by element, with NumPy broadcasting; whole numbers wrap past their range.
    public static func + (left: Tensor, right: Tensor) -> Tensor { binary(.add, left, right) }
    /// Difference, element by element, with NumPy broadcasting; whole numbers wrap past their range.
    public static func - (left: Tensor, right: Tensor) -> Tensor { binary(.subtract, left, right) }
    /// Product, element by element, with NumPy broadcasting; whole numbers wrap past their range.
    public static func * (left: Tensor, right: Tensor) -> Tensor { binary(.multiply, left, right) }
    /// Quotient, element by element.
    ///
    /// Whole numbers round towards minus infinity, as `//` does in Python; a divisor of 0 is an
    /// error when numbers are asked for, and the least number divided by -1 wraps to itself. Floats
    /// give infinities and NaN.
    public static func / (left: Tensor, right: Tensor) -> Tensor { binary(.divide, left, right) }
    /// Remainder with the divisor's sign, as in Python; for whole numbers, a divisor of 0 is an error
    /// when numbers are asked for.
    public static func % (left: Tensor, right: Tensor) -> Tensor { binary(.remainder, left, right) }

    /// Sum with a number, in the tensor's type.
    public static func + (left: Tensor, right: some TensorElement & Numeric) -> Tensor {
        left + left.scalar(right)
    }
    /// Difference with a number, in the tensor's type.
    public static func - (left: Tensor, right: some TensorElement & Numeric) -> Tensor {
        left - left.scalar(right)
    }
    /// Product with a number, in the tensor's type.
    public static func * (left: Tensor, right: some TensorElement & Numeric) -> Tensor {
        left * left.scalar(right)
    }
    /// Quotient with a number, in the tensor's type.
    public static func / (left: Tensor, right: some TensorElement & Numeric) -> Tensor {
        left / left.scalar(right)
    }
    /// Remainder with a number, in the tensor's type.
    public static func % (left: Tensor, right: some TensorElement & Numeric) -> Tensor {
        left % left.scalar(right)
    }
    /// Sum with a number, in the tensor's type.
    public static func + (left: some TensorElement & Numeric, right: Tensor) -> Tensor {
        right.scalar(left) + right
    }
    /// Difference with a number, in the tensor's type.
    public static func - (left: some TensorElement & Numeric, right: Tensor) -> Tensor {
        right.scalar(left) - right
    }
    /// Product with a number, in the tensor's type.
    public static func * (left: some TensorElement & Numeric, right: Tensor) -> Tensor {
        right.scalar(left) * right
    }
    /// Quotient with a number, in the tensor's type.
    public static func / (left: some TensorElement & Numeric, right: Tensor) -> Tensor {
        right.scalar(left) / right
    }

    /// The tensor with its sign turned.
    public static prefix func - (operand: Tensor) -> Tensor {
        operand.literal.map { Tensor(literal: -$0) } ?? operand.unary(.negate)
    }

    /// Adds in place.
    public static func += (left: inout Tensor, right: Tensor) { left = left + right }
    /// Subtracts in place.
    public static func -= (left: inout Tensor, right: Tensor) { left = left - right }
    /// Multiplies in place.
    public static func *= (left: inout Tensor, right: Tensor) { left = left * right }
    /// Divides in place.
    public static func /= (left: inout Tensor, right: Tensor) { left = left / right }

    /// `self ^ exponent`, element by element; NaN for a negative base and a fractional exponent.
    ///
    /// The gradient for the exponent is 0 where the base is not positive.
    @_disfavoredOverload  // a literal is a Double: see Decisions/0006
    public func pow(_ exponent: Tensor) -> Tensor { .binary(.power, self, exponent) }

    /// `self ^ exponent`; small whole exponents are products.
    public func pow(_ exponent: Double) -> Tensor {
        switch exponent {
        case 0: .ones(like: self)
        case 1: self
        case 2: self * self
        case 3: self * self * self
        case 0.5: sqrt()
        case -1: reciprocal()
        default: pow(scalar(exponent))
        }
    }

    /// The smaller of two, element by element; NaN if either is.
    @_disfavoredOverload  // a literal is a Double: see Decisions/0006
    public func minimum(_ other: Tensor) -> Tensor { .binary(.minimum, self, other) }
    /// The larger of two, element by element; NaN if either is.
    @_disfavoredOverload  // a literal is a Double: see Decisions/0006
    public func maximum(_ other: Tensor) -> Tensor { .binary(.maximum, self, other) }
    /// The smaller of each element and a number.
    public func minimum(_ other: Double) -> Tensor { minimum(scalar(other)) }
    /// The larger of each element and a number.
    public func maximum(_ other: Double) -> Tensor { maximum(scalar(other)) }
    /// The angle of the point (x: `x`, y: `self`), in -π ... π.
    public func atan2(_ x: Tensor) -> Tensor { .binary(.atan2, self, x) }

    /// A scalar constant of this tensor's type; beside a literal, one too.
    func scalar(_ value: some TensorElement) -> Tensor {
        guard fault == nil else { return self }
        return literal == nil ? .constant(value.asDouble, dtype) : Tensor(literal: value.asDouble)
    }

    static func binary(_ operation: BinaryOperation, _ left: Tensor, _ right: Tensor) -> Tensor {
        if let result = literal(operation, left, right) { return result }
        let (left, right) = aligned(operation.rawValue, left, right)
        return .apply(.binary(operation), [left, right])
    }

    /// Both tensors under the shape that they broadcast to, literals in the type of the other.
    static func aligned(_ name: String, _ first: Tensor, _ second: Tensor) -> (Tensor, Tensor) {
        let (left, right) = adapted(first, second)
        for operand in [left, right] where operand.fault != nil { return (operand, operand) }
        if left.shape == right.shape { return (left, right) }
        guard let shape = left.shape.broadcast(with: right.shape) else {
            let fault = Tensor.fault(
                name, expected: "sizes that are equal or 1, counted from the last axis",
                got: "\(left.shape) and \(right.shape)", operands: [left, right])
            return (fault, fault)
        }
        return (left.broadcast(to: shape), right.broadcast(to: shape))
    }
}

extension BinaryOperation {
    /// The gradient for one operand. At ties, `minimum` and `maximum` give each half.
    func gradient(_ context: GradientContext, for index: Int) -> Tensor? {
        let (left, right) = (context.operands[0], context.operands[1])
        let upstream = context.upstream
        let isLeft = index == 0
        switch self {
        case .add: return upstream
        case .subtract: return isLeft ? upstream : -upstream
        case .multiply: return upstream * (isLeft ? right : left)
        case .divide:
            return isLeft ? upstream / right : -(upstream * context.result) / right
        case .power:
            if isLeft {
                // 0 · 0^-1 would be NaN.
                let isZero = right .== 0
                let power = left.pow(isZero.select(.ones(like: right), right - 1))
                return upstream * right * power
            }
            let isPositive = left .> 0
            let base = isPositive.select(left, .ones(like: left))
            let slope = base.pow(right) * base.log()
            return upstream * isPositive.select(slope, .zeros(like: slope))
        case .minimum, .maximum:
            let (mine, other) = isLeft ? (left, right) : (right, left)
            let wins = self == .minimum ? mine .< other : mine .> other
            let share = wins.cast(to: left.dtype) + (mine .== other).cast(to: left.dtype) * 0.5
            return upstream * share
        case .atan2:
            let square = left * left + right * right
            return isLeft ? upstream * right / square : -(upstream * left) / square
        case .remainder:
            return isLeft ? upstream : -(upstream * (left / right).floor())
        case .logicalAnd, .logicalOr: return nil
        }
    }
}
