/// The order in which groups run.
struct Schedule {
    /// Group numbers, each behind what it reads.
    private(set) var order: [Int] = []
    /// Donated outputs that cannot be written straight into the input: somebody reads it later.
    private(set) var refused: Set<Int> = []

    /// - Parameter donations: output storage to input storage.
    /// - Parameter kept: storages that outlive the plan.
    init(
        units: [Unit], producers: [Int?], fusion: Fusion, donations: [Int: Int],
        storages: [Storage], kept: Set<Int>
    ) {
        let count = fusion.groups.count
        var followers = [Set<Int>](repeating: [], count: count)
        var readers: [Int: Set<Int>] = [:]
        for (number, unit) in units.enumerated() {
            let group = fusion.groupOf[number]
            for operand in unit.operands {
                readers[operand.storage, default: []].insert(group)
                if let producer = producers[operand.storage], fusion.groupOf[producer] != group {
                    followers[fusion.groupOf[producer]].insert(group)
                }
            }
        }
        for (output, input) in donations.sorted(by: { $0.key < $1.key }) {
            guard let producer = producers[output] else { continue }
            let writer = fusion.groupOf[producer]
            let others = readers[input, default: []].subtracting([writer])
            if Schedule.reaches(others, from: writer, followers) {
                refused.insert(output)
            } else {
                for reader in others { followers[reader].insert(writer) }
            }
        }
        var traffic = Traffic(groups: count)
        for (storage, readers) in readers where !kept.contains(storage) {
            guard let producer = producers[storage] else { continue }
            let maker = fusion.groupOf[producer]
            let others = readers.subtracting([maker])
            guard !others.isEmpty else { continue }
            traffic.made[maker] += storages[storage].byteCount
            for reader in others { traffic.reads[reader].append(storage) }
            traffic.waiting[storage] = others.count
            traffic.bytes[storage] = storages[storage].byteCount
        }
        sort(fusion, followers, traffic)
    }

    /// Who makes and who reads what lies in the arena.
    private struct Traffic {
        /// Bytes that each group makes, and the storages that it reads.
        var made: [Int]
        var reads: [[Int]]
        /// Groups that have yet to read a storage, and its size.
        var waiting: [Int: Int] = [:]
        var bytes: [Int: Int] = [:]

        init(groups: Int) {
            made = [Int](repeating: 0, count: groups)
            reads = [[Int]](repeating: [], count: groups)
        }

        /// Whether a group, run now, ends the life of as many bytes as it makes.
        func frees(_ group: Int) -> Bool {
            var freed = 0
            for storage in reads[group] where waiting[storage] == 1 {
                freed += bytes[storage] ?? 0
            }
            return freed > 0 && freed >= made[group]
        }

        mutating func ran(_ group: Int) {
            for storage in reads[group] { waiting[storage, default: 0] -= 1 }
        }
    }

    private static func reaches(
        _ targets: Set<Int>, from start: Int, _ followers: [Set<Int>]
    ) -> Bool {
        var seen: Set<Int> = [start]
        var stack = [start]
        while let group = stack.popLast() {
            for next in followers[group] where seen.insert(next).inserted {
                if targets.contains(next) { return true }
                stack.append(next)
            }
        }
        return false
    }

    /// Topological; among those that are ready, those that free memory go first, then the one that comes
    /// first in the graph. So a weight's gradient is made as soon as what it needs would otherwise be
    /// kept for it alone.
    private mutating func sort(_ fusion: Fusion, _ followers: [Set<Int>], _ traffic: Traffic) {
        var traffic = traffic
        var waiting = [Int](repeating: 0, count: followers.count)
        for next in followers.joined() { waiting[next] += 1 }
        let rank = fusion.groups.map { $0?.units.last ?? 0 }
        var ready = fusion.groups.indices.filter { fusion.groups[$0] != nil && waiting[$0] == 0 }
        while !ready.isEmpty {
            var best = 0
            var isFreeing = traffic.frees(ready[0])
            for place in ready.indices.dropFirst() {
                let frees = traffic.frees(ready[place])
                let isEarlier = rank[ready[place]] < rank[ready[best]]
                guard frees != isFreeing ? frees : isEarlier else { continue }
                (best, isFreeing) = (place, frees)
            }
            let group = ready.remove(at: best)
            order.append(group)
            traffic.ran(group)
            for next in followers[group] {
                waiting[next] -= 1
                if waiting[next] == 0 { ready.append(next) }
            }
        }
    }
}
