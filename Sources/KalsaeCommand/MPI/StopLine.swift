import Glibc
import KalsaeSupport
import Synchronization

/// What a process says at once when a signal ends it: ready before the signal comes, as the launcher
/// kills a second later what another rank's end has left.
enum StopLine {
    /// Two places for a line, of which one is in force.
    private nonisolated(unsafe) static let memory = UnsafeMutablePointer<UInt8>.allocate(
        capacity: 2 * mostBytes)
    private static let mostBytes = 512
    /// The place and length of the line in force; 0 for none.
    private static let current = Atomic<Int>(0)

    /// Made before a signal comes, as its handler may make nothing.
    static func prepare() { _ = (memory, current.load(ordering: .relaxed)) }

    /// Says nothing from now on.
    static func clear() { current.store(0, ordering: .releasing) }

    /// Puts a line in force.
    static func set(_ line: String) {
        let bytes = Array("kalsae: \(line.printable)".utf8.prefix(mostBytes - 1)) + [10]
        let isSecond = current.load(ordering: .acquiring) & 1 == 0
        let start = memory + (isSecond ? mostBytes : 0)
        start.update(from: bytes, count: bytes.count)
        current.store(bytes.count << 1 | (isSecond ? 1 : 0), ordering: .releasing)
    }

    /// Writes the line in force to standard error; may be called in a signal's handler.
    static func write() {
        let state = current.load(ordering: .acquiring)
        guard state > 1 else { return }
        _ = Glibc.write(2, memory + (state & 1 == 1 ? mostBytes : 0), state >> 1)
    }
}
