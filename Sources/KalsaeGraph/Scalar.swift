/// One number of any element type, as a graph holds it.
///
/// The bits are those of `Double` for floating-point types and of `Int64` for the others, so that
/// equal numbers of one type are equal scalars.
public struct Scalar: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The element type that the number is meant for.
    public let dtype: DType
    private let bits: UInt64

    /// A number rounded to `dtype`: floats to the nearest, integers towards zero, `bool` as "not 0".
    public init(_ value: Double, _ dtype: DType) {
        self.dtype = dtype
        switch dtype {
        case .float64: bits = value.bitPattern
        case .float32: bits = Double(Float(value)).bitPattern
        case .float16: bits = Double(Float16(value)).bitPattern
        case .bfloat16: bits = Scalar.roundedToBFloat16(value).bitPattern
        case .int32: bits = UInt64(bitPattern: Int64(Scalar.saturated(value, Int32.self)))
        case .int64: bits = UInt64(bitPattern: Scalar.saturated(value, Int64.self))
        case .uint8: bits = UInt64(Scalar.saturated(value, UInt8.self))
        case .bool: bits = value != 0 ? 1 : 0
        }
    }

    /// A whole number, exact for 64-bit integers.
    public init(integer value: Int, _ dtype: DType) {
        if dtype == .int64 {
            self.init(bits: UInt64(bitPattern: Int64(value)), dtype)
        } else {
            self.init(Double(value), dtype)
        }
    }

    private init(bits: UInt64, _ dtype: DType) {
        self.bits = bits
        self.dtype = dtype
    }

    /// The number as a `Double`.
    public var double: Double {
        dtype.isFloat ? Double(bitPattern: bits) : Double(Int64(bitPattern: bits))
    }

    /// The number as an integer, towards zero; NaN is 0, and what is too large is the largest.
    public var integer: Int {
        dtype.isFloat
            ? Int(Scalar.saturated(Double(bitPattern: bits), Int64.self))
            : Int(Int64(bitPattern: bits))
    }

    /// The number in decimal.
    public var description: String { dtype.isFloat ? "\(double)" : "\(integer)" }

    /// Eight significant bits, ties to even, in the range of `Float`.
    private static func roundedToBFloat16(_ value: Double) -> Double {
        guard value.isFinite else { return value }
        // Rounding to odd first keeps the second rounding from tying where there is no tie.
        let nearest = Float(value)
        let isExact = Double(nearest) == value
        let isAway = abs(Double(nearest)) > abs(value)
        let bits = isExact ? nearest.bitPattern : (nearest.bitPattern &- (isAway ? 1 : 0)) | 1
        let rounded = (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) & 0xFFFF_0000
        return Double(Float(bitPattern: rounded))
    }

    private static func saturated<I: FixedWidthInteger>(_ value: Double, _ type: I.Type) -> I {
        if value.isNaN { return 0 }
        if value >= Double(I.max) { return I.max }
        if value <= Double(I.min) { return I.min }
        return I(value)
    }
}
