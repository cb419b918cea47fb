import KalsaeBackend
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

extension Sequential {
    /// What training takes, by compiling a step; nothing is trained.
    ///
    /// - Parameters:
    ///   - batch: rows per step.
    ///   - optimizer: how parameters move; what it remembers counts.
    ///   - loss: without it, softmax cross-entropy for several outputs, else the mean square.
    /// - Throws: a `KalsaeError` where the input's shape is not known, or a fault of the model.
    public func trainingMemory(
        batch: Int = 32, optimizer: any Optimizer = Adam(), loss: Loss? = nil
    ) throws -> TrainingMemory {
        try trainingMemory(batch: batch, measured: EvaluationBatch.rows, optimizer, loss)
    }

    /// - Parameter rows: how many are measured at once, at most.
    func trainingMemory(
        batch: Int, measured rows: Int, _ optimizer: any Optimizer, _ loss: Loss?
    ) throws -> TrainingMemory {
        let (x, y, loss) = try trainingBatch(of: batch, loss)
        let step = try BatchStep(self, loss: loss, optimizer: optimizer, seed: 0)
        try step.compile(x, y)
        var memory = TrainingMemory(
            model: byteCount, optimizer: OptimizerState(for: self, optimizer).byteCount,
            batch: x.byteCount + y.byteCount, arena: step.plan?.arenaByteCount ?? 0)
        memory.best = memory.model
        memory.boundary = memory.model + memory.optimizer
        let measured = try trainingBatch(of: rows, loss)
        let arena = try EvaluationStep(self, loss: loss, metrics: [])
            .arenaByteCount(for: Batch(measured.x, measured.y))
        memory.measuring = max(arena - memory.arena, 0)
        return memory
    }

    /// The floating-point operations of a training step, by tracing one; nothing is computed.
    ///
    /// - Parameters: those of ``trainingMemory(batch:optimizer:loss:)``.
    /// - Throws: a `KalsaeError` where the input's shape is not known, or a fault of the model.
    public func trainingOperations(
        batch: Int = 32, optimizer: any Optimizer = Adam(), loss: Loss? = nil
    ) throws -> Double {
        let (x, y, loss) = try trainingBatch(of: batch, loss)
        return try BatchStep(self, loss: loss, optimizer: optimizer, seed: 0)
            .graph(for: [x, y]).graph.flops()
    }

    /// Inputs and targets as a batch has them, of zeros.
    private func trainingBatch(
        of count: Int, _ loss: Loss?
    ) throws -> (x: Tensor, y: Tensor, loss: Loss) {
        guard let inputShape, let outputShape, count > 0 else {
            throw KalsaeError(
                "training memory", expected: "a network built for an input and a batch from 1",
                got: "batch \(count)", advice: "build it from specifications")
        }
        let loss = loss ?? (outputShape.last ?? 1 > 1 ? .softmaxCrossEntropy : .meanSquaredError)
        let isOfClasses = loss == .softmaxCrossEntropy || loss == .crossEntropy
        let rows = isOfClasses ? Array(outputShape.sizes.dropLast()) : outputShape.sizes
        return (
            Tensor.zeros(Shape([count] + inputShape.sizes)),
            Tensor.zeros(Shape([count] + rows), dtype: isOfClasses ? .int32 : .float32), loss
        )
    }
}
