import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// The plain recurrent layer (Elman, 1990): `h' = activation(x · weight + h · recurrentWeight + bias)`.
///
/// Input `[batch, time, in]`, output `[batch, units]` or all steps'. As Keras: hyperbolic tangent,
/// one bias, initially zero.
public struct SimpleRNN: RecurrentLayer {
    /// The weights of the input, `[in, units]`.
    public var weight: Tensor
    /// The weights of the state, `[units, units]`.
    public var recurrentWeight: Tensor
    /// The bias, `[units]`.
    public var bias: Tensor
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.weight, \.recurrentWeight, \.bias)

    /// The settings of a simple recurrent layer.
    public struct Settings: LayerSettings {
        /// `simpleRNN`.
        public static let kind = "simpleRNN"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["units"]
        /// The size of the state.
        public var units = 0
        /// The function of a step.
        public var activation: Activation = .tanh
        /// Whether the outputs of all steps come out.
        public var returnsSequences = false

        /// The layer for `[time, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkSequence(input, Self.kind)
            return SimpleRNN(input[1], self)
        }
    }

    /// Makes a layer with fresh parameters; `inputs` is the number of input channels.
    public init(
        _ inputs: Int, units: Int, activation: Activation = .tanh, returnsSequences: Bool = false
    ) {
        self.init(
            inputs,
            Settings(units: units, activation: activation, returnsSequences: returnsSequences))
    }

    /// The name in files and messages.
    public static let kind = Settings.kind
    /// The tensors of the state.
    public static let stateCount = 1
    /// The size of the state.
    public var units: Int { settings.units }
    /// The size of the last axis of the input.
    public var inputs: Int { weight.shape.first ?? 0 }
    /// Whether the outputs of all steps come out.
    public var returnsSequences: Bool { settings.returnsSequences }

    /// Makes a layer from its settings.
    public init(_ inputs: Int, _ settings: Settings, recurrentInitializer: Initializer? = nil) {
        self.settings = settings
        let columns = settings.units
        weight = Initializer.glorotUniform.parameter([inputs, columns], of: Self.kind)
        recurrentWeight = (recurrentInitializer ?? .ofState(units: settings.units))
            .parameter([settings.units, columns], of: Self.kind)
        bias = Initializer.zeros.parameter([columns], of: Self.kind)
    }

    /// The input's part of all steps.
    public func projected(_ x: Tensor) -> Tensor { x.matmul(weight) + bias }

    /// The state after a step.
    public func step(_ input: Tensor, _ state: [Tensor]) -> [Tensor] {
        [settings.activation(input + state[0].matmul(recurrentWeight))]
    }
}

extension LayerSpec {
    /// A simple recurrent layer; see ``SimpleRNN``.
    public static func simpleRNN(
        units: Int, activation: Activation = .tanh, returnsSequences: Bool = false
    ) -> LayerSpec {
        LayerSpec(
            SimpleRNN.Settings(
                units: units, activation: activation, returnsSequences: returnsSequences))
    }
}
