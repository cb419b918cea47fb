import Glibc
import KalsaeSupport

/// A piece of memory that holds a tensor's elements, densely packed in row-major order.
///
/// It lies on the host, aligned to 64 bytes, or on a device; its bytes are asked for with
/// ``withHostBytes(_:)``. It is freed with the object. Whoever writes must be the only one who holds
/// it.
public final class Buffer: Sendable {
    /// How many bytes belong to it.
    public let byteCount: Int
    /// The device's memory; nil for a buffer on the host.
    public let deviceMemory: (any DeviceMemory)?
    private nonisolated(unsafe) let start: UnsafeMutableRawPointer?
    /// Whether the memory is that of a file.
    private let isMapped: Bool
    /// Whether its contents change while others hold it, so that a device copies them for each run.
    package let isRewritten: Bool

    /// The alignment of host memory: a cache line, and one AVX-512 register.
    public static let alignment = 64

    /// The size of a huge page, and from which size on a buffer asks for them: walking through
    /// megabytes by pages of 4 KB, the processor looks up addresses more than it computes.
    private static let hugePage = 2 << 20
    private static let fewestHugeBytes = 1 << 20

    /// Allocates host memory, its contents unspecified; throws where the system has none left.
    public convenience init(byteCount: Int) throws(KalsaeError) {
        try self.init(byteCount: byteCount, isRewritten: false)
    }

    /// The same for memory whose contents change while others hold it.
    package init(byteCount: Int, isRewritten: Bool) throws(KalsaeError) {
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
        start = memory
        isMapped = false
        deviceMemory = nil
        self.isRewritten = isRewritten
        self.byteCount = byteCount
        Counters.record {
            $0.buffersAllocated += 1
            $0.bytesAllocated += byteCount
        }
    }

    /// Makes a buffer of a device's memory.
    public init(_ memory: any DeviceMemory) {
        deviceMemory = memory
        byteCount = memory.byteCount
        start = nil
        isMapped = false
        isRewritten = false
        Counters.record {
            $0.buffersAllocated += 1
            $0.bytesAllocated += memory.byteCount
        }
    }

    /// Takes the memory of a file without a name in `folder`: for what would fill the machine's own,
    /// which the system then lends and takes back page by page. The contents are zeros.
    package init(byteCount: Int, inFileUnder folder: String) throws(KalsaeError) {
        func fail(_ code: Int32) -> KalsaeError {
            KalsaeError(
                folder, expected: "\(byteCount) bytes of a file to work in",
                got: String(cString: strerror(code)).lowercased(),
                advice: "free some space, or set XDG_CACHE_HOME to another folder")
        }
        mkdir(folder, 0o777)
        let file = UnnamedFile.open(in: folder)
        guard file >= 0 else { throw fail(errno) }
        defer { close(file) }
        // A page that finds no space when it is written ends the process.
        let code = posix_fallocate(file, 0, off_t(max(byteCount, 1)))
        guard code == 0 else { throw fail(code) }
        let memory = mmap(
            nil, max(byteCount, 1), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
        guard let memory, memory != MAP_FAILED else { throw fail(errno) }
        start = memory
        isMapped = true
        isRewritten = false
        deviceMemory = nil
        self.byteCount = byteCount
        Counters.record {
            $0.buffersAllocated += 1
            $0.bytesAllocated += byteCount
        }
    }

    deinit {
        if isMapped { munmap(start, max(byteCount, 1)) } else { free(start) }
    }

    /// Where the memory is, as in `cpu` or `cuda:0`.
    public var device: String { deviceMemory?.device ?? "cpu" }

    /// The first byte of host memory; throws for a buffer of a device.
    package func hostPointer() throws(KalsaeError) -> UnsafeMutableRawPointer {
        guard let start else {
            throw KalsaeError(
                "buffer", expected: "host memory", got: "memory of \(device)",
                advice: "read it with withHostBytes")
        }
        return start
    }

    /// Calls `body` with the bytes, copied from the device where they lie on one.
    public func withHostBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(KalsaeError) -> Result
    ) throws(KalsaeError) -> Result {
        guard let deviceMemory else {
            return try body(UnsafeRawBufferPointer(start: start, count: byteCount))
        }
        if byteCount <= Self.mostStackBytes {
            // As a loss, which is read behind each step.
            let result = withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 16) {
                bytes in
                Swift.Result { () throws(KalsaeError) in
                    try deviceMemory.read(into: bytes)
                    return try body(UnsafeRawBufferPointer(bytes))
                }
            }
            return try result.get()
        }
        let copy = try Buffer(byteCount: byteCount)
        let bytes = UnsafeMutableRawBufferPointer(start: copy.start, count: byteCount)
        try deviceMemory.read(into: bytes)
        return try body(UnsafeRawBufferPointer(bytes))
    }

    private static let mostStackBytes = 64

    /// Calls `body` with the bytes to change, which are copied back to the device where they lie on
    /// one.
    public func withMutableHostBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws(KalsaeError) -> Result
    ) throws(KalsaeError) -> Result {
        guard let deviceMemory else {
            return try body(UnsafeMutableRawBufferPointer(start: start, count: byteCount))
        }
        let copy = try Buffer(byteCount: byteCount)
        let bytes = UnsafeMutableRawBufferPointer(start: copy.start, count: byteCount)
        try deviceMemory.read(into: bytes)
        let result = try body(bytes)
        try deviceMemory.write(UnsafeRawBufferPointer(bytes))
        return result
    }

    /// The buffer itself where it lies on the host, else a copy there.
    package func onHost() throws(KalsaeError) -> Buffer {
        guard let deviceMemory else { return self }
        let copy = try Buffer(byteCount: byteCount)
        try deviceMemory.read(
            into: UnsafeMutableRawBufferPointer(start: copy.start, count: byteCount))
        return copy
    }

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

    /// A new buffer with the same bytes, where this one is.
    public func copied() throws(KalsaeError) -> Buffer {
        if let deviceMemory { return Buffer(try deviceMemory.copied()) }
        let copy = try Buffer(byteCount: byteCount)
        if let start { copy.start?.copyMemory(from: start, byteCount: byteCount) }
        return copy
    }
}
