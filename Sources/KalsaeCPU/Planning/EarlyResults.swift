/// Finds results that are read only behind further kernels, and that take less memory until then than
/// what they are made of: the derivative of an activation instead of its operand and its terms.
struct EarlyResults {
    /// For each unit, whether it is computed with its operands rather than with its reader.
    private(set) var isEarly: [Bool]

    private let units: [Unit]
    private let producers: [Int?]
    private let users: [[Int]]
    private let outputs: Set<Int>
    /// Limits of what is looked at for one result, which is looked at for each.
    private static let mostMembers = 64
    private static let mostReaders = 256

    /// For each unit, how many kernels one behind the other it waits for.
    private var levels: [Int] = []

    init(units: [Unit], producers: [Int?], users: [[Int]], outputs: Set<Int>) {
        isEarly = units.map { _ in false }
        (self.units, self.producers, self.users, self.outputs) = (units, producers, users, outputs)
        for unit in units {
            let before = unit.operands.compactMap { producers[$0.storage] }
            levels.append(before.reduce(0) { max($0, levels[$1] + (units[$1].isLoop ? 0 : 1)) })
        }
        for unit in units.indices where isElement(unit) && !isEarly[unit] && waits(unit) {
            guard let cone = cone(of: unit), saved(by: cone, for: unit) > 1 else { continue }
            for member in cone { isEarly[member] = true }
        }
    }

    private func isElement(_ unit: Int) -> Bool {
        if case .element = units[unit].kind { return !outputs.contains(unit) }
        return false
    }

    /// Whether all that read a result wait for a later kernel.
    private func waits(_ unit: Int) -> Bool {
        !users[unit].isEmpty && users[unit].allSatisfy { levels[$0] > levels[unit] }
    }

    /// A unit and what only it and its like read; nil where that is more than some loops.
    private func cone(of unit: Int) -> Set<Int>? {
        var cone: Set<Int> = [unit]
        var stack = [unit]
        while let next = stack.popLast() {
            for operand in units[next].operands {
                guard let producer = producers[operand.storage], isElement(producer),
                    !cone.contains(producer), users[producer].allSatisfy(cone.contains)
                else { continue }
                cone.insert(producer)
                stack.append(producer)
            }
            if cone.count > EarlyResults.mostMembers { return nil }
        }
        return cone
    }

    /// How many results, as large as a unit's, need not be kept if its cone is computed early: they
    /// have no late readers but it.
    private func saved(by cone: Set<Int>, for unit: Int) -> Int {
        var leaves: Set<Int> = []
        for member in cone {
            for operand in units[member].operands where !operand.isUniform {
                guard let producer = producers[operand.storage], !cone.contains(producer) else {
                    continue
                }
                leaves.insert(producer)
            }
        }
        return leaves.count { leaf in
            !outputs.contains(leaf) && users[leaf].count <= EarlyResults.mostReaders
                && units[leaf].type.byteCount >= units[unit].type.byteCount
                && users[leaf].allSatisfy { cone.contains($0) || levels[$0] == levels[unit] }
        }
    }
}
