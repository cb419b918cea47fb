/// An order of groups in which each stands behind all that it reads, kept while groups are joined.
///
/// What lies on a path between two groups stands between them, so that a search for cycles needs to
/// look at nothing else.
struct GroupOrder {
    /// The rank of each group in the order.
    private(set) var rank: [Int]
    /// The group at each rank; -1 where none is left.
    private var groups: [Int]

    /// - Parameter count: groups, numbered in an order in which they can run.
    init(count: Int) {
        rank = Array(0..<count)
        groups = rank
    }

    /// Puts one group where two were: behind all that either reads, in front of all that read it.
    ///
    /// - Parameter readers: the groups between the two that read the earlier one, over others.
    mutating func join(_ low: Int, _ high: Int, as number: Int, holdingBack readers: [Int]) {
        let (start, end) = (rank[low], rank[high])
        if readers.isEmpty {
            groups[start] = -1
            put(number, at: end)
            return
        }
        let isHeld = Set(readers)
        var held: [Int] = []
        var free = start
        for spot in start...end {
            let group = groups[spot]
            groups[spot] = -1
            if group < 0 || group == low || group == high { continue }
            if isHeld.contains(group) {
                held.append(group)
            } else {
                put(group, at: free)
                free += 1
            }
        }
        for group in [number] + held {
            put(group, at: free)
            free += 1
        }
    }

    private mutating func put(_ group: Int, at spot: Int) {
        groups[spot] = group
        rank[group] = spot
    }
}
