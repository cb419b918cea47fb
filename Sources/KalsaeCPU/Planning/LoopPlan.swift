import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

/// A fused loop before its outputs have places: loads, steps on registers, outputs.
struct LoopPlan {
    struct Load: Hashable {
        /// Where the elements are; strides are per axis of the loop.
        var storage: Int
        var offset: Int
        var strides: [Int]
        /// Whether steps read one element instead of a tile.
        var isScalar: Bool
    }

    struct Step {
        var function: kls_tile_fn
        var result: Int
        var operands: [Int]
        var dtype: DType
    }

    struct Output {
        var value: Int
        var storage: Int
        var operation: kls_op
    }

    /// Whether a step divides whole numbers, which fails where the divisor is 0.
    var dividesIntegers = false
    /// Whether the loop's axes are in another order than those of its values.
    var isPermuted = false
    /// Sizes of the loop's axes, outermost first, and which of them are reduced.
    var sizes: [Int] = []
    var isReduced: [Bool] = []
    /// Values are numbered: loads first come first served, then results of steps.
    var valueTypes: [DType] = []
    var loads: [(load: Load, value: Int)] = []
    var steps: [Step] = []
    var outputs: [Output] = []
    var names: [String] = []
    /// Work per element, in additions.
    var cost = 0.0

    /// The step that makes each value; nil for loads.
    var maker: [Int: Int] {
        var result: [Int: Int] = [:]
        for (number, step) in steps.enumerated() { result[step.result] = number }
        return result
    }

    /// The last step that reads each value.
    var lastUse: [Int: Int] {
        var result: [Int: Int] = [:]
        for (number, step) in steps.enumerated() {
            for operand in step.operands { result[operand] = number }
        }
        return result
    }

    /// Elements of the iteration space.
    var count: Int { sizes.reduce(1, *) }

    /// Storages in the order of the loop's buffers: read ones, then written ones.
    func buffers(_ storages: [Storage]) -> [Int] {
        var result: [Int] = []
        for (load, _) in loads where !result.contains(load.storage) && !isImmediate(load, storages)
        {
            result.append(load.storage)
        }
        return result + outputs.map(\.storage)
    }

    /// Whether a load is a constant that the loop carries itself.
    func isImmediate(_ load: Load, _ storages: [Storage]) -> Bool {
        guard case .literal = storages[load.storage].kind else { return false }
        return load.strides.allSatisfy { $0 == 0 }
    }
}
