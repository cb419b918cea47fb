import KalsaeBackend
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// Bytes that training a network takes: `model + optimizer + batch + arena + sums`.
///
/// The arena is that of the compiled step: activations, gradients and what kernels need besides,
/// each in its place from its first to its last use, so that it is the peak of all of them and not
/// their sum. The first three are tensors that stay.
public struct TrainingMemory: Sendable, Equatable {
    /// Parameters, and state as running means.
    public var model: Int
    /// What the optimizer remembers.
    public var optimizer: Int
    /// Inputs and targets of a batch.
    public var batch: Int
    /// The peak of activations and gradients.
    public var arena: Int
    /// Gradients of micro-batches that are being summed; 0 for whole batches.
    public var sums = 0
    /// All of it.
    public var total: Int { model + optimizer + batch + arena + sums }
}

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
        let (x, y, loss) = try trainingBatch(of: batch, loss)
        let step = try BatchStep(self, loss: loss, optimizer: optimizer, seed: 0)
        try step.compile(x, y)
        return TrainingMemory(
            model: byteCount, optimizer: OptimizerState(for: self, optimizer).byteCount,
            batch: x.byteCount + y.byteCount, arena: step.plan?.arenaByteCount ?? 0)
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

extension TensorTree {
    fileprivate var byteCount: Int { tensors.reduce(0) { $0 + $1.tensor.byteCount } }
}
