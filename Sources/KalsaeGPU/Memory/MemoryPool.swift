import KalsaeSupport
import Synchronization

/// Keeps memory that was given back for the next who asks for as much: to ask the driver takes longer
/// than many a kernel.
///
/// As all work of a device runs in order, what is given back may be used again at once.
final class MemoryPool: Sendable {
    private struct State {
        var free: [Int: [any DriverMemory]] = [:]
        var usedBytes = 0
        var freeBytes = 0
        var mostBytes = 0

        mutating func note(_ size: Int) {
            usedBytes += size
            mostBytes = max(mostBytes, usedBytes)
        }
    }

    private let state = Mutex(State())
    let driver: any Driver

    private static let unit = 256
    private static let largestStep = 2 << 20

    init(_ driver: any Driver) { self.driver = driver }

    /// The bytes that a request takes: sizes come in steps of an eighth, of 2 MB at
    /// most, so that many find a piece.
    static func size(for byteCount: Int) -> Int {
        let rounded = max((byteCount + unit - 1) / unit * unit, unit)
        let eighth = 1 << (Int.bitWidth - 1 - rounded.leadingZeroBitCount - 3)
        let step = max(min(eighth, largestStep), unit)
        return (rounded + step - 1) / step * step
    }

    /// Memory of at least so many bytes.
    func allocate(byteCount: Int) throws(KalsaeError) -> any DriverMemory {
        let size = Self.size(for: byteCount)
        let found = state.withLock { state -> (any DriverMemory)? in
            guard let memory = state.free[size]?.popLast() else { return nil }
            state.freeBytes -= size
            state.note(size)
            return memory
        }
        if let found { return found }
        if let memory = try driver.allocate(byteCount: size) { return added(memory, size) }
        // What is kept may lie in pieces of other sizes.
        trim()
        try driver.wait()
        if let memory = try driver.allocate(byteCount: size) { return added(memory, size) }
        let info = driver.info
        throw KalsaeError(
            "memory of \(info.device)",
            expected: "\(byteCount) bytes beside \(usedBytes) that are in use",
            got: "none of \(info.memoryBytes) bytes of \(info.name), which gives "
                + "\(info.largestBuffer) at a time",
            advice: "use a smaller batch (--batch), cut it into parts (--micro-batches), or use a "
                + "smaller network")
    }

    private func added(_ memory: any DriverMemory, _ size: Int) -> any DriverMemory {
        state.withLock { $0.note(size) }
        return memory
    }

    /// Takes memory back.
    func release(_ memory: any DriverMemory, byteCount: Int) {
        let size = Self.size(for: byteCount)
        state.withLock { state in
            state.usedBytes -= size
            state.freeBytes += size
            state.free[size, default: []].append(memory)
        }
    }

    /// Gives what is not in use back to the driver.
    func trim() {
        let free = state.withLock { state in
            defer { (state.free, state.freeBytes) = ([:], 0) }
            return state.free
        }
        withExtendedLifetime(free) {}
    }

    /// Bytes in use, and the most that ever were.
    var usedBytes: Int { state.withLock { $0.usedBytes } }
    var mostBytes: Int { state.withLock { $0.mostBytes } }
}
