import Glibc

/// What memory this process may use, in bytes.
package enum Memory {
    /// That of the machine; 1 GiB where the system does not tell.
    package static let physical: Int = {
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        let size = sysconf(Int32(_SC_PAGESIZE))
        let (bytes, overflow) = pages.multipliedReportingOverflow(by: size)
        return pages > 0 && size > 0 && !overflow ? bytes : 1 << 30
    }()

    /// That of the machine, or what the process's control groups allow, where that is less.
    package static var limit: Int {
        min(physical, limit(of: ControlGroups.own, SystemFile.text) ?? .max)
    }

    /// The same with swap space: who needs more is ended by the system.
    package static var most: Int {
        limit + swap(in: SystemFile.text("/proc/meminfo") ?? "")
    }

    /// What is left of this beside what the process holds.
    package static var left: Int {
        most - held(in: SystemFile.text("/proc/self/statm") ?? "")
    }

    /// The bytes that a process holds of its own, as `/proc/self/statm` tells (pages in all, resident ones, those
    /// of files); 0 where it does not.
    package static func held(in facts: String) -> Int {
        let pages = facts.split(whereSeparator: \.isWhitespace).map { Int($0) ?? 0 }
        guard pages.count > 2 else { return 0 }
        return max(pages[1] - pages[2], 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The least limit of a process's control groups; nil where none has one.
    ///
    /// - Parameters:
    ///   - groups: what `/proc/self/cgroup` says, lines as `0::/user.slice/run`.
    ///   - text: the text of a file; nil where there is none.
    package static func limit(of groups: String, _ text: (String) -> String?) -> Int? {
        ControlGroups.folders(of: "memory", in: groups).compactMap { folder in
            let name = folder.isNew ? "memory.max" : "memory.limit_in_bytes"
            let words = text("\(folder.path)/\(name)")?.split(whereSeparator: \.isWhitespace)
            return words?.first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        }.min()
    }

    /// The swap space that `/proc/meminfo` tells (`SwapTotal:  1048572 kB`); 0 where it tells none.
    package static func swap(in facts: String) -> Int {
        let line = facts.split(separator: "\n").first { $0.hasPrefix("SwapTotal:") }
        let number = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return max(number, 0) << 10
    }
}
