import CKalsaeKernels
import KalsaeGraph

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

/// What one element of an operation costs, in units of an addition in `float32`.
enum StepCost {
    static func of(_ operation: kls_op, _ dtype: DType) -> Double {
        let wide = dtype == .float64 || dtype == .int64
        switch operation {
        case KLS_EXP, KLS_EXPM1, KLS_LOG, KLS_LOG1P, KLS_SIN, KLS_COS, KLS_TANH, KLS_SIGMOID,
            KLS_ERF, KLS_POW:
            return dtype == .float32 ? 6 : 60
        case KLS_ATAN, KLS_ATAN2, KLS_REMAINDER, KLS_FLOOR_DIV: return 60
        case KLS_SQRT, KLS_RSQRT, KLS_DIV, KLS_RECIPROCAL: return wide ? 8 : 4
        default: return wide ? 2 : 1
        }
    }
}
