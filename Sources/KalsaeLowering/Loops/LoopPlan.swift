import KalsaeGraph

/// A fused loop over elements: loads, steps on registers, outputs.
///
/// Values are numbered: loads first come first served, then results of steps.
package struct LoopPlan {
    /// An operand of the loop.
    package struct Load: Hashable {
        /// Where the elements are; strides are per axis of the loop.
        package var storage: Int
        package var offset: Int
        package var strides: [Int]
        /// Whether steps read one element instead of a strip.
        package var isScalar: Bool
    }

    /// One operation on values.
    package struct Step {
        package var operation: LoopOperation
        package var result: Int
        package var operands: [Int]
        /// The type in which it computes.
        package var dtype: DType
    }

    /// A value that leaves the loop: stored element by element, or reduced.
    package struct Output {
        package var value: Int
        package var storage: Int
        /// How elements are joined; nil where each is stored at its own index.
        package var reduction: Reduction?

        package var isElementwise: Bool { reduction == nil }
    }

    /// Whether the loop's axes are in another order than those of its values.
    package var isPermuted = false
    /// Sizes of the loop's axes, outermost first.
    package var sizes: [Int] = []
    /// Which of the axes are reduced.
    package var isReduced: [Bool] = []
    /// The type of each value.
    package var valueTypes: [DType] = []
    package var loads: [(load: Load, value: Int)] = []
    package var steps: [Step] = []
    package var outputs: [Output] = []
    /// The operations of the graph that it does, for names.
    package var names: [String] = []

    init() {}

    /// Whether a step divides whole numbers, which fails where the divisor is 0.
    package var dividesIntegers: Bool {
        steps.contains {
            guard case .binary(let operation) = $0.operation, !$0.dtype.isFloat else {
                return false
            }
            return operation == .divide || operation == .remainder
        }
    }

    /// The step that makes each value; nil for loads.
    package var maker: [Int: Int] {
        var result: [Int: Int] = [:]
        for (number, step) in steps.enumerated() { result[step.result] = number }
        return result
    }

    /// The last step that reads each value.
    package var lastUse: [Int: Int] {
        var result: [Int: Int] = [:]
        for (number, step) in steps.enumerated() {
            for operand in step.operands { result[operand] = number }
        }
        return result
    }

    /// Values of which steps read one element.
    package var scalarValues: Set<Int> {
        Set(loads.filter(\.load.isScalar).map(\.value))
    }

    /// Elements of the iteration space.
    package var count: Int { sizes.reduce(1, *) }

    /// Whether anything is reduced.
    package var hasReductions: Bool { outputs.contains { !$0.isElementwise } }

    /// The loop over rows and columns; nil where it walks its elements otherwise.
    func over(rows: Int, columns: Int) -> LoopPlan? {
        if sizes == [rows, columns] { return self }
        guard !hasReductions, sizes == [rows * columns] else { return nil }
        var plan = self
        plan.sizes = [rows, columns]
        plan.isReduced = [false, false]
        for number in plan.loads.indices {
            let stride = plan.loads[number].load.strides[0]
            plan.loads[number].load.strides = [stride * columns, stride]
        }
        return plan
    }

    /// Floating-point operations of one run.
    package var flops: Double {
        Double(steps.count + outputs.count { !$0.isElementwise }) * Double(count)
    }

    /// Storages in the order of the loop's buffers: read ones, then written ones.
    package func buffers(_ storages: [Storage]) -> [Int] {
        var result: [Int] = []
        for (load, _) in loads where !result.contains(load.storage) && !isImmediate(load, storages)
        {
            result.append(load.storage)
        }
        return result + outputs.map(\.storage)
    }

    /// The same of a loop behind a product, whose result is not among them.
    package func buffers(_ storages: [Storage], behind product: Int) -> [Int] {
        let read = buffers(storages).dropLast(outputs.count).filter { $0 != product }
        return read + outputs.map(\.storage)
    }

    /// Whether a load is a constant that the loop carries itself.
    package func isImmediate(_ load: Load, _ storages: [Storage]) -> Bool {
        guard case .literal = storages[load.storage].kind else { return false }
        return load.strides.allSatisfy { $0 == 0 }
    }
}
