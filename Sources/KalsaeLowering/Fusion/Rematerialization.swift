import KalsaeGraph

/// Finds results that loops had better compute again from what they read anyway than read from memory:
/// centered inputs of a normalization, gradients behind an activation.
///
/// A result of a few cheap operations that only loops of other groups read is copied into each of them,
/// if that moves fewer bytes: it is not written, and what it is made of is often in the reader already. One of the
/// operations may be a function, as `exp` in a softmax, if that saves more bytes than an accelerator moves in the time
/// that it takes. The bits are the same.
struct Rematerialization {
    private let lowered: LoweredGraph
    private let fusion: Fusion
    private let limits: LoopLimits
    private let outputs: Set<Int>
    /// For each op, the ops that read its result.
    private let users: [[Int]]
    /// Ops whose results are in memory, by what is decided so far.
    private var isStored: [Bool] = []
    /// For each group that reads a result which is no longer stored, the ops that it computes again.
    private var copies: [Int: Set<Int>] = [:]

    /// What one result may be made of, and elements from which on it is worth it.
    private static let (mostOps, fewestElements) = (6, 1 << 12)

    /// The ops with copies in the groups that read what is not stored; nil where nothing changes.
    static func applied(
        to lowered: LoweredGraph, _ fusion: Fusion, limits: LoopLimits
    ) -> LoweredGraph? {
        var search = Rematerialization(lowered, fusion, limits)
        search.decide()
        return search.copies.isEmpty ? nil : search.rewritten()
    }

    private init(_ lowered: LoweredGraph, _ fusion: Fusion, _ limits: LoopLimits) {
        (self.lowered, self.fusion, self.limits) = (lowered, fusion, limits)
        outputs = Set(lowered.outputs.compactMap { lowered.producers[$0] })
        users = fusion.users
        isStored = lowered.ops.indices.map { op in
            !lowered.ops[op].isLoop || fusion.isStored(op)
        }
    }

    // MARK: - What is computed again

    private mutating func decide() {
        for op in lowered.ops.indices where isCandidate(op) {
            guard let slice = slice(of: op) else { continue }
            let readers = Set(users[op].map { fusion.groupOf[$0] }).subtracting([
                fusion.groupOf[op]
            ])
            guard readers.allSatisfy({ fits(slice, $0) }), saves(op, slice, readers) else {
                continue
            }
            isStored[op] = false
            for reader in readers { copies[reader, default: []].formUnion(slice) }
        }
    }

    /// Whether other groups read the result of an element op, all of them in loops and as registers.
    private func isCandidate(_ op: Int) -> Bool {
        let node = lowered.ops[op]
        guard case .element(let primitive) = node.kind, primitive.bytesInItsTime != nil,
            isStored[op],
            !outputs.contains(op), node.type.dtype.isFloat,
            node.type.shape.elementCount >= Self.fewestElements
        else { return false }
        return users[op].allSatisfy { user in
            lowered.ops[user].isLoop
                && lowered.ops[user].operands.allSatisfy {
                    lowered.producers[$0.storage] != op || fusion.internalProducer($0) == op
                }
        }
    }

    /// The op with those before it whose results are not stored; nil where some of them are dear.
    private func slice(of op: Int) -> Set<Int>? {
        var (slice, stack): (Set<Int>, [Int]) = ([op], [op])
        while let next = stack.popLast() {
            for operand in lowered.ops[next].operands {
                guard let producer = lowered.producers[operand.storage], !isStored[producer],
                    !slice.contains(producer)
                else { continue }
                guard bytesInTime(of: producer) != nil else { return nil }
                slice.insert(producer)
                stack.append(producer)
            }
            if slice.count > Self.mostOps { return nil }
        }
        let functions = slice.count { bytesInTime(of: $0) != 0 }
        return functions == 0 || functions == 1 && slice.allSatisfy(readsStored) ? slice : nil
    }

    /// Bytes that an accelerator moves for each element while it computes the op; nil where these are many.
    private func bytesInTime(of op: Int) -> Int? {
        guard case .element(let primitive) = lowered.ops[op].kind else { return nil }
        return primitive.bytesInItsTime
    }

    /// Whether all products that an op reads lie in memory for certain: no loop that walks over whole rows takes the
    /// place of writing them.
    private func readsStored(_ op: Int) -> Bool {
        lowered.ops[op].operands.allSatisfy { operand in
            guard let producer = lowered.producers[operand.storage], !lowered.ops[producer].isLoop
            else { return true }
            return users[producer].contains {
                fusion.groups[fusion.groupOf[$0]]?.reducesRows ?? false
            }
        }
    }

    /// Whether a group has space for a slice, and walks over the same rows and columns.
    private func fits(_ slice: Set<Int>, _ group: Int) -> Bool {
        guard let known = fusion.groups[group] else { return false }
        guard edges(of: Array(slice)).isSubset(of: edges(of: known.ops)) else { return false }
        let added = slice.union(copies[group] ?? []).count
        return known.ops.count + added <= limits.ops
            && known.ops.count + known.loads.count + 2 * added + 2 <= limits.registers
    }

    /// The products of trailing sizes at which operands begin or end to be repeated, or are summed.
    private func edges(of ops: [Int]) -> Set<Int> {
        ops.reduce(into: Set<Int>()) { $0.formUnion(edges(of: lowered.ops[$1])) }
    }

    private func edges(of op: LoweredOp) -> Set<Int> {
        var edges: Set<Int> = []
        for view in op.operands where !view.isUniform {
            var (trailing, wasRepeated): (Int, Bool?) = (1, nil)
            for axis in view.shape.indices.reversed() where view.shape[axis] != 1 {
                let isRepeated = view.strides[axis] == 0
                if let wasRepeated, wasRepeated != isRepeated { edges.insert(trailing) }
                (trailing, wasRepeated) = (trailing * view.shape[axis], isRepeated)
            }
        }
        if case .reduction(_, let axes) = op.kind {
            for range in op.iterationShape.ranges(of: axes) {
                edges.formUnion([range.low, range.high])
            }
        }
        return edges
    }

    /// Whether time is saved, in bytes: the result is neither written nor read, and what it is made of is read
    /// where it was not.
    private func saves(_ op: Int, _ slice: Set<Int>, _ readers: Set<Int>) -> Bool {
        let result = lowered.ops[op].type.byteCount
        var leaves: Set<Int> = []
        for member in slice {
            for operand in lowered.ops[member].operands {
                if let producer = lowered.producers[operand.storage], slice.contains(producer) {
                    continue
                }
                leaves.insert(operand.storage)
            }
        }
        var moved = -result
        for reader in readers {
            moved -= result
            let known = storages(readBy: reader)
            for leaf in leaves where !known.contains(leaf) {
                moved += lowered.storages[leaf].byteCount
            }
        }
        let computed = slice.reduce(0) {
            $0 + (bytesInTime(of: $1) ?? 0) * lowered.ops[$1].type.shape.elementCount
        }
        return moved + computed * readers.count < 0
    }

    /// What the ops of a group read that other groups wrote.
    private func storages(readBy group: Int) -> Set<Int> {
        var read: Set<Int> = []
        for op in (fusion.groups[group]?.ops ?? []) + (copies[group] ?? []) {
            for operand in lowered.ops[op].operands { read.insert(operand.storage) }
        }
        return read
    }

    // MARK: - Copies

    private func rewritten() -> LoweredGraph {
        var result = lowered
        var insertions: [Int: [LoweredOp]] = [:]
        for (group, members) in copies {
            guard let readers = fusion.groups[group]?.ops else { continue }
            // In front of the first op that reads it, or whose copy does.
            var positions: [Int: Int] = [:]
            for member in members.sorted(by: >) {
                let direct = users[member].filter { readers.contains($0) }
                let copied = users[member].compactMap { positions[$0] }
                positions[member] = (direct + copied).min()
            }
            var moved: [Int: Int] = [:]
            for member in members.sorted() {
                guard let position = positions[member] else { continue }
                var copy = result.copy(of: lowered.ops[member])
                copy.operands = copy.operands.map { $0.moved(moved) }
                moved[lowered.ops[member].result] = copy.result
                insertions[position, default: []].append(copy)
            }
            for reader in readers {
                result.replaceOperands(
                    of: reader, by: lowered.ops[reader].operands.map { $0.moved(moved) })
            }
        }
        result.insert(insertions)
        return result
    }
}

extension View {
    /// The same view of another storage, where one is given for its own.
    fileprivate func moved(_ storages: [Int: Int]) -> View {
        var view = self
        view.storage = storages[storage] ?? storage
        return view
    }
}

extension Primitive {
    /// Bytes that an accelerator moves for each element while it computes it: some 20 operations take as long as 2
    /// bytes on one of 60 TFLOP/s and 3 TB/s; nil for what is not computed twice.
    fileprivate var bytesInItsTime: Int? {
        switch self {
        case .unary(.negate), .unary(.absolute), .compare, .select, .cast: 0
        case .binary(let operation):
            [.add, .subtract, .multiply, .minimum, .maximum].contains(operation) ? 0 : nil
        case .unary(.exp): 2
        case .unary(.erf), .unary(.tanh): 4
        case _: nil
        }
    }
}
