import KalsaeSupport
import KalsaeTensor

/// Keeps every number of every gradient within a limit: `g ← min(max(g, -limit), limit)`.
///
/// The direction changes; ``ClippedByGlobalNorm`` keeps it.
public struct ClippedByValue: OptimizerWrapper {
    /// The optimizer inside.
    public var base: any Optimizer
    /// The largest size of a number.
    public var limit: Double

    /// Wraps an optimizer.
    public init(_ base: any Optimizer, limit: Double) {
        self.base = base
        self.limit = limit
    }

    /// Refuses a limit of 0 or less.
    public func checkOwn() throws(KalsaeError) {
        try Setting.check("ClippedByValue", Setting("limit", limit, .positive))
    }

    /// The limit.
    public func ownScalars(step: Int) -> [Double] { [limit] }

    /// Clips, then the base's step.
    public func updateAll(
        _ parameters: [TrainedParameter], scalars: [Tensor]
    ) -> [TrainedParameter] {
        let limits = ownScalars(scalars)
        let clipped = parameters.map { parameter in
            var parameter = parameter
            let limit = limits[0].cast(to: parameter.gradient.dtype)
            parameter.gradient = parameter.gradient.maximum(-limit).minimum(limit)
            return parameter
        }
        return base.updateAll(clipped, scalars: baseScalars(scalars))
    }
}
