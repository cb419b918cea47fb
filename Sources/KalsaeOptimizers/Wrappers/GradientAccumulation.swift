import KalsaeSupport
import KalsaeTensor

/// Takes a step of the base only with every `count`-th batch, along the mean of their gradients: as
/// one batch that many times as large, in the memory of a small one.
///
/// Equal to the large batch where all batches have the same size and no layer looks at the batch as
/// a whole (batch norm does). The base's steps are counted, not the batches. Clipping belongs
/// inside: `GradientAccumulation(ClippedByGlobalNorm(Adam(), limit: 1), count: 4)`.
public struct GradientAccumulation: OptimizerWrapper {
    /// The optimizer inside.
    public var base: any Optimizer
    /// The number of batches to a step.
    public var count: Int

    /// Wraps an optimizer.
    public init(_ base: any Optimizer, count: Int) {
        self.base = base
        self.count = count
    }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("count", &count, .positive)
        try settings("base", &base)
    }

    /// The base's and the sum of gradients.
    public var slotCount: Int { base.slotCount + 1 }

    /// The base's, then zeros.
    public func initialSlots(for parameter: Tensor, at path: TensorPath) -> [Tensor] {
        base.initialSlots(for: parameter, at: path) + [.zeros(like: parameter)]
    }

    /// Those of the base's own step, then the wrapper's.
    public func scalars(step: Int) -> OptimizerScalars {
        let group = max(count, 1)
        return base.scalars(step: (step - 1) / group + 1) + ownScalars(step: step)
    }

    /// Whether the base steps, and one over the count.
    public func ownScalars(step: Int) -> OptimizerScalars {
        let group = max(count, 1)
        return ["isFull": step % group == 0 ? 1 : 0, "share": 1 / Double(group)]
    }

    /// Adds up, and steps where the count is full.
    public func updateAll(
        _ parameters: [TrainedParameter], scalars: ScalarTensors
    ) -> [TrainedParameter] {
        let own = ownScalars(scalars)
        let isFull = own.isFull .> 0.5
        let inner = parameters.map { parameter in
            var inner = parameter
            let share = own.share.cast(to: parameter.gradient.dtype)
            inner.gradient = share * parameter.gradient
            if let sum = inner.slots.popLast() { inner.gradient += sum }
            return inner
        }
        let moved = base.updateAll(inner, scalars: baseScalars(scalars))
        return zip(inner, moved).map { before, after in
            var result = after
            result.value = isFull.select(after.value, before.value)
            result.slots = zip(after.slots, before.slots).map { isFull.select($0, $1) }
            result.slots.append(isFull.select(.zeros(like: before.gradient), before.gradient))
            return result
        }
    }
}
