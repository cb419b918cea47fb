import KalsaeGraph

/// The gradient of a pooling, or of the kernel of the convolution in front of it, by the places of
/// the largest elements instead of the convolution's result.
struct PlaceGradient {
    /// What is computed, with the operands that the kernel reads.
    var unit: Unit
    var kernel: Kernel

    /// Puts what reads places where a pooling's gradient was: the gradient of a kernel, where that
    /// alone reads it and gains, else the same gradient.
    static func replace(
        _ tasks: inout [PlannedTask?], _ place: Int, _ pool: Unit, _ parameters: PoolParameters,
        places storage: Int, _ outputs: Set<Int>, _ index: inout TaskReaders
    ) {
        let (input, gradient) = (pool.operandTypes[0].shape, pool.operandTypes[1])
        let places = View(dense: storage, gradient.shape)
        let type = TensorType(.uint8, gradient.shape)
        if let (reader, unit) = kernelGradient(of: pool.result, in: tasks, outputs, index),
            case .kernel(.convolutionKernelGradient(let convolution, let shape)) = unit.kind,
            !index.overwrites(pool.operands[1].storage, at: place...reader)
        {
            let sizes = ConvolutionSizes(
                parameters: convolution, input: unit.operandTypes[0].shape, kernel: shape,
                output: input)
            if let kernel = Kernel.pooledKernelGradient(sizes, window: parameters.window) {
                var made = unit
                made.operands = [unit.operands[0], places, pool.operands[1]]
                made.operandTypes = [unit.operandTypes[0], type, gradient]
                tasks[place] = nil
                index.move(place, to: reader)
                tasks[reader] = PlaceGradient(unit: made, kernel: kernel).task
                return
            }
        }
        var made = pool
        made.operands = [places, pool.operands[1]]
        made.operandTypes = [type, gradient]
        let kernel = Kernel.unpool(parameters, input: input, gradient: gradient.shape)
        tasks[place] = PlaceGradient(unit: made, kernel: kernel).task
    }

    private var task: PlannedTask {
        PlannedTask(kind: .places(self), reads: unit.operands, writes: [unit.result])
    }

    /// The gradient of a kernel that alone reads a result.
    private static func kernelGradient(
        of result: Int, in tasks: [PlannedTask?], _ outputs: Set<Int>, _ index: TaskReaders
    ) -> (Int, Unit)? {
        let readers = index.places(result, in: tasks)
        guard readers.count == 1, !outputs.contains(result), let task = tasks[readers[0]],
            case .kernel(let unit) = task.kind,
            case .kernel(.convolutionKernelGradient) = unit.kind,
            unit.operands[0].storage != result
        else { return nil }
        return (readers[0], unit)
    }
}
