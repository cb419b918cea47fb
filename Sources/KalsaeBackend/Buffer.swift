import Glibc
import KalsaeSupport

/// A piece of memory that holds a tensor's elements, densely packed in row-major order.
///
/// The memory is aligned to 64 bytes and freed with the object. Whoever writes must be the only
/// one who holds it.
public final class Buffer: Sendable {
    /// The first byte.
    public nonisolated(unsafe) let pointer: UnsafeMutableRawPointer
    /// How many bytes belong to it.
    public let byteCount: Int

    /// The alignment of every buffer: a cache line, and one AVX-512 register.
    public static let alignment = 64

    /// The size of a huge page, and from which size on a buffer asks for them: walking through
    /// megabytes by pages of 4 KB, the processor looks up addresses more than it computes.
    private static let hugePage = 2 << 20
    private static let fewestHugeBytes = 1 << 20

    /// Allocates memory, its contents unspecified; throws where the system has none left.
    public init(byteCount: Int) throws(KalsaeError) {
        let isHuge = byteCount >= Self.fewestHugeBytes
        let unit = isHuge ? Self.hugePage : Self.alignment
        let rounded = (max(byteCount, 1) &+ unit - 1) & ~(unit - 1)
        guard byteCount >= 0, rounded > 0, let memory = aligned_alloc(unit, rounded) else {
            throw KalsaeError(
                "memory", expected: "\(byteCount) bytes", got: "none",
                advice: "use a smaller batch or a smaller network")
        }
        // Only advice: without huge pages everything works as well.
        if isHuge { madvise(memory, rounded, MADV_HUGEPAGE) }
        pointer = memory
        self.byteCount = byteCount
        Counters.record {
            $0.buffersAllocated += 1
            $0.bytesAllocated += byteCount
        }
    }

    deinit { free(pointer) }

    /// Throws where the system has no memory for an array of so many bytes, which would otherwise end
    /// the process; small ones are not tried.
    public static func checkMemory(for byteCount: Int) throws(KalsaeError) {
        guard byteCount >= fewestTriedBytes || byteCount < 0 else { return }
        // By a call of the system: an allocation that is only freed again the compiler leaves out.
        let memory =
            byteCount < 0
            ? MAP_FAILED
            : mmap(
                nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard memory != MAP_FAILED else {
            throw KalsaeError(
                "memory", expected: "\(byteCount) bytes", got: "none",
                advice: "ask for fewer numbers at a time")
        }
        munmap(memory, byteCount)
    }

    private static let fewestTriedBytes = 64 << 20

    /// A new buffer with the same bytes.
    public func copied() throws(KalsaeError) -> Buffer {
        let copy = try Buffer(byteCount: byteCount)
        memcpy(copy.pointer, pointer, byteCount)
        return copy
    }
}
