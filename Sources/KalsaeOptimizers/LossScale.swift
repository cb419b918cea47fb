import KalsaeGraph
import KalsaeTensor

/// What the loss is multiplied by before its gradient is taken, so that gradients do not fall below what
/// `float16` holds (Micikevicius et al., "Mixed Precision Training", 2018).
///
/// Begins at 2^16. A step whose gradients are not all finite moves no parameter, and halves the scale
/// (running statistics stay as measured); after 2,000 good steps one behind the other it doubles. Always a power of two, so that
/// nothing is rounded by it.
public struct LossScale: TensorTree, Sendable {
    /// The scale, one `float32`.
    public var scale: Tensor
    /// Good steps since it changed, one `float32`.
    public var goodSteps: Tensor

    private static let (first, least, most) = (0x1p16, 1.0, 0x1p24)
    private static let patience = 2000.0

    /// The scale of the first step.
    public init() {
        (scale, goodSteps) = (.full([], Self.first), .zeros([]))
    }

    /// Walks both numbers.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try body(path.appending("scale", role: .state), &scale)
        try body(path.appending("goodSteps", role: .state), &goodSteps)
    }

    /// The scale behind a step.
    ///
    /// - Parameter isGood: one `bool`, whether all gradients of the step were finite.
    func next(isGood: Tensor) -> LossScale {
        var after = self
        let isDue = goodSteps + 1 .>= Self.patience
        let larger = (scale * 2).clipped(to: Self.least...Self.most)
        let smaller = (scale * 0.5).clipped(to: Self.least...Self.most)
        after.scale = isGood.select(isDue.select(larger, scale), smaller)
        after.goodSteps = (isGood .& !isDue).select(goodSteps + 1, .zeros([]))
        return after
    }
}

extension OptimizerState {
    /// The value and the gradient of a loss, which is scaled in between where ``lossScale`` says so.
    public func valueAndGradient<Model: TensorTree>(
        at model: Model, of loss: (Model) throws -> Tensor
    ) rethrows -> (value: Tensor, gradient: Model) {
        guard let lossScale else { return try KalsaeTensor.valueAndGradient(at: model, of: loss) }
        var value: Tensor?
        let scaled = try KalsaeTensor.valueAndGradient(at: model) { model in
            let result = try loss(model)
            value = result
            return result * lossScale.scale.cast(to: result.dtype)
        }
        let inverse = lossScale.scale.reciprocal()
        let gradient = scaled.gradient.mapTensors { path, tensor in
            path.role == .parameter && tensor.dtype.isFloat
                ? tensor * inverse.cast(to: tensor.dtype) : tensor
        }
        return (value?.stopGradient() ?? scaled.value, gradient)
    }

    /// Takes back a step whose gradients are not all finite, and adapts the scale; does nothing where no
    /// loss is scaled.
    ///
    /// - Parameters:
    ///   - before: the parameters and the state in front of the step.
    ///   - values: the parameters behind it.
    mutating func undoWhereInfinite(
        _ parameters: [TrainedParameter], _ before: OptimizerState, _ values: inout [Tensor],
        at positions: [Int]
    ) {
        guard let lossScale else { return }
        // 0 times a number is 0 where that is finite, and NaN where it is not.
        let sums = parameters.map { ($0.gradient * 0).sum().cast(to: .float32) }
        let isGood = sums.reduce(Tensor.zeros([]), +) .== 0
        for (index, parameter) in zip(positions, parameters) {
            values[index] = isGood.select(values[index], parameter.value)
            for slot in slots[index].indices {
                slots[index][slot] = isGood.select(slots[index][slot], before.slots[index][slot])
            }
        }
        self.lossScale = lossScale.next(isGood: isGood)
    }
}
