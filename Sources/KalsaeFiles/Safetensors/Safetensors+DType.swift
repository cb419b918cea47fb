import KalsaeGraph

extension Safetensors.ElementType {
    /// The same type in a graph; nil for those that Kalsae does not compute with.
    public var dtype: DType? {
        switch self {
        case .bool: .bool
        case .uint8: .uint8
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .int32: .int32
        case .float32: .float32
        case .float64: .float64
        case .int64: .int64
        case .int8, .float8E5M2, .float8E4M3, .int16, .uint16, .uint32, .uint64: nil
        }
    }

    /// The type in a file for one of a graph.
    public init(_ dtype: DType) {
        switch dtype {
        case .float32: self = .float32
        case .float64: self = .float64
        case .float16: self = .float16
        case .bfloat16: self = .bfloat16
        case .int32: self = .int32
        case .int64: self = .int64
        case .uint8: self = .uint8
        case .bool: self = .bool
        }
    }
}
