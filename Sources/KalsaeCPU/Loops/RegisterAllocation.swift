import KalsaeGraph
import KalsaeLowering

/// Gives each value of a loop a register; results take over those whose last reader has run.
struct RegisterAllocation {
    /// The register of each value.
    private(set) var of: [Int]
    private(set) var count = 0

    init(_ plan: LoopPlan, direct: [Bool]) {
        of = [Int](repeating: 0, count: max(plan.valueTypes.count, 1))
        let lastUse = plan.lastUse
        // Outputs are read at the end of a strip; direct ones lie in their buffer.
        var pinned = Set(plan.outputs.map(\.value))
        for (_, value) in plan.loads {
            of[value] = count
            count += 1
            pinned.insert(value)
        }
        var free: [Int] = []
        for (number, step) in plan.steps.enumerated() {
            var freed: [Int] = []
            for operand in Set(step.operands) where !pinned.contains(operand) {
                if lastUse[operand] == number { freed.append(operand) }
            }
            // In place only at the same width: a elementwise function may not overlap otherwise.
            let width = plan.valueTypes[step.result].byteSize
            let inPlace = freed.first { plan.valueTypes[$0].byteSize == width }
            if pinned.contains(step.result) {
                of[step.result] = count
                count += 1
            } else if let inPlace {
                of[step.result] = of[inPlace]
                freed.removeAll { $0 == inPlace }
            } else if let register = free.popLast() {
                of[step.result] = register
            } else {
                of[step.result] = count
                count += 1
            }
            for operand in freed { free.append(of[operand]) }
        }
        if plan.valueTypes.isEmpty == false && count == 0 { count = 1 }
    }
}
