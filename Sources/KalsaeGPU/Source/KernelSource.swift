import KalsaeFiles
import KalsaeLowering

/// A kernel as text in the common dialect of OpenCL C and CUDA C++, without numbers that differ from
/// shape to shape: those are arguments, so that one kernel serves many plans.
struct KernelSource: Hashable, Sendable {
    /// The function's name, made of a hash of its text.
    let name: String
    /// The function.
    let text: String

    /// - Parameters:
    ///   - head: what stands in front of the name.
    ///   - rest: what stands behind it.
    init(head: String, rest: String, indexType: String) {
        let head = "#define I \(indexType)\n" + head
        name = "k" + Self.hash(head + rest)
        text = head + name + rest + "#undef I\n"
    }

    /// Two checksums from different beginnings: kernels of a program should not share both.
    private static func hash(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let sums = bytes.withUnsafeBytes { bytes in
            [Checksum.fnv1a(bytes), Checksum.fnv1a(bytes, after: 0x9AE1_6A3B_2F90_404F)]
        }
        return sums.map { String($0, radix: 36) }.joined(separator: "_")
    }
}
