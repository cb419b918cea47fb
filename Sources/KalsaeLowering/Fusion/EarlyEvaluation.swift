/// Finds results that are read only behind further kernels, and that take less memory until then than
/// what they are made of: the derivative of an activation instead of its operand and its terms.
struct EarlyEvaluation {
    /// For each op, whether it is computed with its operands rather than with its reader.
    private(set) var isEarly: [Bool]

    private let ops: [LoweredOp]
    private let producers: [Int?]
    private let users: [[Int]]
    private let outputs: Set<Int>
    /// Limits of what is looked at for one result, which is looked at for each.
    private static let mostMembers = 64
    private static let mostReaders = 256

    /// For each op, how many kernels one behind the other it waits for.
    private var levels: [Int] = []

    init(ops: [LoweredOp], producers: [Int?], users: [[Int]], outputs: Set<Int>) {
        isEarly = ops.map { _ in false }
        (self.ops, self.producers, self.users, self.outputs) = (ops, producers, users, outputs)
        for op in ops {
            let before = op.operands.compactMap { producers[$0.storage] }
            levels.append(before.reduce(0) { max($0, levels[$1] + (ops[$1].isLoop ? 0 : 1)) })
        }
        for op in ops.indices where isElement(op) && !isEarly[op] && waits(op) {
            guard let slice = backwardSlice(of: op), saved(by: slice, for: op) > 1 else { continue }
            for member in slice { isEarly[member] = true }
        }
    }

    private func isElement(_ op: Int) -> Bool {
        if case .element = ops[op].kind { return !outputs.contains(op) }
        return false
    }

    /// Whether all that read a result wait for a later kernel.
    private func waits(_ op: Int) -> Bool {
        !users[op].isEmpty && users[op].allSatisfy { levels[$0] > levels[op] }
    }

    /// A op and what only it and its like read; nil where that is more than some loops.
    private func backwardSlice(of op: Int) -> Set<Int>? {
        var slice: Set<Int> = [op]
        var stack = [op]
        while let next = stack.popLast() {
            for operand in ops[next].operands {
                guard let producer = producers[operand.storage], isElement(producer),
                    !slice.contains(producer), users[producer].allSatisfy(slice.contains)
                else { continue }
                slice.insert(producer)
                stack.append(producer)
            }
            if slice.count > EarlyEvaluation.mostMembers { return nil }
        }
        return slice
    }

    /// How many results, as large as a op's, need not be kept if its slice is computed early: they
    /// have no late readers but it.
    private func saved(by slice: Set<Int>, for op: Int) -> Int {
        var leaves: Set<Int> = []
        for member in slice {
            for operand in ops[member].operands where !operand.isUniform {
                guard let producer = producers[operand.storage], !slice.contains(producer) else {
                    continue
                }
                leaves.insert(producer)
            }
        }
        return leaves.count { leaf in
            !outputs.contains(leaf) && users[leaf].count <= EarlyEvaluation.mostReaders
                && ops[leaf].type.byteCount >= ops[op].type.byteCount
                && users[leaf].allSatisfy { slice.contains($0) || levels[$0] == levels[op] }
        }
    }
}
