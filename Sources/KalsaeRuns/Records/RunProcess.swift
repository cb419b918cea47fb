import Glibc
import KalsaeFiles

/// The process that a run lives in, known so well that a later one of the same number is told from
/// it.
public struct RunProcess: Equatable, Sendable {
    /// The name of the machine.
    public var host: String
    /// The identifier of the machine's start and of the space of process numbers.
    public var boot: String
    /// The number of the process.
    public var pid: Int
    /// When it began, in clock ticks since the machine's start.
    public var began: Int

    /// This process.
    public static var current: RunProcess {
        let pid = Int(getpid())
        return RunProcess(host: hostName, boot: boot, pid: pid, began: began(pid) ?? 0)
    }

    /// Who runs this process, as commands and events name their author.
    package static var user: String {
        guard let entry = getpwuid(getuid()) else { return "user \(getuid())" }
        return String(cString: entry.pointee.pw_name)
    }

    /// Whether it is surely gone. Of a process of another machine nobody here can tell.
    public var isGone: Bool {
        guard host == Self.hostName else { return false }
        let (own, here) = (boot.split(separator: " "), Self.boot.split(separator: " "))
        // Without an identifier of the start only the process can tell.
        if let before = own.first, let now = here.first, before != now { return true }
        guard own == here else { return false }
        guard let running = Self.began(pid) else { return true }
        return running != began
    }

    /// When a process began; nil when there is none, or only what is left of a dead one.
    private static func began(_ pid: Int) -> Int? {
        guard let bytes = try? FileBytes.read("/proc/\(pid)/stat", limit: 1 << 16) else {
            return nil
        }
        // The name stands in parentheses and may hold any character, parentheses too.
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ").dropFirst()
        guard fields.count > 19, let state = fields.first, state != "Z", state != "X" else {
            return nil
        }
        return Int(fields[fields.startIndex + 19])
    }

    private static let hostName: String = {
        var bytes = [CChar](repeating: 0, count: 256)
        gethostname(&bytes, bytes.count - 1)
        return String(
            decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    private static let boot: String = {
        let bytes = (try? FileBytes.read("/proc/sys/kernel/random/boot_id", limit: 100)) ?? []
        let start = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        var status = stat()
        // Containers number their processes for themselves.
        let space = stat("/proc/self/ns/pid", &status) == 0 ? "\(status.st_ino)" : "0"
        return "\(start) \(space)"
    }()
}
