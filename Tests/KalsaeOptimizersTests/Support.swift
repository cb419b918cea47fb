import KalsaeGraph
import KalsaeOptimizers
import KalsaeTensor

/// The parameters after each of some steps, computed in one type.
func trajectory(
    _ optimizer: some Optimizer, from start: [Tensor], steps: Int,
    gradient: ([Tensor], Int) -> [Tensor]
) throws -> [[[Double]]] {
    var parameters = start
    var state = OptimizerState(for: parameters, optimizer)
    var all: [[[Double]]] = []
    for step in 1...steps {
        let dtype = start[0].dtype
        let scalars = Tensor(optimizer.scalars(step: step).values).cast(to: dtype)
        let slopes = gradient(parameters, step)
        parameters = optimizer.updated(
            parameters, gradient: slopes, state: &state, scalars: scalars)
        try Tensor.evaluate(parameters + state.slots.flatMap { $0 })
        all.append(try parameters.map { try $0.values(Double.self) })
    }
    return all
}

/// The positions after each step on `x²/20 + y²` from (-7, 2), in `float64`.
func valley(_ optimizer: some Optimizer, steps: Int = 30) throws -> [[Double]] {
    let start = Tensor([-7.0, 2.0] as [Double])
    let slope = Tensor([0.1, 2.0] as [Double])
    return try trajectory(optimizer, from: [start], steps: steps) { parameters, _ in
        [parameters[0] * slope]
    }.map { $0[0] }
}
