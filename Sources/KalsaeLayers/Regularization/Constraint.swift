import KalsaeGraph
import KalsaeTensor

/// What weights must keep to: applied after each update, to matrices and kernels, never to biases.
///
/// The norm is that of the incoming weights of one unit, over all axes but the last, as in Keras.
public struct Constraint: Hashable, Sendable {
    /// The rules.
    public enum Rule: Hashable, Sendable {
        /// The incoming weights of a unit are scaled down to a length where they are longer
        /// (Hinton et al., 2012).
        case maxNorm(Double)
        /// What is below 0 becomes 0.
        case nonNegative
        /// The incoming weights of a unit are scaled to length 1.
        case unitNorm
    }

    /// What must hold.
    public var rule: Rule
    /// Paths or beginnings of paths, as in `dense1`; empty for all.
    public var only: [String]

    /// Makes a constraint.
    public init(_ rule: Rule, only: [String] = []) {
        self.rule = rule
        self.only = only
    }

    /// The incoming weights of a unit are no longer than this.
    public static func maxNorm(_ length: Double) -> Constraint { Constraint(.maxNorm(length)) }
    /// No weight is below 0.
    public static let nonNegative = Constraint(.nonNegative)
    /// The incoming weights of a unit have length 1.
    public static let unitNorm = Constraint(.unitNorm)

    /// A model whose weights keep to the rule.
    public func applied<Model: TensorTree>(to model: Model) -> Model {
        model.mapTensors { path, tensor in
            path.isWeight(tensor, only: only) ? applied(to: tensor) : tensor
        }
    }

    /// The weights nearest by the rule.
    public func applied(to weight: Tensor) -> Tensor {
        if rule == .nonNegative { return weight.maximum(0) }
        let axes = Array(0..<max(weight.rank - 1, 0))
        let length = weight.norm(axes: axes, keepsAxes: true)
        // Keras's 1e-7 keeps a unit without weights from becoming NaN.
        switch rule {
        case .nonNegative: return weight.maximum(0)
        case .maxNorm(let limit):
            return weight * (length.clipped(to: 0...max(limit, 0)) / (length + 1e-7))
        case .unitNorm: return weight / (length + 1e-7)
        }
    }
}
