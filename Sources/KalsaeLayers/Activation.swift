import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A function between layers, by name: plain data that files and settings can hold.
public enum Activation: String, CaseIterable, Codable, Hashable, Sendable {
    /// x itself.
    case identity
    /// max(x, 0).
    case relu
    /// 1 / (1 + e^-x).
    case sigmoid
    /// Hyperbolic tangent.
    case tanh
    /// e^x over its sum along the last axis.
    case softmax

    /// The function's value, element by element (`softmax`: along the last axis).
    public func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .identity: x
        case .relu: x.relu()
        case .sigmoid: x.sigmoid()
        case .tanh: x.tanh()
        case .softmax: x.softmax()
        }
    }

    /// The initializer that suits weights in front of the function: He's for ReLU, else Glorot's.
    public var initializer: Initializer { self == .relu ? .heUniform : .glorotUniform }
}
