/// The order in which groups run.
struct Schedule {
    /// Group numbers, each behind what it reads.
    private(set) var order: [Int] = []
    /// Donated outputs that cannot be written straight into the input: somebody reads it later.
    private(set) var refused: Set<Int> = []

    /// - Parameter donations: output storage to input storage.
    init(units: [Unit], producers: [Int?], fusion: Fusion, donations: [Int: Int]) {
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
        sort(fusion, followers)
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

    /// Topological; among those that are ready, the one that comes first in the graph.
    private mutating func sort(_ fusion: Fusion, _ followers: [Set<Int>]) {
        var waiting = [Int](repeating: 0, count: followers.count)
        for next in followers.joined() { waiting[next] += 1 }
        let rank = fusion.groups.map { $0?.units.last ?? 0 }
        var ready = fusion.groups.indices.filter { fusion.groups[$0] != nil && waiting[$0] == 0 }
        while !ready.isEmpty {
            var best = 0
            for place in ready.indices where rank[ready[place]] < rank[ready[best]] { best = place }
            let group = ready.remove(at: best)
            order.append(group)
            for next in followers[group] {
                waiting[next] -= 1
                if waiting[next] == 0 { ready.append(next) }
            }
        }
    }
}
