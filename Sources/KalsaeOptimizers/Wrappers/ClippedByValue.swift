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

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("limit", &limit, .positive)
        try settings("base", &base)
    }

    /// The limit.
    public func ownScalars(step: Int) -> OptimizerScalars { ["limit": limit] }

    /// Clips, then the base's step.
    public func updateAll(
        _ parameters: [TrainedParameter], scalars: ScalarTensors
    ) -> [TrainedParameter] {
        let own = ownScalars(scalars)
        let clipped = parameters.map { parameter in
            var parameter = parameter
            let limit = own.limit.cast(to: parameter.gradient.dtype)
            parameter.gradient = parameter.gradient.maximum(-limit).minimum(limit)
            return parameter
        }
        return base.updateAll(clipped, scalars: baseScalars(scalars))
    }
}
