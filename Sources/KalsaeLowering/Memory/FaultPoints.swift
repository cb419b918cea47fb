import KalsaeGraph

/// What a run may find wrong with the numbers of an instruction.
enum Fallible: Hashable {
    /// An index that is not below a limit.
    case lookup(indices: View, limit: Int)
    /// A whole divisor of 0.
    case division
}

extension PlannedTask {
    /// What may be found wrong with its numbers, if anything.
    var fallible: Fallible? {
        if let loop = kind.loop { return loop.dividesIntegers ? .division : nil }
        guard case .op(let op) = kind, let primitive = op.kernelPrimitive else { return nil }
        switch primitive {
        case .gather(let axis), .scatterAdd(let axis):
            return .lookup(indices: op.operands[1], limit: op.operandTypes[0].shape[axis])
        case _: return nil
        }
    }
}

/// Behind which instructions a run may end with an error.
///
/// A run ends there, so that no later instruction changes anything. What is written over a donated
/// input before the last of them would be lost with the old value, and is copied at the end instead.
package struct FaultPoints {
    /// Whether a run looks for an error behind each task.
    package private(set) var isPoint: [Bool]
    /// The last of them; -1 for none.
    package private(set) var last = -1

    init(_ tasks: [PlannedTask]) {
        isPoint = [Bool](repeating: false, count: tasks.count)
        // The same indices below the same limit were looked at before.
        var known: Set<Fallible> = []
        for (number, task) in tasks.enumerated() {
            guard let fallible = task.fallible else { continue }
            if case .lookup = fallible, !known.insert(fallible).inserted { continue }
            isPoint[number] = true
            last = number
        }
    }
}
