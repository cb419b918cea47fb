import KalsaeBackend
import KalsaeSupport
import Synchronization

/// The large arenas of plans: where memory is short, plans that do not run give theirs back.
enum IdleArenas {
    private struct Holder: Sendable {
        weak let plan: CPUPlan?
    }

    private static let holders = Mutex<[Holder]>([])

    /// Arenas below this are neither checked nor given back.
    private static let fewestBytes = 1 << 20

    /// Whether an arena is taken with the first run alone.
    static func isLarge(_ byteCount: Int) -> Bool { byteCount >= fewestBytes }

    /// Memory for a plan's intermediate values.
    ///
    /// - Throws: a `KalsaeError` where neither the machine nor the process's control groups have as much
    ///   left: the system would end the process when it wrote there.
    static func allocate(byteCount: Int, for plan: CPUPlan) throws(KalsaeError) -> Buffer {
        guard isLarge(byteCount) else { return try Buffer(byteCount: byteCount) }
        let left = left(wanted: byteCount, besides: plan)
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
        let buffer = try Buffer(byteCount: byteCount)
        holders.withLock { holders in
            holders.removeAll { $0.plan == nil || $0.plan === plan }
            holders.append(Holder(plan: plan))
        }
        return buffer
    }

    /// The memory that is left; where that is less than wanted, behind plans that do not run have given theirs
    /// back.
    static func left(wanted byteCount: Int, besides own: CPUPlan? = nil) -> Int {
        let left = Memory.left
        guard byteCount > left else { return left }
        release(besides: own)
        Memory.trim()
        return Memory.left
    }

    private static func release(besides own: CPUPlan?) {
        let all = holders.withLock { holders in
            defer { holders = [] }
            return holders
        }
        for holder in all where holder.plan !== own { holder.plan?.releaseArena() }
    }
}
