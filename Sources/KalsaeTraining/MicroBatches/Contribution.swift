import KalsaeGraph
import KalsaeOptimizers
import KalsaeTensor

/// What a micro-batch gives to its step, one vector: the gradients of parameters that are trained,
/// and what layers reported, each times the weight of its rows; then loss times weight, the weight, and
/// the number of rows.
struct Contribution {
    /// A tensor of the model that has a part of the vector.
    struct Part: Equatable {
        /// The tensor's number in the model.
        var tensor: Int
        /// Where its numbers begin.
        var offset: Int
        var type: TensorType
        /// Whether it is what a layer reported for after the step, else a gradient.
        var isReport: Bool
    }

    var parts: [Part] = []
    /// The numbers of the vector, the last three included.
    var count: Int { end + 3 }
    private var end = 0
    /// `float64` where the model has parameters of that type.
    let dtype: DType

    /// Where loss times weight is; behind it are the weight and the number of rows.
    var lossOffset: Int { end }

    /// - Parameters:
    ///   - model: the model.
    ///   - reported: the model with what layers reported in it.
    init<Model: TensorTree>(of model: Model, reported: Model, _ optimizer: any Optimizer) {
        let tensors = model.tensors
        dtype = tensors.contains { $0.tensor.dtype == .float64 } ? .float64 : .float32
        for (index, (own, after)) in zip(tensors, reported.tensors).enumerated()
        where own.tensor.dtype.isDifferentiable {
            let isReport = own.path.role == .state
            let takesPart =
                isReport ? own.tensor.node !== after.tensor.node : optimizer.trains(own.path)
            guard takesPart else { continue }
            parts.append(
                Part(tensor: index, offset: end, type: own.tensor.type, isReport: isReport))
            end += own.tensor.type.shape.elementCount
        }
    }

    /// The results of a micro-batch's plan: one for each part, then the three numbers.
    func results<Model: TensorTree>(
        gradient: Model, reported: Model, loss: Tensor, weight: Tensor, rows: Int
    ) -> [Tensor] {
        let (gradients, reports) = (gradient.tensors, reported.tensors)
        let count = Tensor.full([], Double(rows), dtype: dtype)
        let results = parts.map { part in
            part.isReport
                ? reports[part.tensor].tensor.cast(to: dtype) * count
                : gradients[part.tensor].tensor.cast(to: dtype)
        }
        let numbers = [loss.cast(to: dtype), weight.cast(to: dtype), count]
        return results
            + [Tensor.concatenate(numbers.map { $0.reshaped(to: [1]) }, axis: 0)]
    }

    /// The mean gradient, and the model with the mean of what layers reported.
    ///
    /// - Parameters:
    ///   - sums: the sum of all micro-batches.
    ///   - shares: one over the weight, and one over the number of rows.
    func means<Model: TensorTree>(
        _ sums: Tensor, shares: Tensor, of model: Model
    ) -> (gradient: Model, model: Model) {
        var own = model.tensors.map(\.tensor)
        var gradients = own.map { Tensor.zeros(like: $0) }
        for part in parts {
            let end = part.offset + part.type.shape.elementCount
            let sum = sums[part.offset..<end].reshaped(to: part.type.shape)
            let mean = (sum * shares[part.isReport ? 1 : 0].cast(to: dtype))
                .cast(to: part.type.dtype)
            if part.isReport { own[part.tensor] = mean } else { gradients[part.tensor] = mean }
        }
        return (model.replacingTensors(gradients), model.replacingTensors(own))
    }
}
