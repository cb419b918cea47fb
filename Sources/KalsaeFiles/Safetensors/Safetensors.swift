/// The safetensors format: a JSON header, then the elements of all tensors, little-endian and
/// row-major. Source: the README of huggingface/safetensors.
///
/// Layout: header length as `UInt64`, header (UTF-8 JSON, at most 100,000,000 bytes), data. The
/// header maps each name to `dtype`, `shape` and `data_offsets` [begin, end) within the data, and
/// `__metadata__` to strings by name.
public enum Safetensors {
    /// The longest header the format allows, in bytes.
    public static let longestHeader = 100_000_000

    static let metadataKey = "__metadata__"

    /// An element type, by its name in the header; in the format's own order.
    public enum ElementType: String, Sendable, CaseIterable {
        /// One byte, 0 or 1.
        case bool = "BOOL"
        /// Unsigned bytes.
        case uint8 = "U8"
        /// Signed bytes.
        case int8 = "I8"
        /// 8-bit floats with 5 bits of exponent.
        case float8E5M2 = "F8_E5M2"
        /// 8-bit floats with 4 bits of exponent.
        case float8E4M3 = "F8_E4M3"
        /// 16-bit integers.
        case int16 = "I16"
        /// Unsigned 16-bit integers.
        case uint16 = "U16"
        /// IEEE half precision.
        case float16 = "F16"
        /// The upper half of single precision.
        case bfloat16 = "BF16"
        /// 32-bit integers.
        case int32 = "I32"
        /// Unsigned 32-bit integers.
        case uint32 = "U32"
        /// Single precision.
        case float32 = "F32"
        /// Double precision.
        case float64 = "F64"
        /// 64-bit integers.
        case int64 = "I64"
        /// Unsigned 64-bit integers.
        case uint64 = "U64"

        /// Bytes an element, which is also its alignment.
        public var size: Int {
            switch self {
            case .bool, .uint8, .int8, .float8E5M2, .float8E4M3: 1
            case .int16, .uint16, .float16, .bfloat16: 2
            case .int32, .uint32, .float32: 4
            case .float64, .int64, .uint64: 8
            }
        }
    }

    /// Bytes of a tensor; nil when they do not fit in an `Int`.
    static func byteCount(_ type: ElementType, _ shape: [Int]) -> Int? {
        var count = type.size
        var isTooLarge = false
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            isTooLarge = isTooLarge || overflow || size < 0
            count = product
        }
        return isTooLarge ? nil : count
    }
}
