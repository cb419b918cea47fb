import KalsaeBackend
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// A model made ready for predictions: compiled, and called from any number of tasks at once.
///
/// ```swift
/// let served = try CompiledModel(await trainer.model, input: [4]) { $0.softmax() }
/// let probabilities = try served([5.1, 3.5, 1.4, 0.2])
/// ```
///
/// A call makes no tensor and asks for no memory but its result, and callers do not wait for each
/// other: each has buffers of its own. Plans of one thread run on the caller's, also while a
/// training goes on; plans that call oneDNN wait for the compute thread, and so for the end of a
/// training's step.
///
/// The plans of the last ``keptPlans`` batch sizes are kept; another size is compiled when it
/// comes, which takes milliseconds.
public final class CompiledModel<Model: Layer>: Sendable {
    /// The shape of one input, without the batch.
    public let inputShape: Shape
    /// The shape of one output, without the batch.
    public let outputShape: Shape

    private let engine: InferenceEngine
    private let inputCount: Int
    private let outputCount: Int
    private let rowType: TensorType

    /// How many rows of a call by numbers are computed at once; more are done in parts.
    public static var mostRows: Int { 4096 }

    /// Prepares a model, as it is now; its weights are changed by ``update(_:)`` alone.
    ///
    /// - Parameters:
    ///   - model: the model; it runs in inference.
    ///   - input: the shape of one input, without the batch.
    ///   - keptPlans: for how many batch sizes plans are kept.
    ///   - output: what is done with the model's output, as `{ $0.softmax() }`.
    /// - Throws: a fault of the model, or a `KalsaeError` where it gives no output for each row.
    public init(
        _ model: Model, input: Shape, keptPlans: Int = 8,
        output: @escaping @Sendable (Tensor) -> Tensor = { $0 }
    ) throws {
        let skeleton = model.skeleton
        engine = try InferenceEngine(model, keeping: keptPlans) { tensors, x in
            StepScope.inference { output(skeleton.replacingTensors(tensors)(x)) }
        }
        inputShape = input
        inputCount = input.elementCount
        rowType = TensorType(.float32, Shape([1] + input.sizes))
        let result = try engine.outputType(for: rowType)
        guard result.shape.first == 1, result.dtype == .float32 else {
            throw KalsaeError(
                "compiled model", expected: "float32 outputs [batch, …]",
                got: "\(result) for one row")
        }
        outputShape = Shape(result.shape.dropFirst())
        outputCount = outputShape.elementCount
    }

    /// For how many batch sizes plans are kept.
    public var keptPlans: Int { engine.limit }

    /// The batch sizes for which a plan is kept at the moment.
    public var planCount: Int { engine.traceCount }

    /// Goes on with another model's weights: calls that began before end with the old ones.
    ///
    /// - Throws: a `KalsaeError` where the tensors are not of the same types.
    public func update(_ model: Model) throws { try engine.update(model) }

    /// The outputs for rows one behind the other, as many numbers each as an input has.
    ///
    /// Rows must not depend on each other: more than ``mostRows`` are done in parts.
    public func callAsFunction(_ rows: [Float]) throws -> [Float] {
        guard inputCount > 0, rows.count % inputCount == 0 else {
            throw KalsaeError(
                "compiled model", expected: "rows of \(inputCount) numbers",
                got: "\(rows.count) numbers")
        }
        let count = rows.count / inputCount
        let (numbers, overflows) = count.multipliedReportingOverflow(by: outputCount)
        try Buffer.checkMemory(
            for: overflows || numbers > Int.max / 4 ? -1 : numbers * MemoryLayout<Float>.stride)
        var failure: (any Error)?
        let result = [Float](unsafeUninitializedCapacity: count * outputCount) { target, filled in
            do {
                try rows.withUnsafeBufferPointer { try run($0, into: target, count: count) }
                filled = count * outputCount
            } catch { failure = error }
        }
        if let failure { throw failure }
        return result
    }

    /// The outputs for a batch `[batch, …]` of any size and type.
    public func callAsFunction(_ inputs: Tensor) throws -> Tensor { try engine.run(inputs) }

    private func run(
        _ rows: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>,
        count: Int
    ) throws {
        guard let source = rows.baseAddress, let target = target.baseAddress else { return }
        for start in stride(from: 0, to: count, by: Self.mostRows) {
            let part = min(count - start, Self.mostRows)
            let type =
                part == 1 ? rowType : TensorType(.float32, Shape([part] + inputShape.sizes))
            try engine.run(
                type, source + start * inputCount, into: target + start * outputCount,
                byteCount: part * outputCount * MemoryLayout<Float>.stride)
        }
    }
}
