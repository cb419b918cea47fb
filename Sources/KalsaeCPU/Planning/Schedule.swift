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
        var followers = [[Int]](repeating: [], count: count)
        var readers = [[Int]](repeating: [], count: storages.count)
        var lastFollower = [Int](repeating: -1, count: count)
        for (number, group) in fusion.groups.enumerated() {
            for operand in (group?.units ?? []).lazy.flatMap({ units[$0].operands }) {
                if readers[operand.storage].last != number {
                    readers[operand.storage].append(number)
                }
                guard let producer = producers[operand.storage] else { continue }
                let maker = fusion.groupOf[producer]
                if maker != number, lastFollower[maker] != number {
                    lastFollower[maker] = number
                    followers[maker].append(number)
                }
            }
        }
        var reachability = Reachability(place: fusion.order.place)
        for (output, input) in donations.sorted(by: { $0.key < $1.key }) {
            guard let producer = producers[output] else { continue }
            let writer = fusion.groupOf[producer]
            let others = readers[input].filter { $0 != writer }
            if reachability.reaches(others, from: writer, followers) {
                refused.insert(output)
            } else {
                for reader in others {
                    followers[reader].append(writer)
                    reachability.note(reader, isBefore: writer)
                }
            }
        }
        var traffic = Traffic(groups: count, storages: storages)
        for (storage, readers) in readers.enumerated() where !kept.contains(storage) {
            guard let producer = producers[storage] else { continue }
            let maker = fusion.groupOf[producer]
            traffic.add(storage, by: maker, to: readers.filter { $0 != maker })
        }
        sort(fusion, followers, traffic)
    }

    /// Topological; among those that are ready, those that free memory go first, then the one that comes
    /// first in the graph. So a weight's gradient is made as soon as what it needs would otherwise be
    /// kept for it alone.
    private mutating func sort(_ fusion: Fusion, _ followers: [[Int]], _ traffic: Traffic) {
        var traffic = traffic
        var waiting = [Int](repeating: 0, count: followers.count)
        for next in followers.joined() { waiting[next] += 1 }
        // Groups by their last units, of which each has its own.
        var (ready, freeing) = (MinimumHeap(), MinimumHeap())
        var hasRun = [Bool](repeating: false, count: followers.count)
        func add(_ group: Int) {
            guard let rank = fusion.groups[group]?.units.last else { return }
            if traffic.frees(group) { freeing.insert(rank) } else { ready.insert(rank) }
        }
        for group in fusion.groups.indices where waiting[group] == 0 { add(group) }
        while let rank = freeing.removeSmallest() ?? ready.removeSmallest() {
            let group = fusion.groupOf[rank]
            if hasRun[group] { continue }
            hasRun[group] = true
            order.append(group)
            for last in traffic.ran(group) where waiting[last] == 0 && traffic.frees(last) {
                add(last)
            }
            for next in followers[group] {
                waiting[next] -= 1
                if waiting[next] == 0 { add(next) }
            }
        }
    }
}

/// Who makes and who reads what lies in the arena.
private struct Traffic {
    /// Bytes that each group makes, that it would free if it ran now, and the storages it reads.
    private var made: [Int]
    private var freed: [Int]
    private var reads: [[Int]]
    /// How many groups have yet to read a storage, and the sum of their numbers.
    private var waiting: [Int]
    private var sums: [Int]
    private let storages: [Storage]

    init(groups: Int, storages: [Storage]) {
        made = [Int](repeating: 0, count: groups)
        freed = made
        reads = [[Int]](repeating: [], count: groups)
        waiting = [Int](repeating: 0, count: storages.count)
        sums = waiting
        self.storages = storages
    }

    mutating func add(_ storage: Int, by maker: Int, to readers: [Int]) {
        guard let first = readers.first else { return }
        made[maker] += storages[storage].byteCount
        for reader in readers { reads[reader].append(storage) }
        waiting[storage] = readers.count
        sums[storage] = readers.reduce(0, +)
        if readers.count == 1 { freed[first] += storages[storage].byteCount }
    }

    /// Whether a group, run now, ends the life of as many bytes as it makes.
    func frees(_ group: Int) -> Bool { freed[group] > 0 && freed[group] >= made[group] }

    /// Notes that a group has run; returns groups that are now alone in reading something.
    mutating func ran(_ group: Int) -> [Int] {
        var last: [Int] = []
        for storage in reads[group] {
            waiting[storage] -= 1
            sums[storage] -= group
            guard waiting[storage] == 1 else { continue }
            freed[sums[storage]] += storages[storage].byteCount
            last.append(sums[storage])
        }
        return last
    }
}

/// Whether groups wait for others, in an order that says no to most questions.
private struct Reachability {
    private let place: [Int]
    /// Whether the order still holds.
    private var isOrdered = true

    init(place: [Int]) { self.place = place }

    mutating func note(_ first: Int, isBefore second: Int) {
        if place[first] > place[second] { isOrdered = false }
    }

    func reaches(_ targets: [Int], from start: Int, _ followers: [[Int]]) -> Bool {
        guard let end = targets.map({ place[$0] }).max(), !isOrdered || end > place[start] else {
            return false
        }
        let wanted = Set(targets)
        var seen: Set<Int> = [start]
        var stack = [start]
        while let group = stack.popLast() {
            for next in followers[group] where !isOrdered || place[next] <= end {
                guard seen.insert(next).inserted else { continue }
                if wanted.contains(next) { return true }
                stack.append(next)
            }
        }
        return false
    }
}
