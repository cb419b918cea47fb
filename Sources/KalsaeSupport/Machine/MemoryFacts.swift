/// What the system tells of a process's memory at one time.
package struct MemoryFacts: Sendable {
    /// What a control group allows, and what the processes in it hold: not what the system keeps of files,
    /// which it gives up for others.
    package struct Bound: Sendable, Equatable {
        package var limit: Int
        package var held: Int

        /// A limit with what is used up of it.
        package init(limit: Int, held: Int) { (self.limit, self.held) = (limit, held) }
    }

    /// The machine's memory, and its swap space.
    package var physical: Int, swap: Int
    /// What the process holds of its own.
    package var held: Int
    /// The control groups of the process that have a limit.
    package var groups: [Bound] = []
    /// How many addresses the process may have; nil for any.
    package var addressLimit: Int?
    /// How many it has.
    package var addresses = 0

    /// Facts that are given.
    package init(physical: Int, swap: Int, held: Int) {
        (self.physical, self.swap, self.held) = (physical, swap, held)
    }

    /// Those of this process, or those that a test gives instead.
    package static var own: MemoryFacts {
        source?.facts()
            ?? MemoryFacts(physical: Memory.physical, groups: ControlGroups.own, SystemFile.text)
    }

    /// Facts that a test gives, each time anew.
    package final class Source: Sendable {
        fileprivate let facts: @Sendable () -> MemoryFacts

        /// Asks `facts` instead of the system.
        package init(_ facts: @escaping @Sendable () -> MemoryFacts) { self.facts = facts }
    }

    /// Where ``own`` comes from; nil for the system.
    @TaskLocal package static var source: Source?

    /// - Parameters:
    ///   - groups: what `/proc/self/cgroup` says.
    ///   - text: the text of a file; nil where there is none.
    package init(physical: Int, groups: String, _ text: (String) -> String?) {
        let pages = text("/proc/self/statm") ?? ""
        self.init(
            physical: physical, swap: Memory.swap(in: text("/proc/meminfo") ?? ""),
            held: Memory.held(in: pages))
        self.groups = Self.bounds(of: groups, text)
        addressLimit = Memory.addressLimit(in: text("/proc/self/limits") ?? "")
        addresses = Memory.addresses(in: pages)
    }

    /// The least of all limits, without swap space.
    package var limit: Int { min(memory, addressLimit ?? .max) }

    /// The least of all limits; swap space makes no addresses.
    package var most: Int { min(memory + swap, addressLimit ?? .max) }

    /// What is left of the limit that has least left.
    package var left: Int {
        let ofGroups = groups.filter { $0.limit < physical }.map { $0.limit - $0.held }
        let ofMemory = min(memory - held, ofGroups.min() ?? .max) + swap
        return min(ofMemory, addressLimit.map { $0 - addresses } ?? .max)
    }

    private var memory: Int { min(groups.map(\.limit).min() ?? .max, physical) }

    /// The limits of a process's control groups.
    static func bounds(of groups: String, _ text: (String) -> String?) -> [Bound] {
        ControlGroups.folders(of: "memory", in: groups).compactMap { folder in
            let name = folder.isNew ? "memory.max" : "memory.limit_in_bytes"
            let words = text("\(folder.path)/\(name)")?.split(whereSeparator: \.isWhitespace)
            guard let limit = words?.first.flatMap({ Int($0) }), limit > 0 else { return nil }
            let statistics = text("\(folder.path)/memory.stat") ?? ""
            // Sums over the groups below, which version 2 always gives.
            let names = folder.isNew ? ["anon", "shmem"] : ["total_rss", "total_shmem"]
            return Bound(limit: limit, held: sum(of: names, in: statistics))
        }
    }

    private static func sum(of names: [String], in statistics: String) -> Int {
        statistics.split(separator: "\n").reduce(0) { sum, line in
            let words = line.split(separator: " ")
            guard words.count == 2, names.contains(String(words[0])) else { return sum }
            return sum + max(Int(words[1]) ?? 0, 0)
        }
    }
}
