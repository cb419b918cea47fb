import Glibc
import KalsaeGraph
import KalsaeSupport

extension Interpreter {
    static func unary(
        _ operation: UnaryOperation, _ operand: Value
    ) throws(KalsaeError) -> Value {
        switch operand.numbers {
        case .floats(let numbers):
            return Value(operand.type, .floats(numbers.map { unary(operation, $0) }))
        case .integers(let numbers):
            var results: [Int64] = []
            for number in numbers { results.append(try unary(operation, number)) }
            return Value(operand.type, wrapping: results)
        }
    }

    private static func unary(_ operation: UnaryOperation, _ x: Double) -> Double {
        switch operation {
        case .negate: -x
        case .absolute: Swift.abs(x)
        case .sign: x > 0 ? 1 : (x < 0 ? -1 : x)
        case .exp: Glibc.exp(x)
        case .expm1: Glibc.expm1(x)
        case .log: Glibc.log(x)
        case .log1p: Glibc.log1p(x)
        case .sqrt: x.squareRoot()
        case .rsqrt: 1 / x.squareRoot()
        case .reciprocal: 1 / x
        case .sin: Glibc.sin(x)
        case .cos: Glibc.cos(x)
        case .atan: Glibc.atan(x)
        case .tanh: Glibc.tanh(x)
        // The form whose exponential cannot overflow.
        case .sigmoid: x < 0 ? Glibc.exp(x) / (1 + Glibc.exp(x)) : 1 / (1 + Glibc.exp(-x))
        case .erf: Glibc.erf(x)
        case .floor: x.rounded(.down)
        case .ceil: x.rounded(.up)
        case .round: x.rounded(.toNearestOrEven)
        case .logicalNot: x == 0 ? 1 : 0
        }
    }

    private static func unary(_ operation: UnaryOperation, _ x: Int64) throws(KalsaeError) -> Int64
    {
        switch operation {
        case .negate: 0 &- x
        case .absolute: x < 0 ? 0 &- x : x
        case .sign: x.signum()
        case .logicalNot: x == 0 ? 1 : 0
        case .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .reciprocal, .sin, .cos, .atan, .tanh,
            .sigmoid, .erf, .floor, .ceil, .round:
            throw floatsOnly(operation.rawValue)
        }
    }

    static func binary(
        _ operation: BinaryOperation, _ left: Value, _ right: Value
    ) throws(KalsaeError) -> Value {
        switch left.numbers {
        case .floats(let numbers):
            let pairs = zip(numbers, right.numbers.doubles)
            return Value(left.type, .floats(pairs.map { binary(operation, $0, $1) }))
        case .integers(let numbers):
            var results: [Int64] = []
            for (x, y) in zip(numbers, right.numbers.integers) {
                if y == 0, operation == .divide || operation == .remainder {
                    throw operation.zeroDivisor(at: results.count)
                }
                results.append(try binary(operation, x, y))
            }
            return Value(left.type, wrapping: results)
        }
    }

    private static func binary(_ operation: BinaryOperation, _ x: Double, _ y: Double) -> Double {
        switch operation {
        case .add: x + y
        case .subtract: x - y
        case .multiply: x * y
        case .divide: x / y
        case .power: Glibc.pow(x, y)
        case .minimum: smaller(x, y)
        case .maximum: larger(x, y)
        case .atan2: Glibc.atan2(x, y)
        case .remainder: remainder(x, y)
        case .logicalAnd: x != 0 && y != 0 ? 1 : 0
        case .logicalOr: x != 0 || y != 0 ? 1 : 0
        }
    }

    private static func binary(
        _ operation: BinaryOperation, _ x: Int64, _ y: Int64
    ) throws(KalsaeError) -> Int64 {
        switch operation {
        case .add: x &+ y
        case .subtract: x &- y
        case .multiply: x &* y
        case .divide: quotient(x, y)
        case .minimum: min(x, y)
        case .maximum: max(x, y)
        // Exact even where the quotient is not: the product wraps back.
        case .remainder: x &- quotient(x, y) &* y
        case .logicalAnd: x != 0 && y != 0 ? 1 : 0
        case .logicalOr: x != 0 || y != 0 ? 1 : 0
        case .power, .atan2: throw floatsOnly(operation.rawValue)
        }
    }

    static func smaller(_ x: Double, _ y: Double) -> Double {
        if x.isNaN || y.isNaN { return .nan }
        return y < x ? y : x
    }

    static func larger(_ x: Double, _ y: Double) -> Double {
        if x.isNaN || y.isNaN { return .nan }
        return y > x ? y : x
    }

    /// `x - floor(x / y) * y`: the divisor's sign.
    private static func remainder(_ x: Double, _ y: Double) -> Double {
        let rest = Glibc.fmod(x, y)
        if rest == 0 { return Glibc.copysign(0, y) }
        return (rest < 0) == (y < 0) ? rest : rest + y
    }

    /// Towards minus infinity; the divisor is not 0.
    private static func quotient(_ x: Int64, _ y: Int64) -> Int64 {
        // The smallest number divided by -1 wraps to itself.
        if y == -1 { return 0 &- x }
        let (whole, rest) = x.quotientAndRemainder(dividingBy: y)
        let isRoundedUp = rest != 0 && (rest < 0) != (y < 0)
        return isRoundedUp ? whole - 1 : whole
    }

    private static func floatsOnly(_ name: String) -> KalsaeError {
        KalsaeError(name, expected: "floating-point operands", got: "whole numbers")
    }

    static func compare(_ comparison: Comparison, _ left: Value, _ right: Value) -> Value {
        func holds<Number: Comparable>(_ x: Number, _ y: Number) -> Int64 {
            switch comparison {
            case .equal: x == y ? 1 : 0
            case .less: x < y ? 1 : 0
            case .lessOrEqual: x <= y ? 1 : 0
            }
        }
        let type = TensorType(.bool, left.shape)
        switch left.numbers {
        case .floats(let numbers):
            return Value(type, .integers(zip(numbers, right.numbers.doubles).map(holds)))
        case .integers(let numbers):
            return Value(type, .integers(zip(numbers, right.numbers.integers).map(holds)))
        }
    }

    static func select(_ condition: Value, _ left: Value, _ right: Value) -> Value {
        let count = left.numbers.count
        let positions = condition.numbers.integers.enumerated().map { position, holds in
            holds != 0 ? position : position + count
        }
        return Value(left.type, left.numbers.joined(with: right.numbers).picking(positions))
    }

    static func cast(_ operand: Value, to dtype: DType) -> Value {
        let type = TensorType(dtype, operand.shape)
        switch (operand.numbers, dtype) {
        case (.floats(let numbers), .float32), (.floats(let numbers), .float64),
            (.floats(let numbers), .float16), (.floats(let numbers), .bfloat16):
            return Value(type, .floats(numbers.map { rounded($0, dtype) }))
        case (.floats(let numbers), .int32):
            return Value(type, .integers(numbers.map { Int64(saturated($0, Int32.self)) }))
        case (.floats(let numbers), .int64):
            return Value(type, .integers(numbers.map { saturated($0, Int64.self) }))
        case (.floats(let numbers), .uint8):
            return Value(type, .integers(numbers.map { Int64(saturated($0, UInt8.self)) }))
        case (.floats(let numbers), .bool):
            return Value(type, .integers(numbers.map { $0 != 0 ? 1 : 0 }))
        case (.integers(let numbers), .float32):
            return Value(type, .floats(numbers.map { Double(Float($0)) }))
        case (.integers(let numbers), .float64), (.integers(let numbers), .float16),
            (.integers(let numbers), .bfloat16):
            return Value(type, .floats(numbers.map { rounded(Double($0), dtype) }))
        case (.integers(let numbers), .int32), (.integers(let numbers), .int64),
            (.integers(let numbers), .uint8), (.integers(let numbers), .bool):
            return Value(type, wrapping: numbers)
        }
    }
}
