import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A fully connected layer: `activation(x · weight + bias)`.
///
/// Input `[…, inputs]`, output `[…, outputs]`; `weight` is `[inputs, outputs]`, `bias` `[outputs]`,
/// initially zero.
public struct Dense: Layer {
    /// The weights, `[inputs, outputs]`.
    public var weight: Tensor
    /// The bias, `[outputs]`; nil without one.
    public var bias: Tensor?
    /// The layer's settings.
    public let settings: Settings
    /// The weights and the bias.
    public static let parts = Parts(\Self.weight, \.bias)

    /// The settings of a fully connected layer.
    public struct Settings: LayerSettings {
        /// `dense`.
        public static let kind = "dense"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["units"]
        /// The number of outputs.
        public var units = 0
        /// The activation function.
        public var activation = Activation.identity
        /// Whether there is a bias.
        public var useBias = true

        /// The layer for `[…, inputs]`.
        public func layer(input: Shape) throws -> any Layer {
            Dense(try lastAxis(input, Self.kind), self)
        }
    }

    /// Makes a layer with random weights.
    ///
    /// - Parameters:
    ///   - inputs: the size of the last axis of the input.
    ///   - outputs: the number of units.
    ///   - activation: the activation function; none by default.
    ///   - useBias: whether there is a bias; set false in front of batch norm.
    ///   - initializer: how weights are drawn; without one, as suits the activation.
    public init(
        _ inputs: Int, _ outputs: Int, activation: Activation = .identity, useBias: Bool = true,
        initializer: Initializer? = nil
    ) {
        self.init(
            inputs, Settings(units: outputs, activation: activation, useBias: useBias),
            initializer: initializer)
    }

    /// Makes a layer from its settings.
    public init(_ inputs: Int, _ settings: Settings, initializer: Initializer? = nil) {
        self.settings = settings
        let (drawn, units) = (initializer ?? settings.activation.initializer, settings.units)
        weight = drawn.parameter([inputs, units], of: Settings.kind)
        bias = settings.useBias ? Initializer.zeros.parameter([units], of: Settings.kind) : nil
    }

    /// The activation function.
    public var activation: Activation { settings.activation }

    /// The layer's output.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let sums = sums(x)
        return sums.fault == nil ? activation(sums) : sums
    }

    /// What the activation takes: `x · weight + bias`.
    package func sums(_ x: Tensor) -> Tensor {
        for tensor in [x, weight] where tensor.fault != nil { return tensor }
        let inputs = weight.shape.first ?? 0
        guard inputs > 0, x.shape.last == inputs else {
            return refusal(
                Settings.kind, expected: "input [batch, \(inputs)]", got: "\(x.shape)",
                advice: x.rank == 1 && inputs == 1
                    ? "add an axis: .reshaped(to: [\(x.count), 1])" : "", [weight])
        }
        let product = x.matmul(weight)
        return bias.map { product + $0 } ?? product
    }
}

extension LayerSpec {
    /// A fully connected layer; see ``Dense``.
    public static func dense(
        units: Int, activation: Activation = .identity, useBias: Bool = true
    ) -> LayerSpec {
        LayerSpec(Dense.Settings(units: units, activation: activation, useBias: useBias))
    }
}
