import KalsaeGraph
import KalsaeLowering

extension DType {
    /// The type of an element in memory and in registers; half precision is held as its bits.
    var cType: String {
        switch self {
        case .float32: "float"
        case .float64: "double"
        case .float16, .bfloat16: "u16"
        case .int32: "int"
        case .int64: "i64"
        case .uint8, .bool: "u8"
        }
    }

    /// What functions of the prelude for this type end with.
    var suffix: String {
        switch self {
        case .float32: "f32"
        case .float64: "f64"
        case .float16: "f16"
        case .bfloat16: "bf16"
        case .int32: "i32"
        case .int64: "i64"
        case .uint8: "u8"
        case .bool: "bool"
        }
    }

    /// The element of some bytes as C text.
    func literal(_ bytes: ArraySlice<UInt8>) -> String {
        let bits = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let hex = String(bits, radix: 16)
        switch self {
        case .float32: return "BITS_F(0x\(hex)u)"
        case .float64: return "BITS_D(0x\(hex)ul)"
        case .int32: return "(int)0x\(hex)u"
        case .int64: return "(i64)0x\(hex)ul"
        case .float16, .bfloat16, .uint8, .bool: return "0x\(hex)"
        }
    }

    /// The `float32` of some bits as C text.
    func literal(bits: UInt32) -> String { "BITS_F(0x\(String(bits, radix: 16))u)" }

    /// An element of memory as a number in C text: halves are taken as `float32`.
    func number(_ element: String) -> String {
        switch self {
        case .float16: "f_of_half(\(element))"
        case .bfloat16: "f_of_bf16(\(element))"
        case .float32, .float64, .int32, .int64, .uint8, .bool: element
        }
    }

    /// 0 as C text.
    var zero: String { "(\(cType))0" }
}

extension Reduction {
    /// The function of the prelude that joins two elements.
    func join(_ dtype: DType, _ left: String, _ right: String) -> String {
        let name =
            switch self {
            case .sum: "add"
            case .product: "mul"
            case .max: "max"
            case .min: "min"
            }
        return "\(name)_\(dtype.suffix)(\(left), \(right))"
    }

    /// What changes nothing.
    func neutral(_ dtype: DType) -> String {
        switch self {
        case .sum: dtype.zero
        case .product: "(\(dtype.cType))1"
        case .max: "LEAST_\(dtype.suffix)"
        case .min: "LARGEST_\(dtype.suffix)"
        }
    }
}
