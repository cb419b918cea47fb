import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Long short-term memory (Hochreiter and Schmidhuber, 1997; forget gate of Gers et al., 2000).
///
/// `i, f, o = σ(…)`, `g = tanh(…)` of `x · weight + h · recurrentWeight + bias`;
/// `c' = f · c + i · g`, `h' = o · tanh(c')`. The gates stand in the columns as i, f, g, o, in
/// Keras and PyTorch alike; Keras has one bias, which begins with 1 for f (PyTorch's two biases
/// add up to it). Input `[batch, time, in]`, output `[batch, units]` or all steps'; the state is
/// h, c.
public struct LSTM: RecurrentLayer {
    /// The weights of the input, `[in, 4 · units]`.
    public var weight: Tensor
    /// The weights of the state, `[units, 4 · units]`.
    public var recurrentWeight: Tensor
    /// The bias, `[4 · units]`.
    public var bias: Tensor
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.weight, \.recurrentWeight, \.bias)

    /// The settings of a long short-term memory.
    public struct Settings: LayerSettings {
        /// `lstm`.
        public static let kind = "lstm"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["units"]
        /// The size of the state.
        public var units = 0
        /// Whether the outputs of all steps come out.
        public var returnsSequences = false

        /// The layer for `[time, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkSequence(input, Self.kind)
            return LSTM(input[1], self)
        }
    }

    /// Makes a layer with fresh parameters; `inputs` is the number of input channels.
    public init(_ inputs: Int, units: Int, returnsSequences: Bool = false) {
        self.init(inputs, Settings(units: units, returnsSequences: returnsSequences))
    }

    /// The name in files and messages.
    public static let kind = Settings.kind
    /// The tensors of the state.
    public static let stateCount = 2
    /// The size of the state.
    public var units: Int { settings.units }
    /// The size of the last axis of the input.
    public var inputs: Int { weight.shape.first ?? 0 }
    /// Whether the outputs of all steps come out.
    public var returnsSequences: Bool { settings.returnsSequences }

    /// Makes a layer from its settings.
    public init(_ inputs: Int, _ settings: Settings, recurrentInitializer: Initializer? = nil) {
        self.settings = settings
        let columns = product(4, settings.units)
        weight = Initializer.glorotUniform.parameter([inputs, columns], of: Self.kind)
        recurrentWeight = (recurrentInitializer ?? .ofState(units: settings.units))
            .parameter([settings.units, columns], of: Self.kind)
        bias = LSTM.firstBias(settings.units)
    }

    /// The input's part of all steps.
    public func projected(_ x: Tensor) -> Tensor { x.matmul(weight) + bias }

    /// The state after a step: h, c.
    public func step(_ input: Tensor, _ state: [Tensor]) -> [Tensor] {
        let gates = (input + state[0].matmul(recurrentWeight)).columns(4)
        let kept = gates[1].sigmoid() * state[1]
        let cell = kept + gates[0].sigmoid() * gates[2].tanh()
        return [gates[3].sigmoid() * cell.tanh(), cell]
    }

    /// Zeros, and ones for the forget gate (Jozefowicz et al., 2015).
    private static func firstBias(_ units: Int) -> Tensor {
        let zeros = Initializer.zeros.parameter([units], of: kind)
        guard zeros.fault == nil else { return zeros }
        return Tensor.concatenate([zeros, .ones([units]), .zeros([product(2, units)])])
            .asParameter()
    }
}

extension LayerSpec {
    /// A long short-term memory; see ``LSTM``.
    public static func lstm(units: Int, returnsSequences: Bool = false) -> LayerSpec {
        LayerSpec(LSTM.Settings(units: units, returnsSequences: returnsSequences))
    }
}

extension Tensor {
    /// The last axis in equal parts: the gates of a step.
    func columns(_ count: Int) -> [Tensor] {
        guard fault == nil, let last = shape.last else {
            return Array(repeating: self, count: count)
        }
        let size = last / count
        return (0..<count).map { self[.ellipsis, ($0 * size)..<(($0 + 1) * size)] }
    }
}
