import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Transposed convolution: the gradient of a convolution for its input, as a layer that enlarges.
///
/// Input `[batch, height, width, in]`, output `[batch, h', w', filters]` with
/// `h' = (height - 1)·stride - padding + dilation·(kernel - 1) + 1 + outputPadding`, as PyTorch;
/// with `same` padding `h' = height · stride`, as Keras. `weight` is
/// `[kh, kw, filters / groups, in]`: the kernel of the convolution that leads back.
public struct Conv2DTransposed: Layer {
    /// The kernel.
    public var weight: Tensor
    /// The bias, `[filters]`; nil without one.
    public var bias: Tensor?
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.weight, \.bias)

    /// The settings of a transposed convolution.
    public struct Settings: LayerSettings {
        /// `conv2DTransposed`.
        public static let kind = "conv2DTransposed"
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
        /// Rows and columns added at the end of the output; below the stride.
        public var outputPadding: Pair = 0
        /// Distance between kernel elements.
        public var dilations: Pair = 1
        /// Independent groups of channels; divides input and output channels.
        public var groups = 1
        /// The activation function.
        public var activation: Activation = .identity
        /// Whether there is a bias.
        public var useBias = true

        /// The layer for `[height, width, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkImage(input, Self.kind)
            return Conv2DTransposed(input[2], self)
        }
    }

    /// Makes a layer with fresh parameters; `inputs` is the number of input channels.
    public init(
        _ inputs: Int, filters: Int, kernel: Pair, strides: Pair = 1,
        padding: WindowPadding = .valid, outputPadding: Pair = 0, dilations: Pair = 1,
        groups: Int = 1, activation: Activation = .identity, useBias: Bool = true
    ) {
        self.init(
            inputs,
            Settings(
                filters: filters, kernel: kernel, strides: strides, padding: padding,
                outputPadding: outputPadding, dilations: dilations, groups: groups,
                activation: activation, useBias: useBias))
    }

    /// Makes a layer from its settings.
    public init(_ inputs: Int, _ settings: Settings, initializer: Initializer? = nil) {
        self.settings = settings
        weight = convolutionKernel(
            Settings.kind, settings.kernel.sizes, inputs: settings.filters, outputs: inputs,
            groups: settings.groups, initializer ?? settings.activation.initializer)
        bias =
            settings.useBias
            ? Initializer.zeros.parameter([settings.filters], of: Settings.kind) : nil
    }

    /// The layer's output.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedImage(x, Settings.kind, weight) { return refused }
        let (stride, extra) = (settings.strides, settings.outputPadding)
        let sizes = [x.shape[1], x.shape[2]] + settings.kernel.sizes + settings.dilations.sizes
        guard (sizes + stride.sizes).allSatisfy({ (1..<(1 << 24)).contains($0) }),
            extra.height >= 0, extra.width >= 0, extra.height < stride.height,
            extra.width < stride.width
        else {
            return refusal(
                Settings.kind, expected: "sizes of at least 1, output padding below the stride",
                got: "\(settings) on input \(x.shape)", [weight])
        }
        let full = Pair(product(x.shape[1], stride.height), product(x.shape[2], stride.width))
        let padding = settings.padding.resolved(
            full, window: settings.kernel, strides: stride, dilations: settings.dilations)
        var (height, width) = (full.height, full.width)
        if settings.padding != .same {
            let (kernel, dilations) = (settings.kernel, settings.dilations)
            let extraHeight = (kernel.height - 1) * dilations.height + 1 - stride.height
            let extraWidth = (kernel.width - 1) * dilations.width + 1 - stride.width
            height += extraHeight &- padding.top &- padding.bottom
            width += extraWidth &- padding.left &- padding.right
        }
        let shape: Shape = [
            x.shape[0], height + extra.height, width + extra.width, settings.filters,
        ]
        let parameters = ConvolutionParameters(
            strides: stride, padding: padding, dilations: settings.dilations,
            groups: settings.groups)
        let product = Tensor.apply(.convolutionInputGradient(parameters, shape), [x, weight])
        return settings.activation(bias.map { product + $0 } ?? product)
    }
}

extension LayerSpec {
    /// A transposed convolution; see ``Conv2DTransposed``.
    public static func conv2DTransposed(
        filters: Int, kernel: Pair, strides: Pair = 1, padding: WindowPadding = .valid,
        outputPadding: Pair = 0, dilations: Pair = 1, groups: Int = 1,
        activation: Activation = .identity, useBias: Bool = true
    ) -> LayerSpec {
        LayerSpec(
            Conv2DTransposed.Settings(
                filters: filters, kernel: kernel, strides: strides, padding: padding,
                outputPadding: outputPadding, dilations: dilations, groups: groups,
                activation: activation, useBias: useBias))
    }
}
