import CKalsaeKernels
import CKalsaeOneDNN
import KalsaeSupport

/// The instructions that kernels use, in rising order; each level has those of the levels below it.
public enum InstructionSet: String, CaseIterable, Comparable, Sendable {
    /// What every processor of the architecture has: SSE2 on x86-64, NEON on Arm.
    case scalar
    /// x86-64-v3: vectors of 8 floats with fused multiply-add.
    case avx2
    /// x86-64-v4: vectors of 16 floats.
    case avx512
    /// AVX-512, and tiles of bfloat16 for large products of `float32` (Decision 0005).
    case amx

    /// Whether a level has fewer instructions than another.
    public static func < (lhs: InstructionSet, rhs: InstructionSet) -> Bool {
        lhs.level < rhs.level
    }

    /// The level in force, for own kernels and for oneDNN: `KALSAE_ISA`, or the best there is.
    public static var current: InstructionSet { InstructionSet(kls_isa_level()) }

    /// The best that the processor and the system allow.
    public static var best: InstructionSet { InstructionSet(kls_best_isa()) }

    /// The level of own loops over vectors: ``current``, or `avx512` where that has tiles.
    static var vectors: InstructionSet { min(current, .avx512) }

    /// Sees to it that oneDNN keeps to the level in force, once.
    ///
    /// Throws where `KALSAE_ISA` asks for a level that is unknown or that the processor lacks.
    package static func apply() throws(KalsaeError) { try applied.get() }

    private static let applied: Result<Void, KalsaeError> = {
        let wanted = EnvironmentFlag.isa.value
        let known = allCases.map(\.rawValue).joined(separator: ", ")
        switch kls_isa_request() {
        case KLS_ISA_UNKNOWN:
            return .failure(
                KalsaeError(
                    EnvironmentFlag.isa.rawValue, expected: "one of \(known)", got: wanted))
        case KLS_ISA_LACKING:
            return .failure(
                KalsaeError(
                    EnvironmentFlag.isa.rawValue,
                    expected: "instructions that this processor has, \(best) at most",
                    got: wanted, advice: "unset it, or set it to \(best)"))
        default: break
        }
        if !wanted.isEmpty, kdnn_set_isa(Int32(current.level)) != 0 {
            Notice.say(
                "oneDNN does not keep to KALSAE_ISA=\(current), since it was used before: "
                    + String(cString: kdnn_isa()))
        }
        return .success(())
    }()

    /// The level in the C kernels.
    var kernelLevel: kls_isa {
        switch self {
        case .scalar: KLS_ISA_SCALAR
        case .avx2: KLS_ISA_AVX2
        case .avx512: KLS_ISA_AVX512
        case .amx: KLS_ISA_AMX
        }
    }

    private var level: UInt32 { kernelLevel.rawValue }

    private init(_ level: kls_isa) {
        self = InstructionSet.allCases.last { $0.level <= level.rawValue } ?? .scalar
    }
}
