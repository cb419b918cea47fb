import KalsaeGraph

/// Decides which ops share a loop, so that what passes between them stays in the first cache.
struct Fusion {
    private let ops: [LoweredOp]
    private let producers: [Int?]
    private let isOutput: Set<Int>
    /// For each op, the ops that read its result.
    private(set) var users: [[Int]]
    /// The groups, by number; merged ones are nil.
    private(set) var groups: [FusionGroup?]
    /// For each op, its group.
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

    private let limits: LoopLimits

    /// - Parameter early: ops that are computed with their operands, whatever their readers are.
    init(_ lowered: LoweredGraph, limits: LoopLimits, early: Set<Int> = []) {
        (ops, producers) = (lowered.ops, lowered.producers)
        self.limits = limits
        let (ops, producers, outputs) = (ops, producers, lowered.outputs)
        isOutput = Set(outputs.compactMap { producers[$0] })
        users = [[Int]](repeating: [], count: ops.count)
        groups = []
        groupOf = Array(ops.indices)
        seenIn = [Int](repeating: 0, count: ops.count)
        order = GroupOrder(count: ops.count)
        paths = LongestPaths(ops: ops, producers: producers)
        for (number, op) in ops.enumerated() {
            for operand in op.operands {
                if let producer = producers[operand.storage], users[producer].last != number {
                    users[producer].append(number)
                }
            }
            groups.append(Fusion.single(number, op))
        }
        guard LoweringPass.fusion.isEnabled else { return }
        isEarly =
            EarlyEvaluation(ops: ops, producers: producers, users: users, outputs: isOutput)
            .isEarly
        for op in early { isEarly[op] = true }
        mergeAlongEdges()
        mergeSiblings()
    }

    private static func single(_ number: Int, _ op: LoweredOp) -> FusionGroup {
        let shape = op.iterationShape
        var reduced: [AxisRange] = []
        if case .reduction(_, let axes) = op.kind { reduced = shape.ranges(of: axes) }
        return FusionGroup(
            ops: [number], count: shape.elementCount, boundaries: shape.boundaries,
            reduced: reduced, isLoop: op.isLoop)
    }

    /// The op whose register an operand can be, if both stand in one group.
    func internalProducer(_ operand: View) -> Int? {
        guard let producer = producers[operand.storage], operand.isDense, operand.offset == 0,
            case .element = ops[producer].kind,
            ops[producer].type.shape.elementCount == operand.shape.elementCount
        else { return nil }
        return producer
    }

    /// Producers with one reader first: their results need never be stored.
    private mutating func mergeAlongEdges() {
        for onlySingle in [true, false] {
            for (consumer, op) in ops.enumerated() where op.isLoop {
                for operand in op.operands {
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
        for (number, op) in ops.enumerated() where op.isLoop {
            for operand in op.operands where operand.isDense && operand.shape.elementCount > 1 {
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
        let isEarlier = order.rank[first] < order.rank[second]
        let (low, high) = isEarlier ? (first, second) : (second, first)
        guard !makesCycle(low, high) else { return }
        order.join(low, high, as: first, holdingBack: seen)
        groups[first] = merged
        groups[second] = nil
        for op in b.ops { groupOf[op] = first }
    }

    /// The group that two would make, or nil where one loop cannot do both.
    private func combined(_ a: FusionGroup, _ b: FusionGroup, _ first: Int, _ second: Int)
        -> FusionGroup?
    {
        guard a.isLoop, b.isLoop, a.count == b.count, a.count > 0,
            a.reduced.isEmpty || b.reduced.isEmpty || a.reduced == b.reduced,
            a.ops.count + b.ops.count <= limits.ops
        else { return nil }
        var group = a
        group.ops = (a.ops + b.ops).sorted()
        group.reduced = a.reduced.isEmpty ? b.reduced : a.reduced
        if a.boundaries != b.boundaries {
            group.boundaries = Set(a.boundaries + b.boundaries).sorted()
        }
        for (low, high) in zip(group.boundaries, group.boundaries.dropFirst())
        where high % low != 0 { return nil }
        guard group.boundaries.count - 1 <= limits.axes else { return nil }
        func isMember(_ op: Int) -> Bool {
            groupOf[op] == first || groupOf[op] == second
        }
        group.loads = []
        for load in loads(of: a) + loads(of: b) {
            if let producer = internalProducer(load), isMember(producer) { continue }
            if !group.loads.contains(load) { group.loads.append(load) }
        }
        // What is the same everywhere may be needed both as an element and as a strip.
        let registers = group.loads.reduce(group.ops.count) { $0 + ($1.isUniform ? 2 : 1) }
        guard registers <= limits.registers else { return nil }
        // A loop in another order cannot store elements: they would not lie densely.
        if group.isPermuted {
            for op in group.ops {
                if case .reduction = ops[op].kind { continue }
                guard !isOutput.contains(op), users[op].allSatisfy(isMember) else {
                    return nil
                }
            }
        }
        return group
    }

    private func loads(of group: FusionGroup) -> [View] {
        group.ops.count == 1 ? ops[group.ops[0]].operands : group.loads
    }

    /// Whether something between two groups would have to run in the middle of their loop: a path
    /// that leaves them and comes back, or one through a reduction, complete only at the end.
    ///
    /// Leaves in `seen` what reads the earlier group and stands in front of the later one.
    private mutating func makesCycle(_ low: Int, _ high: Int) -> Bool {
        round += 1
        seen.removeAll(keepingCapacity: true)
        guard let first = groups[low], let last = groups[high] else { return true }
        let end = order.rank[high]
        var steps = 0
        for op in first.ops {
            var isEnd = false
            if case .reduction = ops[op].kind { isEnd = true }
            for user in users[op] {
                if groupOf[user] == high {
                    if isEnd || !readsRegister(user, of: op) { return true }
                } else if groupOf[user] != low, isPath(over: user, to: last, end) {
                    return true
                }
            }
            steps += users[op].count
        }
        var next = 0
        while next < seen.count {
            guard steps <= limits.searchSteps, let group = groups[seen[next]] else { return true }
            next += 1
            for op in group.ops {
                for user in users[op] {
                    if groupOf[user] == high || isPath(over: user, to: last, end) { return true }
                }
                steps += users[op].count
            }
        }
        return !seen.isEmpty && end - order.rank[low] > limits.searchSteps
    }

    /// Whether a known path leads over a op to a group; notes the op's group if it must be
    /// searched.
    private mutating func isPath(over user: Int, to group: FusionGroup, _ end: Int) -> Bool {
        let target = groupOf[user]
        guard order.rank[target] < end else { return false }
        if group.ops.contains(where: { paths.leads(from: user, to: $0) }) { return true }
        if seenIn[target] != round {
            seenIn[target] = round
            seen.append(target)
        }
        return false
    }

    /// Whether every use that a op makes of another's result could be a register.
    private func readsRegister(_ user: Int, of op: Int) -> Bool {
        ops[user].operands.allSatisfy { operand in
            producers[operand.storage] != op || internalProducer(operand) == op
        }
    }

    /// How many ops read a op's result.
    func userCount(_ op: Int) -> Int { users[op].count }

    /// Whether a op's result must lie in memory.
    func isStored(_ op: Int) -> Bool {
        if case .element = ops[op].kind {
            return isOutput.contains(op)
                || users[op].contains { groupOf[$0] != groupOf[op] }
        }
        return true
    }
}
