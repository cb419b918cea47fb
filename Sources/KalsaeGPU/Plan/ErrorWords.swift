import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

/// What a run finds wrong with numbers, as eight words on the device.
///
/// Kernels note the least position of each kind of mistake as a candidate. A kernel of one work item
/// behind each fault point settles the first instruction that has one: word 0 is its number plus 1,
/// word 1 the kind, words 6 and 7 the value. What comes behind and would change state does nothing. Of runs
/// that are one launch word 5 is the number of the last that began.
package enum ErrorWords {
    /// A kind of mistake, and the word of its candidate.
    enum Candidate: Int, CaseIterable {
        case lookup = 2, division = 3, remainder = 4
    }

    static let run = 5
    static let count = 8
    static let byteCount = 4 * count

    /// The words where nothing is wrong.
    static let initial: [UInt32] = [0, 0, .max, .max, .max, .max, 0, 0]

    /// Text that notes a position.
    static func note(_ candidate: Candidate, at position: String) -> String {
        // What does not fit is noted as the last position that does.
        "ATOMIC_MIN(errors + \(candidate.rawValue), "
            + "(u32)min((i64)(\(position)), (i64)0xFFFFFFFEul));"
    }

    /// Settles the candidates of an instruction; of lookups the value is read from the indices.
    static func settle(
        instruction: Int, indices: (argument: KernelCall.Argument, dtype: DType)?
    ) -> KernelCall {
        var kernel = KernelBuilder(extent: 1, groupSize: 1)
        kernel.errors()
        let number = kernel.integer(instruction + 1)
        var lookup = ""
        if let indices {
            let name = kernel.buffer(indices.dtype.cType, indices.argument)
            lookup = "if (errors[2] != ~0u) { kind = 2; value = (i64)\(name)[errors[2]]; }"
        }
        return kernel.call(
            groupCount: 1,
            body: """
                u32 kind = 0; i64 value = 0;
                if (errors[3] != ~0u) { kind = 3; value = errors[3]; }
                if (errors[4] < errors[3]) { kind = 4; value = errors[4]; }
                \(lookup)
                if (kind != 0 && errors[0] == 0) {
                errors[0] = (u32)\(number); errors[1] = kind;
                errors[6] = (u32)(u64)value; errors[7] = (u32)((u64)value >> 32);
                }
                """)
    }

    /// The error of a run's words, or nil.
    ///
    /// - Parameter limits: for each instruction what its indices have to stay below.
    static func error(_ words: [UInt32], limits: [Int: Int]) -> KalsaeError? {
        guard words.count == count, words[0] != 0 else { return nil }
        let value = Int64(bitPattern: UInt64(words[7]) << 32 | UInt64(words[6]))
        switch Candidate(rawValue: Int(words[1])) {
        case .division: return BinaryOperation.divide.zeroDivisor(at: Int(value))
        case .remainder: return BinaryOperation.remainder.zeroDivisor(at: Int(value))
        case .lookup, nil:
            let limit = limits[Int(words[0]) - 1] ?? 0
            return KalsaeError(
                "gather", expected: "indices from 0 to \(limit - 1)", got: "\(value)")
        }
    }
}
