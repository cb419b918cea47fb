import CKalsaeKernels
import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

extension DType {
    /// The type's number in the C kernels.
    package var kernelType: kls_type {
        switch self {
        case .float32: KLS_F32
        case .float64: KLS_F64
        case .float16: KLS_F16
        case .bfloat16: KLS_BF16
        case .int32: KLS_I32
        case .int64: KLS_I64
        case .uint8: KLS_U8
        case .bool: KLS_BOOL
        }
    }
}

extension UnaryOperation {
    var kernelOperation: kls_op {
        switch self {
        case .negate: KLS_NEG
        case .absolute: KLS_ABS
        case .sign: KLS_SIGN
        case .exp: KLS_EXP
        case .expm1: KLS_EXPM1
        case .log: KLS_LOG
        case .log1p: KLS_LOG1P
        case .sqrt: KLS_SQRT
        case .rsqrt: KLS_RSQRT
        case .reciprocal: KLS_RECIPROCAL
        case .sin: KLS_SIN
        case .cos: KLS_COS
        case .atan: KLS_ATAN
        case .tanh: KLS_TANH
        case .sigmoid: KLS_SIGMOID
        case .erf: KLS_ERF
        case .floor: KLS_FLOOR
        case .ceil: KLS_CEIL
        case .round: KLS_ROUND
        case .logicalNot: KLS_NOT
        }
    }
}

extension BinaryOperation {
    func kernelOperation(_ dtype: DType) -> kls_op {
        switch self {
        case .add: KLS_ADD
        case .subtract: KLS_SUB
        case .multiply: KLS_MUL
        case .divide: dtype.isFloat ? KLS_DIV : KLS_FLOOR_DIV
        case .power: KLS_POW
        case .minimum: KLS_MIN
        case .maximum: KLS_MAX
        case .atan2: KLS_ATAN2
        case .remainder: KLS_REMAINDER
        case .logicalAnd: KLS_AND
        case .logicalOr: KLS_OR
        }
    }
}

extension Comparison {
    var kernelOperation: kls_op {
        switch self {
        case .equal: KLS_EQ
        case .less: KLS_LT
        case .lessOrEqual: KLS_LE
        }
    }
}

extension Reduction {
    var kernelOperation: kls_op {
        switch self {
        case .sum: KLS_ADD
        case .product: KLS_MUL
        case .max: KLS_MAX
        case .min: KLS_MIN
        }
    }
}

extension LoopPlan.Output {
    var kernelOperation: kls_op { reduction?.kernelOperation ?? KLS_COPY }
}

extension LoopPlan.Step {
    /// The C function that does the step on strips, or on one element where an operand is a scalar.
    func function(to result: DType, scalars: Set<Int>) throws(KalsaeError) -> kls_elementwise_fn {
        let function: kls_elementwise_fn?
        if operation == .cast {
            function = kls_elementwise_cast(dtype.kernelType, result.kernelType)
        } else {
            var form: Int32 = 0
            for (operand, bit) in zip(operands, [KLS_SVV, KLS_VSV, KLS_VVS])
            where scalars.contains(operand) && operands.count > 1 { form |= Int32(bit) }
            function = kls_elementwise(kernelOperation, dtype.kernelType, form)
        }
        guard let function else {
            throw KalsaeError(
                "loop", expected: "an operation that has a C function",
                got: "\(operation) on \(dtype.rawValue)")
        }
        return function
    }

    /// The step with a scalar factor behind the other one, where multiply-adds read it.
    func ordered(_ scalars: Set<Int>) -> LoopPlan.Step {
        switch operation {
        case .multiplyAdd, .multiplySubtract, .negatedMultiplyAdd: break
        default: return self
        }
        guard scalars.contains(operands[0]), !scalars.contains(operands[1]) else { return self }
        var step = self
        step.operands.swapAt(0, 1)
        return step
    }

    private var kernelOperation: kls_op {
        switch operation {
        case .unary(let operation): operation.kernelOperation
        case .binary(let operation): operation.kernelOperation(dtype)
        case .compare(let comparison): comparison.kernelOperation
        case .select: KLS_SELECT
        case .cast: KLS_COPY
        case .square: KLS_SQUARE
        case .multiplyAdd: KLS_FMA
        case .multiplySubtract: KLS_FMS
        case .negatedMultiplyAdd: KLS_FNMA
        }
    }
}

extension LoopPlan {
    /// Work per element, in additions of `float32`.
    var cost: Double {
        steps.reduce(Double(outputs.count { !$0.isElementwise })) { $0 + $1.cost }
    }
}

extension LoopPlan.Step {
    /// What one element costs, in additions of `float32`.
    fileprivate var cost: Double {
        let isWide = dtype == .float64 || dtype == .int64
        let (plain, division) = (isWide ? 2.0 : 1.0, isWide ? 8.0 : 4.0)
        let function = dtype == .float32 ? 6.0 : 60.0
        switch operation {
        case .cast: return 1
        case .multiplyAdd, .multiplySubtract, .negatedMultiplyAdd: return 1 + plain
        case .select, .compare, .square: return plain
        case .unary(let operation):
            switch operation {
            case .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .erf: return function
            case .atan: return 60
            case .sqrt, .rsqrt, .reciprocal: return division
            case .negate, .absolute, .sign, .floor, .ceil, .round, .logicalNot: return plain
            }
        case .binary(let operation):
            switch operation {
            case .power: return function
            case .atan2, .remainder: return 60
            case .divide: return dtype.isFloat ? division : 60
            case .add, .subtract, .multiply, .minimum, .maximum, .logicalAnd, .logicalOr:
                return plain
            }
        }
    }
}
