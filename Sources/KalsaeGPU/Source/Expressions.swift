import KalsaeGraph
import KalsaeLowering

extension LoopPlan.Step {
    /// The step as an expression of its operands' names.
    ///
    /// - Parameters:
    ///   - source: the type of the first operand.
    ///   - result: the type of the result.
    func expression(_ operands: [String], from source: DType, to result: DType) -> String {
        let type = dtype.suffix
        let list = operands.joined(separator: ", ")
        switch operation {
        case .unary(let operation): return operation.expression(operands[0], dtype)
        case .binary(let operation): return operation.expression(list, operands, dtype)
        case .compare(let comparison):
            switch comparison {
            case .equal: return "(u8)(\(operands[0]) == \(operands[1]))"
            case .less: return "(u8)(\(operands[0]) < \(operands[1]))"
            case .lessOrEqual: return "(u8)(\(operands[0]) <= \(operands[1]))"
            }
        case .select: return "\(operands[0]) ? \(operands[1]) : \(operands[2])"
        case .cast: return source.cast(operands[0], to: result)
        case .square: return "mul_\(type)(\(operands[0]), \(operands[0]))"
        case .multiplyAdd: return "fma_\(type)(\(list))"
        case .multiplySubtract:
            return "fma_\(type)(\(operands[0]), \(operands[1]), neg_\(type)(\(operands[2])))"
        case .negatedMultiplyAdd:
            return "fma_\(type)(neg_\(type)(\(operands[0])), \(operands[1]), \(operands[2]))"
        }
    }

    /// The word of the errors that a divisor of 0 is noted in; nil for what cannot fail.
    var divisionWord: ErrorWords.Candidate? {
        guard case .binary(let operation) = operation, !dtype.isFloat else { return nil }
        switch operation {
        case .divide: return .division
        case .remainder: return .remainder
        case _: return nil
        }
    }
}

extension UnaryOperation {
    fileprivate func expression(_ x: String, _ dtype: DType) -> String {
        let type = dtype.suffix
        switch self {
        case .negate: return "neg_\(type)(\(x))"
        case .absolute: return "abs_\(type)(\(x))"
        case .sign: return "sign_\(type)(\(x))"
        case .rsqrt: return "1 / sqrt(\(x))"
        case .reciprocal: return "1 / \(x)"
        case .sigmoid: return "sigmoid_\(type)(\(x))"
        case .round: return "rint(\(x))"
        case .logicalNot: return "(u8)!\(x)"
        case .exp, .expm1, .log, .log1p, .sqrt, .sin, .cos, .atan, .tanh, .erf, .floor, .ceil:
            return "\(rawValue)(\(x))"
        }
    }
}

extension BinaryOperation {
    fileprivate func expression(_ list: String, _ operands: [String], _ dtype: DType) -> String {
        let type = dtype.suffix
        switch self {
        case .add: return "add_\(type)(\(list))"
        case .subtract: return "sub_\(type)(\(list))"
        case .multiply: return "mul_\(type)(\(list))"
        case .divide: return "div_\(type)(\(list))"
        case .power: return "pow(\(list))"
        case .minimum: return "min_\(type)(\(list))"
        case .maximum: return "max_\(type)(\(list))"
        case .atan2: return "atan2(\(list))"
        case .remainder: return "rem_\(type)(\(list))"
        case .logicalAnd: return "(u8)(\(operands[0]) && \(operands[1]))"
        case .logicalOr: return "(u8)(\(operands[0]) || \(operands[1]))"
        }
    }
}

extension DType {
    /// A number of this type in another one.
    fileprivate func cast(_ x: String, to target: DType) -> String {
        if self == target { return x }
        switch self {
        case .float16: return DType.float32.cast("f_of_half(\(x))", to: target)
        case .bfloat16: return DType.float32.cast("f_of_bf16(\(x))", to: target)
        case .float32, .float64:
            switch target {
            case .float32: return "(float)\(x)"
            case .float64: return "(double)\(x)"
            case .float16: return self == .float64 ? "half_of_d(\(x))" : "half_of_f(\(x))"
            case .bfloat16: return self == .float64 ? "bf16_of_d(\(x))" : "bf16_of_f(\(x))"
            case .int32, .int64, .uint8: return "\(target.suffix)_of_\(suffix)(\(x))"
            case .bool: return "(u8)(\(x) != 0)"
            }
        case .int32, .int64, .uint8, .bool:
            switch target {
            case .float32, .float64, .int32, .int64, .uint8: return "(\(target.cType))\(x)"
            case .float16: return "half_of_d((double)\(x))"
            case .bfloat16: return "bf16_of_d((double)\(x))"
            case .bool: return "(u8)(\(x) != 0)"
            }
        }
    }
}
