import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A depthwise convolution, then one of 1x1 that mixes channels:
/// `activation((x ⋆ depthwise) ⋆ pointwise + bias)` (Chollet, 2017).
///
/// Input `[batch, height, width, in]`, output `[batch, h', w', filters]`, sizes as in ``Conv2D``;
/// `depthwise` is `[kh, kw, 1, in · multiplier]`, `pointwise` `[1, 1, in · multiplier, filters]`.
public struct SeparableConv2D: Layer {
    /// The kernel of each channel, `[kh, kw, 1, in · multiplier]`.
    public var depthwise: Tensor
    /// The mixing of channels, `[1, 1, in · multiplier, filters]`.
    public var pointwise: Tensor
    /// The bias, `[filters]`; nil without one.
    public var bias: Tensor?
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.depthwise, \.pointwise, \.bias)

    /// The settings of a separable convolution.
    public struct Settings: LayerSettings {
        /// `separableConv2D`.
        public static let kind = "separableConv2D"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["filters"]
        /// The number of output channels.
        public var filters = 0
        /// The window's size.
        public var kernel: Pair = 3
        /// Step between outputs.
        public var strides: Pair = 1
        /// Padding of the input.
        public var padding: WindowPadding = .valid
        /// Distance between kernel elements.
        public var dilations: Pair = 1
        /// Output channels for each input channel.
        public var multiplier = 1
        /// The activation function.
        public var activation: Activation = .identity
        /// Whether there is a bias.
        public var useBias = true

        /// The layer for `[height, width, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkImage(input, Self.kind)
            return SeparableConv2D(input[2], self)
        }
    }

    /// Makes a layer with fresh parameters; `inputs` is the number of input channels.
    public init(
        _ inputs: Int, filters: Int, kernel: Pair, strides: Pair = 1,
        padding: WindowPadding = .valid, dilations: Pair = 1, multiplier: Int = 1,
        activation: Activation = .identity, useBias: Bool = true
    ) {
        self.init(
            inputs,
            Settings(
                filters: filters, kernel: kernel, strides: strides, padding: padding,
                dilations: dilations, multiplier: multiplier, activation: activation,
                useBias: useBias))
    }

    /// Makes a layer from its settings.
    public init(_ inputs: Int, _ settings: Settings, initializer: Initializer? = nil) {
        self.settings = settings
        let drawn = initializer ?? settings.activation.initializer
        let between = product(inputs, settings.multiplier)
        depthwise = convolutionKernel(
            Settings.kind, settings.kernel.sizes, inputs: inputs, outputs: between, groups: inputs,
            drawn)
        pointwise = drawn.parameter([1, 1, between, settings.filters], of: Settings.kind)
        bias =
            settings.useBias
            ? Initializer.zeros.parameter([settings.filters], of: Settings.kind) : nil
    }

    /// The layer's output.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedImage(x, Settings.kind, depthwise, pointwise) { return refused }
        let refused = refusedChannels(x, Settings.kind, depthwise) {
            $0[3] / max(settings.multiplier, 1)
        }
        if let refused { return refused }
        let padding = settings.padding.resolved(
            Pair(x.shape[1], x.shape[2]), window: settings.kernel, strides: settings.strides,
            dilations: settings.dilations)
        let channels = x.convolved(
            with: depthwise, strides: settings.strides, padding: padding,
            dilations: settings.dilations, groups: x.shape[3])
        let product = channels.convolved(with: pointwise)
        return settings.activation(bias.map { product + $0 } ?? product)
    }
}

extension LayerSpec {
    /// A depthwise convolution and one of 1x1; see ``SeparableConv2D``.
    public static func separableConv2D(
        filters: Int, kernel: Pair, strides: Pair = 1, padding: WindowPadding = .valid,
        dilations: Pair = 1, multiplier: Int = 1, activation: Activation = .identity,
        useBias: Bool = true
    ) -> LayerSpec {
        LayerSpec(
            SeparableConv2D.Settings(
                filters: filters, kernel: kernel, strides: strides, padding: padding,
                dilations: dilations, multiplier: multiplier, activation: activation,
                useBias: useBias))
    }
}
