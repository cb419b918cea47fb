import Glibc
import KalsaeDistributed
import KalsaeSupport

/// Which workers have said nothing for long: they are stopped, or their hosts cut off.
///
/// A worker that trains renews its leases, and one without a trial asks for one.
struct WorkerAbsence {
    private let group: any ProcessGroup
    private let limits: Watchdog
    /// Seconds for which this process itself was awake, when it last looked and when each rank spoke.
    private var awake = 0.0
    private var last = Patience.now()
    private var heard: [Double]
    private var isTold: [Bool]
    /// Seconds for which a worker may be silent, as it has a lease for longer.
    private var patience = 0.0

    init(_ group: any ProcessGroup) throws(KalsaeError) {
        self.group = group
        limits = try Watchdog()
        heard = [Double](repeating: 0, count: group.size)
        isTold = [Bool](repeating: false, count: group.size)
    }

    /// Notes a message.
    mutating func note(_ rank: Int, patience: Double) {
        pass()
        (heard[rank], isTold[rank], self.patience) = (awake, false, patience)
    }

    /// Tells of ranks that are silent, and ends the process where all that are left are.
    mutating func check(without leaving: Set<Int>) {
        pass()
        let left = (1..<group.size).filter { !leaving.contains($0) }
        let (telling, ending) = (max(limits.telling, patience), max(limits.ending, patience))
        for rank in left where awake - heard[rank] >= telling && !isTold[rank] {
            isTold[rank] = true
            Watchdog.tell(
                "\(group.name(of: 0)) has heard nothing of \(group.name(of: rank)) for "
                    + Watchdog.text(telling.rounded()))
        }
        guard !left.isEmpty, left.allSatisfy({ awake - heard[$0] >= ending }) else { return }
        Watchdog.tell(
            "\(group.name(of: 0)) ends: it has heard nothing of \(group.name(of: left[0])) for "
                + Watchdog.text(ending.rounded()))
        _exit(Watchdog.exitCode)
    }

    private mutating func pass() {
        let now = Patience.now()
        awake += min(now - last, 1)
        last = now
    }
}
