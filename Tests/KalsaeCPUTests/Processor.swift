import Glibc
import KalsaeCPU

/// The level that must be in force, found without asking the code that chooses it: `KALSAE_ISA`
/// where it is set, else what `/proc/cpuinfo` says of the processor.
enum Processor {
    static let level: InstructionSet = {
        if let wanted = getenv("KALSAE_ISA"),
            let level = InstructionSet(rawValue: String(cString: wanted))
        {
            return level
        }
        return best
    }()

    /// Whether own products and convolutions run at all, which loops and poolings join: they need
    /// vectors of 8 floats.
    static var hasOwnProducts: Bool { level > .scalar }

    /// The highest level of which the processor has all flags.
    static let best: InstructionSet = {
        let avx2 = ["avx2", "fma", "f16c", "bmi1", "bmi2", "movbe"]
        let avx512 = avx2 + ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]
        let amx = avx512 + ["amx_tile", "amx_bf16", "avx512_bf16"]
        if amx.allSatisfy(flags.contains) { return .amx }
        if avx512.allSatisfy(flags.contains) { return .avx512 }
        return avx2.allSatisfy(flags.contains) ? .avx2 : .scalar
    }()

    private static let flags: Set<String> = {
        guard let file = fopen("/proc/cpuinfo", "r") else { return [] }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0 {
            guard let line else { break }
            let text = String(cString: line)
            guard text.hasPrefix("flags") else { continue }
            return Set(text.split { $0 == " " || $0 == "\n" || $0 == "\t" }.map(String.init))
        }
        return []
    }()
}
