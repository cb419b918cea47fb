import Glibc
import KalsaeTensor

/// The sizes of a parameter in a step of training, or of a layer's parameters together: Euclidean
/// norms.
public struct ParameterNorms: Sendable, Equatable {
    /// The parameter's path, as in `dense1.weight`, or the layer's.
    public var name: String
    /// Of the gradient, of what the step changed, and of the numbers before it.
    public var gradient: Double, update: Double, value: Double

    /// How large the update is beside the numbers; 0 where those are 0.
    public var updateRatio: Double { value > 0 ? update / value : 0 }

    /// Those of layers, in order.
    public static func byLayer(_ parameters: [ParameterNorms]) -> [ParameterNorms] {
        var layers: [ParameterNorms] = []
        for parameter in parameters {
            let parts = parameter.name.split(separator: ".").dropLast()
            let name = parts.isEmpty ? parameter.name : parts.joined(separator: ".")
            if let last = layers.last, last.name == name {
                layers[layers.count - 1] = ParameterNorms(
                    name: name, gradient: hypot(last.gradient, parameter.gradient),
                    update: hypot(last.update, parameter.update),
                    value: hypot(last.value, parameter.value))
            } else {
                var layer = parameter
                layer.name = name
                layers.append(layer)
            }
        }
        return layers
    }
}

/// The squares of ``ParameterNorms`` as one tensor of a step, three numbers a parameter.
enum StepNorms {
    /// `[3 · parameters]`.
    static func tensor<Model: TensorTree>(gradient: Model, before: Model, after: Model) -> Tensor {
        var parts: [Tensor] = []
        for ((gradient, before), after) in zip(zip(gradient.tensors, before.tensors), after.tensors)
        where before.path.role == .parameter && before.tensor.dtype.isDifferentiable {
            for tensor in [
                gradient.tensor, after.tensor - before.tensor, before.tensor,
            ] {
                parts.append(tensor.cast(to: .float32).square().sum().reshaped(to: [1]))
            }
        }
        return parts.isEmpty ? Tensor.zeros([0]) : Tensor.concatenate(parts, axis: 0)
    }

    /// The norms of a step's numbers.
    static func norms<Model: TensorTree>(of model: Model, _ numbers: [Float]) -> [ParameterNorms] {
        let names = model.tensors.filter {
            $0.path.role == .parameter && $0.tensor.dtype.isDifferentiable
        }.map(\.path.name)
        guard numbers.count == 3 * names.count else { return [] }
        return names.enumerated().map { index, name in
            let own = numbers[(3 * index)..<(3 * index + 3)].map { Double($0).squareRoot() }
            return ParameterNorms(name: name, gradient: own[0], update: own[1], value: own[2])
        }
    }
}
