/// An order of groups in which each stands behind all that it reads, kept while groups are joined.
///
/// What lies on a path between two groups stands between them, so that a search for cycles needs to
/// look at nothing else.
struct GroupOrder {
    /// Where each group stands.
    private(set) var place: [Int]
    /// The group at each place; -1 where none is left.
    private var groups: [Int]

    /// - Parameter count: groups, numbered in an order in which they can run.
    init(count: Int) {
        place = Array(0..<count)
        groups = place
    }

    /// Puts one group where two were: behind all that either reads, in front of all that read it.
    ///
    /// - Parameter readers: the groups between the two that read the earlier one, over others.
    mutating func join(_ low: Int, _ high: Int, as number: Int, holdingBack readers: [Int]) {
        let (start, end) = (place[low], place[high])
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
        place[group] = spot
    }
}

/// One path to each unit from the units that it reads, the longest there is: a quick yes for most
/// of the pairs that have a path between them.
struct LongestPaths {
    /// Each unit with all whose path goes over it makes a range.
    private var starts: [Int]
    private var ends: [Int]

    init(units: [Unit], producers: [Int?]) {
        var parents = [Int](repeating: -1, count: units.count)
        var depths = [Int](repeating: 0, count: units.count)
        for (number, unit) in units.enumerated() {
            for operand in unit.operands {
                guard let producer = producers[operand.storage],
                    depths[producer] >= depths[number]
                else { continue }
                depths[number] = depths[producer] + 1
                parents[number] = producer
            }
        }
        var sizes = [Int](repeating: 1, count: units.count)
        for number in units.indices.reversed() where parents[number] >= 0 {
            sizes[parents[number]] += sizes[number]
        }
        starts = [Int](repeating: 0, count: units.count)
        ends = starts
        var free = starts
        var next = 0
        for number in units.indices {
            if parents[number] < 0 {
                starts[number] = next
                next += sizes[number]
            } else {
                starts[number] = free[parents[number]]
                free[parents[number]] += sizes[number]
            }
            free[number] = starts[number] + 1
            ends[number] = starts[number] + sizes[number]
        }
    }

    /// Whether the longest path to a unit goes over another.
    func leads(from first: Int, to last: Int) -> Bool {
        starts[first] <= starts[last] && starts[last] < ends[first]
    }
}
