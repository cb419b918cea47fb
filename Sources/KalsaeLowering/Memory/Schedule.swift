/// The order in which groups run.
struct Schedule {
    /// FusionGroup numbers, each behind what it reads.
    private(set) var order: [Int] = []
    /// Donated outputs that cannot be written straight into the input: somebody reads it later.
    private(set) var refused: Set<Int> = []

    /// - Parameter donations: output storage to input storage.
    init(_ lowered: LoweredGraph, _ fusion: Fusion, donations: [Int: Int]) {
        let (ops, producers, storages) = (lowered.ops, lowered.producers, lowered.storages)
        let outputs = Set(lowered.outputs)
        let count = fusion.groups.count
        var followers = [[Int]](repeating: [], count: count)
        var readers = [[Int]](repeating: [], count: storages.count)
        var lastFollower = [Int](repeating: -1, count: count)
        for (number, group) in fusion.groups.enumerated() {
            for operand in (group?.ops ?? []).lazy.flatMap({ ops[$0].operands }) {
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
        var reachability = Reachability(rank: fusion.order.rank)
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
        var uses = StorageUses(groups: count, storages: storages)
        for (storage, readers) in readers.enumerated() where !outputs.contains(storage) {
            guard let producer = producers[storage] else { continue }
            let maker = fusion.groupOf[producer]
            uses.add(storage, by: maker, to: readers.filter { $0 != maker })
        }
        sort(fusion, followers, uses)
    }

    /// Topological; among those that are ready, those that free memory go first, each by itself or
    /// several together, then the one that comes first in the graph. So a weight's gradient is made as
    /// soon as what it needs would otherwise be kept for gradients alone.
    private mutating func sort(_ fusion: Fusion, _ followers: [[Int]], _ uses: StorageUses) {
        var uses = uses
        var waiting = [Int](repeating: 0, count: followers.count)
        for next in followers.joined() { waiting[next] += 1 }
        // Groups by their last ops, of which each has its own.
        var (ready, freeing) = (MinimumHeap(), MinimumHeap())
        var hasRun = [Bool](repeating: false, count: followers.count)
        func add(_ group: Int) {
            guard let rank = fusion.groups[group]?.ops.last else { return }
            if uses.frees(group) { freeing.insert(rank) } else { ready.insert(rank) }
        }
        func addTogether(_ groups: [Int]) {
            for group in groups {
                if let rank = fusion.groups[group]?.ops.last { freeing.insert(rank) }
            }
        }
        func addReady(_ group: Int) {
            add(group)
            addTogether(uses.becameReady(group))
        }
        for group in fusion.groups.indices where waiting[group] == 0 { addReady(group) }
        while let rank = freeing.removeSmallest() ?? ready.removeSmallest() {
            let group = fusion.groupOf[rank]
            if hasRun[group] { continue }
            hasRun[group] = true
            order.append(group)
            let readers = uses.ran(group)
            for last in readers.alone where waiting[last] == 0 && uses.frees(last) { add(last) }
            addTogether(readers.together)
            for next in followers[group] {
                waiting[next] -= 1
                if waiting[next] == 0 { addReady(next) }
            }
        }
    }
}
