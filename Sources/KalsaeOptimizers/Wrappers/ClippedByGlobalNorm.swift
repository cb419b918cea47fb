import KalsaeSupport
import KalsaeTensor

/// Keeps the Euclidean norm of all gradients together within a limit, so that their direction
/// stays (Pascanu, Mikolov and Bengio, 2013): `g ← g · limit / max(limit, ‖all g‖)`.
///
/// PyTorch's `clip_grad_norm_` adds 1e-6 to the norm; here gradients within the limit keep their
/// bits.
public struct ClippedByGlobalNorm: OptimizerWrapper {
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
        guard let first = parameters.first else { return parameters }
        // Parameters of two types are measured in the wider one.
        let types = parameters.map(\.gradient.dtype)
        let dtype = types.contains(.float64) ? .float64 : first.gradient.dtype
        let limit = ownScalars(scalars).limit.cast(to: dtype)
        let squares = parameters.map { parameter in
            (parameter.gradient * parameter.gradient).sum().cast(to: dtype)
        }
        let norm = squares.dropFirst().reduce(squares[0]) { $0 + $1 }.sqrt()
        let factor = limit / norm.maximum(limit)
        let clipped = parameters.map { parameter in
            var parameter = parameter
            parameter.gradient *= factor.cast(to: parameter.gradient.dtype)
            return parameter
        }
        return base.updateAll(clipped, scalars: baseScalars(scalars))
    }
}
