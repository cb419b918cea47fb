import KalsaeGraph

extension Scalar {
    /// The element as it lies in memory.
    var bytes: [UInt8] {
        func raw<T>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
        switch dtype {
        case .float32: return raw(Float(double))
        case .float64: return raw(double)
        case .float16: return raw(Float16(double).bitPattern)
        // Rounded to 8 bits already.
        case .bfloat16: return raw(UInt16(Float(double).bitPattern >> 16))
        case .int32: return raw(Int32(truncatingIfNeeded: integer))
        case .int64: return raw(Int64(integer))
        case .uint8: return raw(UInt8(truncatingIfNeeded: integer))
        case .bool: return [integer != 0 ? 1 : 0]
        }
    }
}
