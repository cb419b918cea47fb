import KalsaeGraph

/// Max pooling inside of a convolution: of each window only the largest element is kept, and for
/// gradients the index of it within its window.
package struct ConvMaxPool {
    /// The window; windows cover the convolution's result without overlap.
    package var window: Pair
    /// The storage of the argmax indices, a byte each, if anybody reads them.
    package var argmax: Int?
}

/// Joins convolutions with the max poolings that alone read them.
enum ConvMaxPoolFusion {
    /// Joins them; their gradients read argmax indices in place of the convolution's result.
    ///
    /// - Parameter donations: output storage to the storage of the input that it overwrites.
    static func fused(
        _ tasks: [PlannedTask], _ storages: inout [Storage], outputs: [Int],
        donations: [Int: Int], for target: some LoweringTarget
    ) -> [PlannedTask] {
        guard tasks.contains(where: \.isConvolution) else { return tasks }
        var tasks: [PlannedTask?] = tasks
        var index = UseLists(tasks, storages: storages.count, donations: donations)
        let outputs = Set(outputs)
        for (number, task) in tasks.enumerated() {
            guard let task, task.isConvolution, case .op(var op) = task.kind,
                op.type.dtype == .float32, !outputs.contains(op.result),
                let readers = PoolReaders(op.result, tasks, index),
                // The result is made earlier than it was: what it overwrites may still be read.
                donations[readers.pool.result] == nil
            else { continue }
            let needsArgmax = !readers.gradients.isEmpty
            let pooling = ConvMaxPool(
                window: readers.parameters.window, argmax: needsArgmax ? storages.count : nil)
            (op.type, op.result) = (readers.pool.type, readers.pool.result)
            guard target.canFuse(op, pooling) else { continue }
            tasks[readers.number] = nil
            index.move(readers.number, to: number)
            tasks[number] = PlannedTask(
                kind: .convMaxPool(op, pooling), reads: op.operands,
                writes: [op.result] + (pooling.argmax.map { [$0] } ?? []))
            guard let argmax = pooling.argmax else { continue }
            let count = readers.pool.type.shape.elementCount
            storages.append(Storage(kind: .computed, byteCount: count, dtype: .uint8))
            for (reader, gradient) in readers.gradients {
                ArgmaxGradient.replace(
                    &tasks, reader, gradient, readers.parameters, argmax: argmax, outputs, &index,
                    for: target)
            }
        }
        return tasks.compactMap { $0 }
    }
}

extension PlannedTask {
    fileprivate var isConvolution: Bool {
        if case .op(let op) = kind, case .convolution = op.kernelPrimitive { return true }
        return false
    }
}

/// The one pooling and the gradients that read a convolution's result.
private struct PoolReaders {
    let parameters: PoolParameters
    let pool: LoweredOp
    /// The pooling's task.
    let number: Int
    private(set) var gradients: [(number: Int, op: LoweredOp)] = []

    /// Elements of a window whose index is a byte.
    private static let mostElements = 255

    /// Nil where anybody else reads it, or windows overlap or leave the convolution's result.
    init?(_ result: Int, _ tasks: [PlannedTask?], _ index: UseLists) {
        var found: (parameters: PoolParameters, number: Int, op: LoweredOp)?
        var others: [(parameters: PoolParameters, number: Int, op: LoweredOp)] = []
        for number in index.numbers(result, in: tasks) {
            guard case .op(let op) = tasks[number]?.kind else { return nil }
            switch op.kernelPrimitive {
            case .pool(let parameters):
                guard found == nil else { return nil }
                found = (parameters, number, op)
            case .poolGradient(let parameters)
            where op.operands[0].storage == result && op.operands[1].storage != result:
                others.append((parameters, number, op))
            case _: return nil
            }
        }
        guard let found, others.allSatisfy({ $0.parameters == found.parameters }) else {
            return nil
        }
        (parameters, number, pool) = found
        guard parameters.kind == .max, parameters.window == parameters.strides,
            parameters.padding == .zero,
            parameters.window.height * parameters.window.width <= PoolReaders.mostElements
        else { return nil }
        gradients = others.map { ($0.number, $0.op) }
    }
}
