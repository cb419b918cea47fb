import KalsaeSupport
import KalsaeTensor

/// Keeps the Euclidean norm of each gradient within a limit: `g ← g · limit / max(limit, ‖g‖)`,
/// for each parameter by itself. A gradient within the limit keeps its bits.
public struct ClippedByNorm: OptimizerWrapper {
    /// The optimizer inside.
    public var base: any Optimizer
    /// The largest norm.
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
            let gradient = parameter.gradient
            let limit = own.limit.cast(to: gradient.dtype)
            let norm = (gradient * gradient).sum().sqrt()
            parameter.gradient = gradient * (limit / norm.maximum(limit))
            return parameter
        }
        return base.updateAll(clipped, scalars: baseScalars(scalars))
    }
}
