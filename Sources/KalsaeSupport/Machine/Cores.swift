import Glibc
import Synchronization

/// How many cores this process may use, as its affinity and its control group say.
public enum Cores {
    /// Cores that are online and in the affinity mask, or fewer where the quota of a control group is
    /// less, rounded up; this process's share of them where it was launched with others (`share`); at
    /// least 1. Mask and quota are those of when it was first asked for.
    public static var available: Int {
        sharing.withLock { $0 }.count(mask: own.mask, quota: own.quota)
    }

    /// What `available` is a share of.
    private static let own = (
        mask: allowed(by: status, online: sysconf(Int32(_SC_NPROCESSORS_ONLN))),
        quota: quota(of: ControlGroups.own, SystemFile.text)
    )

    private static let sharing = Mutex(CoreShare.all)

    /// Leaves the others' share to them from now on; called before anything is computed.
    public static func share(_ share: CoreShare) { sharing.withLock { $0 = share } }

    /// What the system says about this process.
    private static var status: String { SystemFile.text("/proc/self/status") ?? "" }

    /// The affinity mask of this process in hexadecimal digits; empty where the system does not tell.
    public static var affinity: String { mask(in: status) }

    /// The cores that a process may run on, as `/proc/self/status` has them (`Cpus_allowed: ff,ffffffff`),
    /// whose mask may hold processors that are not there; all that are online where it does not tell.
    package static func allowed(by status: String, online: Int) -> Int {
        let count = mask(in: status).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return count > 0 ? min(count, online) : online
    }

    private static func mask(in status: String) -> String {
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
        return (line?.drop { $0 != ":" } ?? "").filter(\.isHexDigit)
    }

    /// The least quota of a process's control groups, in cores; nil where none has one.
    ///
    /// Version 2 has `cpu.max` (`max 100000`, or microseconds of each period), version 1 a file for each
    /// number; a group has no more than the groups above it.
    ///
    /// - Parameters:
    ///   - groups: what `/proc/self/cgroup` says, lines as `0::/user.slice/run`.
    ///   - text: the text of a file; nil where there is none.
    package static func quota(of groups: String, _ text: (String) -> String?) -> Double? {
        ControlGroups.folders(of: "cpu", in: groups).compactMap {
            $0.isNew ? newQuota($0.path, text) : oldQuota($0.path, text)
        }.min()
    }

    private static func newQuota(_ path: String, _ text: (String) -> String?) -> Double? {
        let words = text("\(path)/cpu.max")?.split(whereSeparator: \.isWhitespace)
        guard let words, words.count == 2 else { return nil }
        return share(Double(words[0]), Double(words[1]))
    }

    private static func oldQuota(_ path: String, _ text: (String) -> String?) -> Double? {
        func number(_ name: String) -> Double? {
            text("\(path)/\(name)")?.split(whereSeparator: \.isWhitespace).first
                .flatMap { Double($0) }
        }
        return share(number("cpu.cfs_quota_us"), number("cpu.cfs_period_us"))
    }

    private static func share(_ quota: Double?, _ period: Double?) -> Double? {
        guard let quota, let period, quota > 0, period > 0 else { return nil }
        return quota / period
    }

    /// Threads that use a quota up: one more than would fit rests in each period.
    package static func whole(_ quota: Double) -> Int {
        quota < 1e6 ? max(1, Int(quota.rounded(.up))) : .max
    }
}
