import CKalsaeSupport
import Glibc

/// What memory this process may use, in bytes: the facts of the system, read anew each time.
package enum Memory {
    /// That of the machine; 1 GiB where the system does not tell.
    package static let physical: Int = {
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        let size = sysconf(Int32(_SC_PAGESIZE))
        let (bytes, overflow) = pages.multipliedReportingOverflow(by: size)
        return pages > 0 && size > 0 && !overflow ? bytes : 1 << 30
    }()

    /// That of the machine, or what the process's control groups or `ulimit -v` allow, where that is less.
    package static var limit: Int { MemoryFacts.own.limit }

    /// The same with swap space: who needs more is ended by the system.
    package static var most: Int { MemoryFacts.own.most }

    /// What is left of this beside what the process holds, and others of its control groups.
    package static var left: Int { MemoryFacts.own.left }

    /// Gives what was freed back to the system, so that ``left`` knows of it.
    package static func trim() { kalsae_trim_memory() }

    /// The bytes that a process holds of its own, as `/proc/self/statm` tells (pages in all, resident ones, those
    /// of files); 0 where it does not.
    package static func held(in facts: String) -> Int {
        let pages = pages(in: facts)
        return pages.count > 2 ? max(pages[1] - pages[2], 0) * pageSize : 0
    }

    /// The bytes of all addresses of a process, as `/proc/self/statm` tells; 0 where it does not.
    package static func addresses(in facts: String) -> Int {
        max(pages(in: facts).first ?? 0, 0) * pageSize
    }

    /// How many addresses a process may have (`ulimit -v`), as `/proc/self/limits` tells
    /// (`Max address space  1073741824  unlimited  bytes`); nil for any.
    package static func addressLimit(in facts: String) -> Int? {
        let name = "Max address space"
        let line = facts.split(separator: "\n").first { $0.hasPrefix(name) }
        let word = line?.dropFirst(name.count).split(separator: " ").first
        return word.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// The least limit of a process's control groups; nil where none has one.
    ///
    /// - Parameters:
    ///   - groups: what `/proc/self/cgroup` says, lines as `0::/user.slice/run`.
    ///   - text: the text of a file; nil where there is none.
    package static func limit(of groups: String, _ text: (String) -> String?) -> Int? {
        MemoryFacts.bounds(of: groups, text).map(\.limit).min()
    }

    /// The swap space that `/proc/meminfo` tells (`SwapTotal:  1048572 kB`); 0 where it tells none.
    package static func swap(in facts: String) -> Int {
        let line = facts.split(separator: "\n").first { $0.hasPrefix("SwapTotal:") }
        let number = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return max(number, 0) << 10
    }

    private static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

    private static func pages(in facts: String) -> [Int] {
        facts.split(whereSeparator: \.isWhitespace).map { Int($0) ?? 0 }
    }
}
