/// The elements that a reduction walks: those that it joins for each of its results, the *rows*, side by
/// side or one row's length apart.
package struct RowSpace: Hashable, Sendable {
    /// Results, one a row.
    package let rows: Int
    /// Elements of a row.
    package let length: Int
    /// Whether the elements of a row lie side by side.
    package let isTrailing: Bool

    /// The space of a loop that reduces its last axis, its first one, or all of its elements; nil for
    /// others.
    init?(_ loop: LoopPlan) {
        guard loop.hasReductions, !loop.isPermuted else { return nil }
        switch (loop.sizes.count, loop.isReduced) {
        case (1, [true]): (rows, length, isTrailing) = (1, loop.sizes[0], true)
        case (2, [false, true]): (rows, length, isTrailing) = (loop.sizes[0], loop.sizes[1], true)
        case (2, [true, false]): (rows, length, isTrailing) = (loop.sizes[1], loop.sizes[0], false)
        case _: return nil
        }
    }

    /// Strides of a number for each row, in a loop over the space.
    var rowStrides: [Int] { isTrailing ? [1, 0] : [0, 1] }

    /// The axes of a loop over the space: that of the rows, and that along a row.
    package var axes: (row: Int, along: Int) { isTrailing ? (0, 1) : (1, 0) }

    /// A loop as one over the space, or over one number for each row; nil where it is neither.
    func stage(_ loop: LoopPlan) -> LoopPlan? {
        guard !loop.isPermuted, !loop.dividesIntegers else { return nil }
        if loop.hasReductions {
            guard RowSpace(loop) == self else { return nil }
            return loop.sizes.count == 2 ? loop : loop.withLeadingAxis()
        }
        let shape = isTrailing ? (rows, length) : (length, rows)
        if let over = loop.over(rows: shape.0, columns: shape.1) { return over }
        guard loop.sizes.count <= 1, loop.count == rows else { return nil }
        return loop
    }

    /// Whether a loop computes one number for each row.
    func isPerRow(_ stage: LoopPlan) -> Bool { stage.sizes.count <= 1 }
}

extension LoopPlan {
    /// A loop over one axis as one over two, of which the first has one index.
    fileprivate func withLeadingAxis() -> LoopPlan {
        var plan = self
        plan.sizes = [1] + sizes
        plan.isReduced = [false] + isReduced
        for number in plan.loads.indices { plan.loads[number].load.strides.insert(0, at: 0) }
        return plan
    }
}

extension RowSpace {
    /// Whether a stage reads what another one writes only where the same work items wrote it: one number
    /// for each row, or element by element.
    func fits(_ stage: PlannedTask, behind other: PlannedTask) -> Bool {
        guard let loop = stage.kind.loop, let made = other.kind.loop else { return false }
        return made.outputs.allSatisfy { output in
            let isPerRow = isPerRow(made) || !output.isElementwise
            return loop.loads.allSatisfy { load, _ in
                load.storage != output.storage
                    || load.offset == 0 && reads(load, of: loop, isPerRow: isPerRow)
            }
        }
    }

    /// Whether a loop's load reads, for each row or element, what belongs to it.
    private func reads(_ load: LoopPlan.Load, of loop: LoopPlan, isPerRow: Bool) -> Bool {
        func matches(_ strides: [Int], _ expected: [Int]) -> Bool {
            zip(zip(strides, expected), loop.sizes).allSatisfy { $1 == 1 || $0.0 == $0.1 }
        }
        if self.isPerRow(loop) { return isPerRow && matches(load.strides, [1]) }
        let dense = [loop.sizes[1], 1]
        return matches(load.strides, isPerRow ? rowStrides : dense)
    }
}
