import KalsaeSupport
import KalsaeTensor

/// An optimizer round another one: it changes what goes in or what comes out.
///
/// ```swift
/// ClippedByGlobalNorm(WeightDecayed(Adam(), decay: 0.01), limit: 1)
/// ```
///
/// The gradients pass the outermost wrapper first. A wrapper writes `updateAll(_:scalars:)`,
/// hands the first of the scalars to its base with ``baseScalars(_:)`` and keeps its own slots
/// behind those of the base.
public protocol OptimizerWrapper: Optimizer {
    /// The optimizer inside.
    var base: any Optimizer { get set }

    /// The scalars of the wrapper itself in a step, which go behind those of the base.
    func ownScalars(step: Int) -> OptimizerScalars
}

extension OptimizerWrapper {
    /// The base's rate.
    public var learningRate: Double {
        get { base.learningRate }
        set { base.learningRate = newValue }
    }

    /// The base's.
    public var slotCount: Int { base.slotCount }

    /// The base alone: a wrapper with settings of its own writes them in front of it.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("base", &base)
    }

    /// The base's.
    public func check(paths: [TensorPath]) throws(KalsaeError) { try base.check(paths: paths) }

    /// The base's.
    public func trains(_ path: TensorPath) -> Bool { base.trains(path) }

    /// The base's.
    public func initialSlots(for parameter: Tensor, at path: TensorPath) -> [Tensor] {
        base.initialSlots(for: parameter, at: path)
    }

    /// The base's, then the wrapper's own.
    public func scalars(step: Int) -> OptimizerScalars {
        base.scalars(step: step) + ownScalars(step: step)
    }

    /// One parameter as if there were no others.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let alone = TrainedParameter(
            path: TensorPath(), value: parameter, gradient: gradient, slots: slots)
        let after = updateAll([alone], scalars: scalars).first ?? alone
        return (after.value, after.slots)
    }

    /// The base's.
    public func averaged(_ parameter: Tensor, at path: TensorPath, slots: [Tensor]) -> Tensor {
        base.averaged(parameter, at: path, slots: slots)
    }

    /// The scalars without the wrapper's own.
    public func baseScalars(_ scalars: ScalarTensors) -> ScalarTensors {
        scalars.dropLast(ownScalars(step: 1).count)
    }

    /// The wrapper's own scalars.
    public func ownScalars(_ scalars: ScalarTensors) -> ScalarTensors {
        scalars.suffix(ownScalars(step: 1).count)
    }
}
