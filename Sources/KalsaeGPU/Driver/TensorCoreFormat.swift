/// What tensor cores multiply small matrices of in one instruction, with `float32` sums.
public enum TensorCoreFormat: String, CaseIterable, Hashable, Sendable {
    /// Halves of 11 bits.
    case float16
    /// Halves of 8 bits.
    case bfloat16
    /// `float32`, rounded to 11 bits.
    case tf32

    /// Bytes of an operand's element.
    var byteSize: Int { self == .tf32 ? 4 : 2 }

    /// The C type of an operand's element.
    var cType: String { self == .tf32 ? "u32" : "u16" }

    /// The function of a dialect that multiplies 16 x 32 bytes with 32 bytes x 8.
    package var function: String {
        switch self {
        case .float16: "multiply_f16"
        case .bfloat16: "multiply_bf16"
        case .tf32: "multiply_tf32"
        }
    }
}
