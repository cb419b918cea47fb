import KalsaeGraph

/// A gradient behind a fused max pooling, which reads argmax indices instead of the convolution's
/// result.
package struct ArgmaxGradient {
    /// What is computed, with the operands that the code reads.
    package var op: LoweredOp
    package var sizes: Sizes

    /// Makes a description.
    package init(op: LoweredOp, sizes: Sizes) {
        self.op = op
        self.sizes = sizes
    }

    /// What gradient it is.
    package enum Sizes {
        /// The pooling's own (max-unpool): operands indices and gradient; the input's shape.
        case maxUnpool(PoolParameters, input: Shape)
        /// The convolution's weight gradient: operands input, indices and gradient; the shape of the
        /// convolution's result.
        case weightGradient(ConvolutionParameters, kernel: Shape, output: Shape, window: Pair)
    }

    /// Replaces a pooling's gradient: together with the weight gradient, where that alone reads it and
    /// the target can do both in one, else by a max-unpool.
    static func replace(
        _ tasks: inout [PlannedTask?], _ number: Int, _ pool: LoweredOp,
        _ parameters: PoolParameters, argmax: Int, _ outputs: Set<Int>, _ index: inout UseLists,
        for target: some LoweringTarget
    ) {
        let (output, gradient) = (pool.operandTypes[0].shape, pool.operandTypes[1])
        let indices = View(dense: argmax, gradient.shape)
        let type = TensorType(.uint8, gradient.shape)
        if let (reader, weights) = weightGradient(of: pool.result, in: tasks, outputs, index),
            case .convolutionWeightGradient(let convolution, let kernel) = weights.kernelPrimitive,
            !index.overwrites(pool.operands[1].storage, at: number...reader)
        {
            let sizes = Sizes.weightGradient(
                convolution, kernel: kernel, output: output, window: parameters.window)
            var made = weights
            made.operands = [weights.operands[0], indices, pool.operands[1]]
            made.operandTypes = [weights.operandTypes[0], type, gradient]
            if target.canUseArgmax(made, sizes: sizes) {
                tasks[number] = nil
                index.move(number, to: reader)
                tasks[reader] = ArgmaxGradient(op: made, sizes: sizes).task
                return
            }
        }
        var made = pool
        made.operands = [indices, pool.operands[1]]
        made.operandTypes = [type, gradient]
        tasks[number] = ArgmaxGradient(op: made, sizes: .maxUnpool(parameters, input: output)).task
    }

    private var task: PlannedTask {
        PlannedTask(kind: .argmaxGradient(self), reads: op.operands, writes: [op.result])
    }

    /// The weight gradient that alone reads a result.
    private static func weightGradient(
        of result: Int, in tasks: [PlannedTask?], _ outputs: Set<Int>, _ index: UseLists
    ) -> (Int, LoweredOp)? {
        let readers = index.numbers(result, in: tasks)
        guard readers.count == 1, !outputs.contains(result), let task = tasks[readers[0]],
            case .op(let op) = task.kind, case .convolutionWeightGradient = op.kernelPrimitive,
            op.operands[0].storage != result
        else { return nil }
        return (readers[0], op)
    }
}
