import Glibc
import KalsaeOptimizers
import KalsaeTensor

/// AdaGrad with epsilon 1e-7 outside of the root.
struct LectureAdaGrad: Optimizer {
    var learningRate: Double
    var slotCount: Int { 1 }
    func scalars(step: Int) -> [Double] { [learningRate] }

    func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let sum = slots[0] + gradient.square()
        return (parameter - scalars[0] * gradient / (sum.sqrt() + 1e-7), [sum])
    }
}

/// RMSProp with decay .99 and epsilon 1e-7 outside of the root.
struct LectureRMSProp: Optimizer {
    var learningRate: Double
    var slotCount: Int { 1 }
    func scalars(step: Int) -> [Double] { [learningRate] }

    func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let mean = slots[0] * 0.99 + gradient.square() * 0.01
        return (parameter - scalars[0] * gradient / (mean.sqrt() + 1e-7), [mean])
    }
}

/// Adam with epsilon 1e-7 that is not bias-corrected.
struct LectureAdam: Optimizer {
    var learningRate: Double
    var slotCount: Int { 2 }
    func scalars(step: Int) -> [Double] {
        [learningRate * sqrt(1 - pow(0.999, Double(step))) / (1 - pow(0.9, Double(step)))]
    }

    func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let mean = slots[0] * 0.9 + gradient * 0.1
        let square = slots[1] * 0.999 + gradient.square() * 0.001
        return (parameter - scalars[0] * mean / (square.sqrt() + 1e-7), [mean, square])
    }
}
