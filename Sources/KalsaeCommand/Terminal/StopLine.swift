import Glibc
import KalsaeSupport
import Synchronization

/// What a process says at once when a signal asks it to end: ready before the signal comes, since its
/// handler may make nothing, and since a launcher kills a second later what another rank's end has left.
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

    /// Puts in force what is done behind the first signal; the second one ends the process at once.
    static func announce(_ line: String) { set("\(line); a second signal ends it at once") }

    /// Puts a line in force.
    static func set(_ line: String) {
        // A line that is drawn in place is wiped.
        let start = Console.hasTerminal ? "\r\u{1B}[Kkalsae: " : "kalsae: "
        let bytes = Array("\(start)\(line.printable)".utf8.prefix(mostBytes - 1)) + [10]
        let isSecond = current.load(ordering: .acquiring) & 1 == 0
        let memory = memory + (isSecond ? mostBytes : 0)
        memory.update(from: bytes, count: bytes.count)
        current.store(bytes.count << 1 | (isSecond ? 1 : 0), ordering: .releasing)
    }

    /// Writes the line in force to standard error; may be called in a signal's handler.
    static func write() {
        let state = current.load(ordering: .acquiring)
        guard state > 1 else { return }
        _ = Glibc.write(2, memory + (state & 1 == 1 ? mostBytes : 0), state >> 1)
    }
}
