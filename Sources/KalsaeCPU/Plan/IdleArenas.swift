import KalsaeBackend
import KalsaeSupport
import Synchronization

/// The large arenas that no plan is using: plans take them in turn, so that there are as many as plans
/// run at once, and they are given back where memory is short.
enum IdleArenas {
    private static let idle = Mutex<[Buffer]>([])

    /// Arenas below this are a plan's own, and neither checked nor given back.
    private static let fewestBytes = 1 << 20

    /// Whether an arena is taken for a run alone.
    static func isLarge(_ byteCount: Int) -> Bool { byteCount >= fewestBytes }

    /// Memory for the intermediate values of a run, to be given back behind it.
    ///
    /// - Parameter start: where the last run had them.
    /// - Throws: a `KalsaeError` where neither the machine nor the process's control groups have as much
    ///   left: the system would end the process when it wrote there.
    static func take(
        byteCount: Int, at start: UnsafeMutableRawPointer?
    ) throws(KalsaeError) -> Buffer {
        if let known = idle.withLock({ take(byteCount, at: start, of: &$0) }) { return known }
        let left = left(wanted: byteCount)
        guard byteCount <= left else {
            throw KalsaeError(
                "memory of the cpu",
                expected:
                    "intermediate values that fit into \(max(left, 0)) bytes, which are left of "
                    + "\(Memory.most)",
                got: "\(byteCount)",
                advice:
                    "use a smaller batch (--batch), cut it into parts (--micro-batches), or use a "
                    + "smaller network")
        }
        return try Buffer(byteCount: byteCount)
    }

    /// Leaves memory to the next run.
    static func give(_ arena: Buffer) { idle.withLock { $0.append(arena) } }

    /// The memory that is left; where that is less than wanted, behind giving up what no plan is using.
    static func left(wanted byteCount: Int) -> Int {
        let left = Memory.left
        guard byteCount > left else { return left }
        idle.withLock { $0 = [] }
        Memory.trim()
        return Memory.left
    }

    private static func take(
        _ byteCount: Int, at start: UnsafeMutableRawPointer?, of arenas: inout [Buffer]
    ) -> Buffer? {
        let fitting = arenas.indices.filter { arenas[$0].byteCount >= byteCount }
        let last = fitting.first { (try? arenas[$0].hostPointer()) == start }
        guard let index = last ?? fitting.min(by: { arenas[$0].byteCount < arenas[$1].byteCount })
        else {
            // The larger one will do for whoever used these.
            arenas = []
            return nil
        }
        return arenas.remove(at: index)
    }
}
