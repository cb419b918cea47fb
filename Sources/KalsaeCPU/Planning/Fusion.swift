import CKalsaeKernels
import KalsaeGraph

/// A range of an iteration space's axes, by the products of the sizes behind them: `[2, 3, 4]`
/// reduced over its last two axes is reduced over (12, 1).
struct AxisRange: Hashable {
    var high: Int
    var low: Int
}

/// Units that run as one loop over one iteration space, or one unit that stands alone.
struct Group {
    var units: [Int]
    /// Elements of the iteration space.
    var count: Int
    /// Products of trailing sizes at which some member's axes meet, ascending from 1 to `count`.
    var boundaries: [Int]
    /// What reductions in the group run over; empty without any.
    var reduced: [AxisRange]
    var isLoop: Bool
    /// What a loop of several units reads, each view once, without what its units make for each
    /// other.
    var loads: [View] = []

    /// Whether reduced axes lie in the middle, so that the loop must walk axes in another order.
    var isPermuted: Bool {
        guard let range = reduced.first else { return false }
        return reduced.count > 1 || (range.low != 1 && range.high != count)
    }
}

extension Shape {
    /// Products of trailing sizes, ascending from 1, each once.
    var boundaries: [Int] {
        var result = [1]
        for size in reversed() where size != 1 { result.append(result[result.count - 1] * size) }
        return result
    }

    /// The ranges that some axes make up, neighbors joined.
    func ranges(of axes: [Int]) -> [AxisRange] {
        var result: [AxisRange] = []
        var low = 1
        for axis in indices.reversed() {
            let high = low * self[axis]
            if axes.contains(axis), high != low {
                if let last = result.last, last.high == low {
                    result[result.count - 1].high = high
                } else {
                    result.append(AxisRange(high: high, low: low))
                }
            }
            low = high
        }
        return result
    }
}

/// Decides which units share a loop, so that what passes between them stays in the first cache.
struct Fusion {
    private let units: [Unit]
    private let producers: [Int?]
    private let isOutput: Set<Int>
    /// For each unit, the units that read its result.
    private var users: [[Int]]
    /// The groups, by number; merged ones are nil.
    private(set) var groups: [Group?]
    /// For each unit, its group.
    private(set) var groupOf: [Int]

    /// An order in which the groups can run.
    private(set) var order: GroupOrder
    private let paths: LongestPaths

    /// The search for cycles in which each group was last seen, and what it saw.
    private var seenIn: [Int]
    private var round = 0
    private var seen: [Int] = []

    /// Results that are made where their operands are, not where they are read.
    private var isEarly: [Bool] = []

    /// Limits that keep a loop within the registers and axes that the C loops have.
    private static let mostUnits = 32
    private static let mostAxes = 8

    /// Loops that a search so long finds nothing between stay apart: so each search is bounded.
    private static let longestSearch = 4096

    init(units: [Unit], producers: [Int?], outputs: [Int]) {
        self.units = units
        self.producers = producers
        isOutput = Set(outputs.compactMap { producers[$0] })
        users = [[Int]](repeating: [], count: units.count)
        groups = []
        groupOf = Array(units.indices)
        seenIn = [Int](repeating: 0, count: units.count)
        order = GroupOrder(count: units.count)
        paths = LongestPaths(units: units, producers: producers)
        for (number, unit) in units.enumerated() {
            for operand in unit.operands {
                if let producer = producers[operand.storage], users[producer].last != number {
                    users[producer].append(number)
                }
            }
            groups.append(Fusion.single(number, unit))
        }
        guard PlanPass.fusion.isEnabled else { return }
        isEarly =
            EarlyResults(units: units, producers: producers, users: users, outputs: isOutput)
            .isEarly
        mergeAlongEdges()
        mergeSiblings()
    }

    private static func single(_ number: Int, _ unit: Unit) -> Group {
        let shape = unit.iterationShape
        var reduced: [AxisRange] = []
        if case .reduction(_, let axes) = unit.kind { reduced = shape.ranges(of: axes) }
        return Group(
            units: [number], count: shape.elementCount, boundaries: shape.boundaries,
            reduced: reduced, isLoop: unit.isLoop)
    }

    /// The unit whose register an operand can be, if both stand in one group.
    func internalProducer(_ operand: View) -> Int? {
        guard let producer = producers[operand.storage], operand.isDense, operand.offset == 0,
            case .element = units[producer].kind,
            units[producer].type.shape.elementCount == operand.shape.elementCount
        else { return nil }
        return producer
    }

    /// Producers with one reader first: their results need never be stored.
    private mutating func mergeAlongEdges() {
        for onlySingle in [true, false] {
            for (consumer, unit) in units.enumerated() where unit.isLoop {
                for operand in unit.operands {
                    guard let producer = internalProducer(operand),
                        !onlySingle || (users[producer].count == 1 && !isOutput.contains(producer)),
                        !isEarly[producer] || isEarly[consumer]
                    else { continue }
                    merge(groupOf[producer], groupOf[consumer])
                }
            }
        }
    }

    /// Loops that read the same values, such as two sums of one tensor, read them once.
    private mutating func mergeSiblings() {
        var reader: [Int: Int] = [:]
        for (number, unit) in units.enumerated() where unit.isLoop {
            for operand in unit.operands where operand.isDense && operand.shape.elementCount > 1 {
                if let earlier = reader[operand.storage] {
                    merge(groupOf[earlier], groupOf[number])
                }
                reader[operand.storage] = number
            }
        }
    }

    private mutating func merge(_ first: Int, _ second: Int) {
        guard first != second, let a = groups[first], let b = groups[second],
            let merged = combined(a, b, first, second)
        else { return }
        let isEarlier = order.place[first] < order.place[second]
        let (low, high) = isEarlier ? (first, second) : (second, first)
        guard !makesCycle(low, high) else { return }
        order.join(low, high, as: first, holdingBack: seen)
        groups[first] = merged
        groups[second] = nil
        for unit in b.units { groupOf[unit] = first }
    }

    /// The group that two would make, or nil where one loop cannot do both.
    private func combined(_ a: Group, _ b: Group, _ first: Int, _ second: Int) -> Group? {
        guard a.isLoop, b.isLoop, a.count == b.count, a.count > 0,
            a.reduced.isEmpty || b.reduced.isEmpty || a.reduced == b.reduced,
            a.units.count + b.units.count <= Fusion.mostUnits
        else { return nil }
        var group = a
        group.units = (a.units + b.units).sorted()
        group.reduced = a.reduced.isEmpty ? b.reduced : a.reduced
        if a.boundaries != b.boundaries {
            group.boundaries = Set(a.boundaries + b.boundaries).sorted()
        }
        for (low, high) in zip(group.boundaries, group.boundaries.dropFirst())
        where high % low != 0 { return nil }
        guard group.boundaries.count - 1 <= Fusion.mostAxes else { return nil }
        func isMember(_ unit: Int) -> Bool {
            groupOf[unit] == first || groupOf[unit] == second
        }
        group.loads = []
        for load in loads(of: a) + loads(of: b) {
            if let producer = internalProducer(load), isMember(producer) { continue }
            if !group.loads.contains(load) { group.loads.append(load) }
        }
        // What is the same everywhere may be needed both as an element and as a tile.
        let registers = group.loads.reduce(group.units.count) { $0 + ($1.isUniform ? 2 : 1) }
        guard registers <= Int(KLS_MAX_REGISTERS) else { return nil }
        // A loop in another order cannot store elements: they would not lie densely.
        if group.isPermuted {
            for unit in group.units {
                if case .reduction = units[unit].kind { continue }
                guard !isOutput.contains(unit), users[unit].allSatisfy(isMember) else {
                    return nil
                }
            }
        }
        return group
    }

    private func loads(of group: Group) -> [View] {
        group.units.count == 1 ? units[group.units[0]].operands : group.loads
    }

    /// Whether something between two groups would have to run in the middle of their loop: a path
    /// that leaves them and comes back, or one through a reduction, complete only at the end.
    ///
    /// Leaves in `seen` what reads the earlier group and stands in front of the later one.
    private mutating func makesCycle(_ low: Int, _ high: Int) -> Bool {
        round += 1
        seen.removeAll(keepingCapacity: true)
        guard let first = groups[low], let last = groups[high] else { return true }
        let end = order.place[high]
        var steps = 0
        for unit in first.units {
            var isEnd = false
            if case .reduction = units[unit].kind { isEnd = true }
            for user in users[unit] {
                if groupOf[user] == high {
                    if isEnd || !readsRegister(user, of: unit) { return true }
                } else if groupOf[user] != low, isPath(over: user, to: last, end) {
                    return true
                }
            }
            steps += users[unit].count
        }
        var next = 0
        while next < seen.count {
            guard steps <= Fusion.longestSearch, let group = groups[seen[next]] else { return true }
            next += 1
            for unit in group.units {
                for user in users[unit] {
                    if groupOf[user] == high || isPath(over: user, to: last, end) { return true }
                }
                steps += users[unit].count
            }
        }
        return !seen.isEmpty && end - order.place[low] > Fusion.longestSearch
    }

    /// Whether a known path leads over a unit to a group; notes the unit's group if it must be
    /// searched.
    private mutating func isPath(over user: Int, to group: Group, _ end: Int) -> Bool {
        let target = groupOf[user]
        guard order.place[target] < end else { return false }
        if group.units.contains(where: { paths.leads(from: user, to: $0) }) { return true }
        if seenIn[target] != round {
            seenIn[target] = round
            seen.append(target)
        }
        return false
    }

    /// Whether every use that a unit makes of another's result could be a register.
    private func readsRegister(_ user: Int, of unit: Int) -> Bool {
        units[user].operands.allSatisfy { operand in
            producers[operand.storage] != unit || internalProducer(operand) == unit
        }
    }

    /// How many units read a unit's result.
    func userCount(_ unit: Int) -> Int { users[unit].count }

    /// Whether a unit's result must lie in memory.
    func isStored(_ unit: Int) -> Bool {
        if case .element = units[unit].kind {
            return isOutput.contains(unit)
                || users[unit].contains { groupOf[$0] != groupOf[unit] }
        }
        return true
    }
}
