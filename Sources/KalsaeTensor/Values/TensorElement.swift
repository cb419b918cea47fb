import KalsaeGraph
import KalsaeSupport

/// A Swift number that can be an element of a tensor.
public protocol TensorElement: Sendable {
    /// The element type that it is stored as.
    static var dtype: DType { get }
    /// The number as a `Double`.
    var asDouble: Double { get }
    /// The number as an integer, saturated, NaN as 0.
    var asInteger: Int64 { get }
    /// The nearest number of this type to a `Double`.
    init(nearest value: Double)
    /// The nearest number of this type to an integer.
    init(nearest value: Int64)
}

extension TensorElement where Self: BinaryFloatingPoint {
    /// The number as a `Double`.
    public var asDouble: Double { Double(self) }
    /// The number as an integer, saturated, NaN as 0.
    public var asInteger: Int64 { Int64(nearest: Double(self)) }
    /// The nearest number of this type to a `Double`.
    public init(nearest value: Double) { self.init(value) }
    /// The nearest number of this type to an integer.
    public init(nearest value: Int64) { self.init(value) }
}

extension TensorElement where Self: FixedWidthInteger {
    /// The number as a `Double`.
    public var asDouble: Double { Double(self) }
    /// The number as an integer.
    public var asInteger: Int64 { Int64(clamping: self) }
    /// The number rounded towards zero and saturated, NaN as 0.
    public init(nearest value: Double) {
        if value.isNaN {
            self = 0
        } else if value >= Double(Self.max) {
            self = .max
        } else if value <= Double(Self.min) {
            self = .min
        } else {
            self.init(value)
        }
    }
    /// The number, saturated.
    public init(nearest value: Int64) { self.init(clamping: value) }
}

extension Float: TensorElement {
    /// Stored as `float32`.
    public static var dtype: DType { .float32 }
}
extension Double: TensorElement {
    /// Stored as `float64`.
    public static var dtype: DType { .float64 }
}
#if !(os(macOS) && arch(x86_64))
    extension Float16: TensorElement {
        /// Stored as `float16`.
        public static var dtype: DType { .float16 }
    }
#endif
extension Int32: TensorElement {
    /// Stored as `int32`.
    public static var dtype: DType { .int32 }
}
extension Int64: TensorElement {
    /// Stored as `int64`.
    public static var dtype: DType { .int64 }
}
extension Int: TensorElement {
    /// Stored as `int64`.
    public static var dtype: DType { .int64 }
}
extension UInt8: TensorElement {
    /// Stored as `uint8`.
    public static var dtype: DType { .uint8 }
}
extension Bool: TensorElement {
    /// Stored as `bool`.
    public static var dtype: DType { .bool }
    /// 0 or 1.
    public var asDouble: Double { self ? 1 : 0 }
    /// 0 or 1.
    public var asInteger: Int64 { self ? 1 : 0 }
    /// Whether the number is not 0.
    public init(nearest value: Double) { self = value != 0 }
    /// Whether the number is not 0.
    public init(nearest value: Int64) { self = value != 0 }
}
