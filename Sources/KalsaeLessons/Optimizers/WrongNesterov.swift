import KalsaeOptimizers
import KalsaeTensor

/// The negative test: Nesterov's step as the Korean repository of the book writes it.
///
/// `v ← .9v - rate · g`, then `p ← p + .81v - 1.9 · rate · g` with the *new* v: the velocity is
/// counted twice.
struct WrongNesterov: Optimizer {
    var learningRate: Double
    var slotCount: Int { 1 }
    func scalars(step: Int) -> OptimizerScalars { ["rate": learningRate] }

    func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let move = scalars.rate * gradient
        let velocity = slots[0] * 0.9 - move
        return (parameter + velocity * 0.81 - move * 1.9, [velocity])
    }
}
