import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Convolution of each channel by itself: `activation(x ⋆ weight + bias)`, channels last.
///
/// Input `[batch, height, width, in]`, output `[batch, h', w', in · multiplier]`, sizes as in
/// ``Conv2D``; `weight` is `[kh, kw, 1, in · multiplier]`. As Keras's `DepthwiseConv2D`, and
/// PyTorch's `Conv2d` with `groups` = `in`.
public struct DepthwiseConv2D: Layer {
    /// The kernel.
    public var weight: Tensor
    /// The bias, `[filters]`; nil without one.
    public var bias: Tensor?
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.weight, \.bias)

    /// The settings of a depthwise convolution.
    public struct Settings: LayerSettings {
        /// `depthwiseConv2D`.
        public static let kind = "depthwiseConv2D"
        /// Default settings.
        public static let defaults = Self()
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
            return DepthwiseConv2D(input[2], self)
        }
    }

    /// Makes a layer with fresh parameters; `inputs` is the number of input channels.
    public init(
        _ inputs: Int, kernel: Pair, strides: Pair = 1, padding: WindowPadding = .valid,
        dilations: Pair = 1, multiplier: Int = 1, activation: Activation = .identity,
        useBias: Bool = true
    ) {
        self.init(
            inputs,
            Settings(
                kernel: kernel, strides: strides, padding: padding, dilations: dilations,
                multiplier: multiplier, activation: activation, useBias: useBias))
    }

    /// Makes a layer from its settings.
    public init(_ inputs: Int, _ settings: Settings, initializer: Initializer? = nil) {
        self.settings = settings
        let outputs = product(inputs, settings.multiplier)
        weight = convolutionKernel(
            Settings.kind, settings.kernel.sizes, inputs: inputs, outputs: outputs, groups: inputs,
            initializer ?? settings.activation.initializer)
        bias = settings.useBias ? Initializer.zeros.parameter([outputs], of: Settings.kind) : nil
    }

    /// The layer's output.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedImage(x, Settings.kind, weight) { return refused }
        let refused = refusedChannels(x, Settings.kind, weight) {
            $0[3] / max(settings.multiplier, 1)
        }
        if let refused { return refused }
        let padding = settings.padding.resolved(
            Pair(x.shape[1], x.shape[2]), window: settings.kernel, strides: settings.strides,
            dilations: settings.dilations)
        let product = x.convolved(
            with: weight, strides: settings.strides, padding: padding,
            dilations: settings.dilations, groups: x.shape[3])
        return settings.activation(bias.map { product + $0 } ?? product)
    }
}

extension LayerSpec {
    /// A convolution of each channel by itself; see ``DepthwiseConv2D``.
    public static func depthwiseConv2D(
        kernel: Pair, strides: Pair = 1, padding: WindowPadding = .valid, dilations: Pair = 1,
        multiplier: Int = 1, activation: Activation = .identity, useBias: Bool = true
    ) -> LayerSpec {
        LayerSpec(
            DepthwiseConv2D.Settings(
                kernel: kernel, strides: strides, padding: padding, dilations: dilations,
                multiplier: multiplier, activation: activation, useBias: useBias))
    }
}

/// A product of sizes; 0, which no layer accepts, where it overflows.
func product(_ left: Int, _ right: Int) -> Int {
    let (value, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? 0 : value
}

extension Pair {
    /// Height and width as a list.
    var sizes: [Int] { [height, width] }
}
