import KalsaeGraph
import KalsaeTensor

/// A penalty on large weights that is added to the loss: `l1 · Σ|w| + l2 · Σw²`.
///
/// Keras's form; its gradient is `l1 · sign(w) + 2 · l2 · w`. The lectures and weight decay write
/// `½ · λ · Σw²`: see ``halfSquares(_:)``. It acts on matrices and kernels, never on biases or on
/// the scales of norms, which have one axis; `only` narrows it to layers by name.
public struct Regularizer: Hashable, Codable, Sendable {
    /// The factor of the sum of absolute values.
    public var l1: Double
    /// The factor of the sum of squares.
    public var l2: Double
    /// Paths or beginnings of paths, as in `dense1`; empty for all.
    public var only: [String]

    /// Makes a penalty.
    public init(l1: Double = 0, l2: Double = 0, only: [String] = []) {
        self.l1 = l1
        self.l2 = l2
        self.only = only
    }

    /// `factor · Σ|w|`: many weights become 0.
    public static func l1(_ factor: Double) -> Regularizer { Regularizer(l1: factor) }
    /// `factor · Σw²`: all weights shrink.
    public static func l2(_ factor: Double) -> Regularizer { Regularizer(l2: factor) }
    /// `½ · factor · Σw²`: the lectures' weight decay, with gradient `factor · w`.
    public static func halfSquares(_ factor: Double) -> Regularizer { Regularizer(l2: factor / 2) }

    /// The penalty of a model, a scalar; nil where nothing is penalized.
    public func penalty<Model: TensorTree>(_ model: Model) -> Tensor? {
        guard l1 != 0 || l2 != 0 else { return nil }
        var total: Tensor?
        for (path, tensor) in model.tensors where path.isWeight(tensor, only: only) {
            let part = penalty(of: tensor)
            total = total.map { $0 + part.cast(to: $0.dtype) } ?? part
        }
        return total
    }

    /// The penalty of one tensor.
    public func penalty(of weight: Tensor) -> Tensor {
        let squares = weight.square().sum() * l2
        guard l1 != 0 else { return squares }
        let absolutes = weight.abs().sum() * l1
        return l2 == 0 ? absolutes : absolutes + squares
    }
}

extension TensorPath {
    /// Whether a tensor is a trained matrix or kernel of certain layers.
    func isWeight(_ tensor: Tensor, only: [String]) -> Bool {
        guard role == .parameter, tensor.rank >= 2, tensor.dtype.isDifferentiable else {
            return false
        }
        return only.isEmpty || only.contains { name == $0 || name.hasPrefix($0 + ".") }
    }
}
