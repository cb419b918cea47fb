import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Gated recurrent unit (Cho et al., 2014), the reset gate after the product (`reset_after`).
///
/// `z, r = σ(x · W + b + h · U + u)`, `n = tanh(x · W + b + r · (h · U + u))`,
/// `h' = z · h + (1 - z) · n`, as Keras's default and PyTorch. The gates stand in the columns as
/// z, r, n (PyTorch: r, z, n). Input `[batch, time, in]`, output `[batch, units]` or all steps'.
public struct GRU: RecurrentLayer {
    /// The weights of the input, `[in, 3 · units]`.
    public var weight: Tensor
    /// The weights of the state, `[units, 3 · units]`.
    public var recurrentWeight: Tensor
    /// The bias, `[3 · units]`.
    public var bias: Tensor
    /// The bias of the state's part, `[3 · units]`.
    public var recurrentBias: Tensor
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.weight, \.recurrentWeight, \.bias, \.recurrentBias)

    /// The settings of a gated recurrent unit.
    public struct Settings: LayerSettings {
        /// `gru`.
        public static let kind = "gru"
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
            return GRU(input[1], self)
        }
    }

    /// Makes a layer with fresh parameters; `inputs` is the number of input channels.
    public init(_ inputs: Int, units: Int, returnsSequences: Bool = false) {
        self.init(inputs, Settings(units: units, returnsSequences: returnsSequences))
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
        let columns = product(3, settings.units)
        weight = Initializer.glorotUniform.parameter([inputs, columns], of: Self.kind)
        recurrentWeight = (recurrentInitializer ?? .ofState(units: settings.units))
            .parameter([settings.units, columns], of: Self.kind)
        bias = Initializer.zeros.parameter([columns], of: Self.kind)
        recurrentBias = Initializer.zeros.parameter([columns], of: Self.kind)
    }

    /// The input's part of all steps.
    public func projected(_ x: Tensor) -> Tensor { x.matmul(weight) + bias }

    /// The state after a step.
    public func step(_ input: Tensor, _ state: [Tensor]) -> [Tensor] {
        let own = input.columns(3)
        let old = (state[0].matmul(recurrentWeight) + recurrentBias).columns(3)
        let update = (own[0] + old[0]).sigmoid()
        let reset = (own[1] + old[1]).sigmoid()
        let new = (own[2] + reset * old[2]).tanh()
        return [new + update * (state[0] - new)]
    }
}

extension LayerSpec {
    /// A gated recurrent unit; see ``GRU``.
    public static func gru(units: Int, returnsSequences: Bool = false) -> LayerSpec {
        LayerSpec(GRU.Settings(units: units, returnsSequences: returnsSequences))
    }
}
