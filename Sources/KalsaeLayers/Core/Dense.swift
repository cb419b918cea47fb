import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A fully connected layer: `activation(x · weight + bias)`.
///
/// Input `[…, inputs]`, output `[…, outputs]`; `weight` is `[inputs, outputs]`, `bias` `[outputs]`,
/// at first zero.
public struct Dense: Layer {
    /// The weights, `[inputs, outputs]`.
    public var weight: Tensor
    /// The bias, `[outputs]`; nil without one.
    public var bias: Tensor?
    /// The function behind the product.
    public let activation: Activation

    /// The weights and the bias.
    public static let parts = Parts(\Self.weight, \.bias)

    /// Makes a layer with random weights.
    ///
    /// - Parameters:
    ///   - inputs: the size of the last axis of the input.
    ///   - outputs: the number of units.
    ///   - activation: the function behind the product; none by default.
    ///   - useBias: whether there is a bias; set false in front of batch norm.
    ///   - initializer: how weights are drawn; without one, as suits the activation.
    public init(
        _ inputs: Int, _ outputs: Int, activation: Activation = .identity, useBias: Bool = true,
        initializer: Initializer? = nil
    ) {
        weight = (initializer ?? activation.initializer).parameter(
            [inputs, outputs], of: "dense")
        bias = useBias ? Initializer.zeros.parameter([outputs], of: "dense") : nil
        self.activation = activation
    }

    /// The layer's output.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let product = x.matmul(weight)
        return activation(bias.map { product + $0 } ?? product)
    }
}
