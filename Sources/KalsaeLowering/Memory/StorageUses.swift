/// Which groups define and which use each storage of the arena, for the schedule.
struct StorageUses {
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
