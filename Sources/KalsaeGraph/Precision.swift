/// In what numbers matrix products, convolutions and attention are computed; state, losses, normalizations
/// and all else stay `float32`.
///
/// With ``bfloat16`` and ``float16`` their operands are rounded to halves and their sums stay `float32`
/// (Micikevicius et al., "Mixed Precision Training", 2018); `float64` is left as it is.
public enum Precision: String, CaseIterable, Hashable, Codable, Sendable {
    /// 24 bits: the default.
    case float32
    /// Operands of 11 bits with the range of `float32`; on cards that have it.
    case tf32
    /// Operands of 8 bits with the range of `float32`.
    case bfloat16
    /// Operands of 11 bits up to 65,504; training scales its loss.
    case float16

    /// Half a unit in the last place of 1 of rounded operands; 0 where they are not rounded.
    package var operandUnit: Double {
        switch self {
        case .float32: 0
        case .tf32, .float16: 0x1p-11
        case .bfloat16: 0x1p-8
        }
    }

    /// The type that operands are rounded to; nil where they stay as they are in memory.
    package var operandType: DType? {
        switch self {
        case .float32, .tf32: nil
        case .bfloat16: .bfloat16
        case .float16: .float16
        }
    }
}
