/// Which groups define and which use each storage of the arena, for the schedule.
struct StorageUses {
    /// Bytes that each group makes, that it would free if it ran now, and the storages it reads.
    private var made: [Int]
    private var freed: [Int]
    private var reads: [[Int]]
    /// How many groups have yet to read a storage, and the sum of their numbers.
    private var waiting: [Int]
    private var sums: [Int]
    /// Who reads a storage, and how many of them could run and have not.
    private var readers: [[Int]]
    private var ready: [Int]
    private var hasRun: [Bool]
    private let storages: [Storage]

    init(groups: Int, storages: [Storage]) {
        made = [Int](repeating: 0, count: groups)
        freed = made
        reads = [[Int]](repeating: [], count: groups)
        waiting = [Int](repeating: 0, count: storages.count)
        (sums, ready) = (waiting, waiting)
        readers = [[Int]](repeating: [], count: storages.count)
        hasRun = [Bool](repeating: false, count: groups)
        self.storages = storages
    }

    mutating func add(_ storage: Int, by maker: Int, to readers: [Int]) {
        guard let first = readers.first else { return }
        made[maker] += storages[storage].byteCount
        for reader in readers { reads[reader].append(storage) }
        self.readers[storage] = readers
        waiting[storage] = readers.count
        sums[storage] = readers.reduce(0, +)
        if readers.count == 1 { freed[first] += storages[storage].byteCount }
    }

    /// Whether a group, run now, ends the life of as many bytes as it makes.
    func frees(_ group: Int) -> Bool { freed[group] > 0 && freed[group] >= made[group] }

    /// Notes that a group could run; returns groups that may now run one behind the other.
    mutating func becameReady(_ group: Int) -> [Int] {
        for storage in reads[group] { ready[storage] += 1 }
        return reads[group].flatMap(together)
    }

    /// Notes that a group has run; returns groups that are now alone in reading something, and groups
    /// that may run one behind the other.
    mutating func ran(_ group: Int) -> (alone: [Int], together: [Int]) {
        var (alone, together) = ([Int](), [Int]())
        hasRun[group] = true
        for storage in reads[group] {
            waiting[storage] -= 1
            ready[storage] -= 1
            sums[storage] -= group
            if waiting[storage] == 1 {
                freed[sums[storage]] += storages[storage].byteCount
                alone.append(sums[storage])
            } else {
                together += self.together(storage)
            }
        }
        return (alone, together)
    }

    /// All groups that have yet to read a storage, where they could run, and end the life of far more
    /// bytes than they make: the gradients of weights, not what goes on from there.
    private func together(_ storage: Int) -> [Int] {
        guard waiting[storage] > 1, ready[storage] == waiting[storage] else { return [] }
        let last = readers[storage].filter { !hasRun[$0] }
        let made = last.reduce(0) { $0 + self.made[$1] }
        return 2 * made <= storages[storage].byteCount ? last : []
    }
}
