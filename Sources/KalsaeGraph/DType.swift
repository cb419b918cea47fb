/// The type of one element of a tensor.
public enum DType: String, CaseIterable, Hashable, Codable, Sendable {
    case float32, float64, float16, bfloat16, int32, int64, uint8, bool

    /// Bytes that one element takes in memory.
    public var byteSize: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .float16, .bfloat16: 2
        case .uint8, .bool: 1
        }
    }

    /// Whether the type holds floating-point numbers.
    public var isFloat: Bool {
        switch self {
        case .float32, .float64, .float16, .bfloat16: true
        case .int32, .int64, .uint8, .bool: false
        }
    }

    /// Whether the type holds whole numbers (`bool` is none).
    public var isInteger: Bool {
        switch self {
        case .int32, .int64, .uint8: true
        case .float32, .float64, .float16, .bfloat16, .bool: false
        }
    }

    /// Whether it has 16 bits of a floating-point number.
    public var isHalf: Bool { self == .float16 || self == .bfloat16 }

    /// The type of sums of products of such numbers: `float32` for halves, their own for others.
    public var sumType: DType { isHalf ? .float32 : self }

    /// Whether arithmetic is defined on it: `float16` and `bfloat16` are for storage and operands of products,
    /// `bool` for masks.
    public var hasArithmetic: Bool {
        switch self {
        case .float32, .float64, .int32, .int64, .uint8: true
        case .float16, .bfloat16, .bool: false
        }
    }

    /// Whether functions such as `exp`, and gradients, are defined on it.
    public var isDifferentiable: Bool { self == .float32 || self == .float64 }
}
