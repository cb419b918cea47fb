import KalsaeLayers
import KalsaeTensor

/// What a training step does beside loss and update.
package struct StepExtras: Sendable {
    package var regularizer: Regularizer?
    package var constraint: Constraint?
    package var mixing: BatchAugmentation?
    /// Whether the step tells the sizes of gradients and updates.
    package var observesNorms: Bool

    package init(
        regularizer: Regularizer? = nil, constraint: Constraint? = nil,
        mixing: BatchAugmentation? = nil, observesNorms: Bool = false
    ) {
        self.regularizer = regularizer
        self.constraint = constraint
        self.mixing = mixing
        self.observesNorms = observesNorms
    }

    /// Inputs and targets of the step; call it in the step's scope.
    func mixed(_ inputs: Tensor, _ targets: Tensor) -> (Tensor, Tensor) {
        guard let mixing, let scope = StepScope.current else { return (inputs, targets) }
        return mixing(inputs, targets, key: scope.nextKey())
    }

    /// The loss with the penalty on the model's weights.
    func penalized<Model: TensorTree>(_ loss: Tensor, _ model: Model) -> Tensor {
        guard let penalty = regularizer?.penalty(model) else { return loss }
        return loss + penalty.cast(to: loss.dtype)
    }

    /// The model with what its weights must keep to.
    func constrained<Model: TensorTree>(_ model: Model) -> Model {
        constraint?.applied(to: model) ?? model
    }
}
