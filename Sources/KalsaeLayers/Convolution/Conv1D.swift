import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// One-dimensional convolution (cross-correlation): `activation(x ⋆ weight + bias)`, channels last.
///
/// Input `[batch, length, in]`, output `[batch, length', filters]` with
/// `length' = ⌊(length + padding - dilation·(kernel - 1) - 1) / stride⌋ + 1`; `weight` is
/// `[kernel, in / groups, filters]`. Of explicit padding `left` and `right` count. Runs as a
/// two-dimensional convolution of height 1.
public struct Conv1D: Layer {
    /// The kernel.
    public var weight: Tensor
    /// The bias, `[filters]`; nil without one.
    public var bias: Tensor?
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.weight, \.bias)

    /// The settings of a one-dimensional convolution.
    public struct Settings: LayerSettings {
        /// `conv1D`.
        public static let kind = "conv1D"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["filters"]
        /// The number of output channels.
        public var filters = 0
        /// The window's length.
        public var kernel = 3
        /// Step between outputs.
        public var stride = 1
        /// Padding of the input.
        public var padding: WindowPadding = .valid
        /// Distance between kernel elements.
        public var dilation = 1
        /// Independent groups of channels; divides input and output channels.
        public var groups = 1
        /// The activation function.
        public var activation: Activation = .identity
        /// Whether there is a bias.
        public var useBias = true

        /// The layer for `[length, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkSequence(input, Self.kind)
            return Conv1D(input[1], self)
        }
    }

    /// Makes a layer with fresh parameters; `inputs` is the number of input channels.
    public init(
        _ inputs: Int, filters: Int, kernel: Int, stride: Int = 1, padding: WindowPadding = .valid,
        dilation: Int = 1, groups: Int = 1, activation: Activation = .identity, useBias: Bool = true
    ) {
        self.init(
            inputs,
            Settings(
                filters: filters, kernel: kernel, stride: stride, padding: padding,
                dilation: dilation, groups: groups, activation: activation, useBias: useBias))
    }

    /// Makes a layer from its settings.
    public init(_ inputs: Int, _ settings: Settings, initializer: Initializer? = nil) {
        self.settings = settings
        weight = convolutionKernel(
            Settings.kind, [settings.kernel], inputs: inputs, outputs: settings.filters,
            groups: settings.groups, initializer ?? settings.activation.initializer)
        bias =
            settings.useBias
            ? Initializer.zeros.parameter([settings.filters], of: Settings.kind) : nil
    }

    /// The layer's output.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedSequence(x, Settings.kind, weight) { return refused }
        let (strides, dilations) = (Pair(1, settings.stride), Pair(1, settings.dilation))
        let padding = settings.padding.resolvedRow(
            x.shape[1], window: settings.kernel, stride: settings.stride,
            dilation: settings.dilation)
        let product = x.expandingShape(at: 1).convolved(
            with: weight.expandingShape(at: 0), strides: strides, padding: padding,
            dilations: dilations, groups: settings.groups
        ).squeezingShape(at: 1)
        return settings.activation(bias.map { product + $0 } ?? product)
    }
}

extension LayerSpec {
    /// A one-dimensional convolution; see ``Conv1D``.
    public static func conv1D(
        filters: Int, kernel: Int, stride: Int = 1, padding: WindowPadding = .valid,
        dilation: Int = 1, groups: Int = 1, activation: Activation = .identity, useBias: Bool = true
    ) -> LayerSpec {
        LayerSpec(
            Conv1D.Settings(
                filters: filters, kernel: kernel, stride: stride, padding: padding,
                dilation: dilation, groups: groups, activation: activation, useBias: useBias))
    }
}

/// Throws unless a shape without batch is `[length, channels]` with no size below 1.
func checkSequence(_ input: Shape, _ layer: String) throws {
    guard input.rank == 2, input.allSatisfy({ $0 > 0 }) else {
        throw KalsaeError(layer, expected: "input [length, channels]", got: "\(input)")
    }
}

/// The refusal of what is no batch of sequences, channels last.
func refusedSequence(_ x: Tensor, _ layer: String, _ operands: Tensor...) -> Tensor? {
    for tensor in [x] + operands where tensor.fault != nil { return tensor }
    guard x.rank != 3 else { return nil }
    return refusal(layer, expected: "input [batch, length, channels]", got: "\(x.shape)", operands)
}

/// A random kernel `[window…, inputs / groups, outputs]`, or the refusal of impossible sizes.
func convolutionKernel(
    _ layer: String, _ window: [Int], inputs: Int, outputs: Int, groups: Int,
    _ initializer: Initializer
) -> Tensor {
    guard groups > 0, inputs % groups == 0, outputs % groups == 0 else {
        return refusal(
            layer, expected: "groups that divide inputs and outputs",
            got: "\(groups) groups, \(inputs) inputs, \(outputs) outputs")
    }
    return initializer.parameter(Shape(window + [inputs / groups, outputs]), of: layer)
}

extension WindowPadding {
    /// The padding before and after each row of a sequence.
    func resolvedRow(_ length: Int, window: Int, stride: Int, dilation: Int) -> Padding2D {
        var padding = resolved(
            Pair(1, length), window: Pair(1, window), strides: Pair(1, stride),
            dilations: Pair(1, dilation))
        (padding.top, padding.bottom) = (0, 0)
        return padding
    }
}
