import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Two-dimensional convolution (cross-correlation): `activation(x ⋆ weight + bias)`, channels last.
///
/// Input `[batch, height, width, in]`, output `[batch, h', w', filters]` with
/// `h' = ⌊(height + padding - dilation·(kernel - 1) - 1) / stride⌋ + 1`; `weight` is
/// `[kh, kw, in / groups, filters]`, `bias` `[filters]`, initially zero. Defaults: stride 1, no
/// padding, no dilation, one group, as Keras and PyTorch.
public struct Conv2D: Layer {
    /// The kernel, `[kh, kw, in / groups, filters]`.
    public var weight: Tensor
    /// The bias, `[filters]`; nil without one.
    public var bias: Tensor?
    /// Strides, padding, and so on.
    public let settings: Settings

    /// The kernel and the bias.
    public static let parts = Parts(\Self.weight, \.bias)

    /// The settings of a two-dimensional convolution.
    public struct Settings: LayerSettings {
        /// `conv2D`.
        public static let kind = "conv2D"
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
        public var padding = WindowPadding.valid
        /// Distance between kernel elements.
        public var dilations: Pair = 1
        /// Independent groups of channels; divides input and output channels.
        public var groups = 1
        /// The activation function.
        public var activation = Activation.identity
        /// Whether there is a bias.
        public var useBias = true

        /// The layer for `[height, width, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkImage(input, Self.kind)
            return Conv2D(input[2], self)
        }
    }

    /// Makes a layer with random weights.
    ///
    /// - Parameters:
    ///   - inputs: the number of input channels.
    ///   - filters: the number of output channels.
    ///   - kernel: the window's size, as in `3` or `Pair(3, 5)`.
    ///   - strides: step between outputs.
    ///   - padding: padding of the input.
    ///   - dilations: distance between kernel elements.
    ///   - groups: independent groups of channels.
    ///   - activation: the activation function; none by default.
    ///   - useBias: whether there is a bias; set false in front of batch norm.
    ///   - initializer: how weights are drawn; without one, as suits the activation.
    public init(
        _ inputs: Int, _ filters: Int, kernel: Pair, strides: Pair = 1,
        padding: WindowPadding = .valid, dilations: Pair = 1, groups: Int = 1,
        activation: Activation = .identity, useBias: Bool = true, initializer: Initializer? = nil
    ) {
        self.init(
            inputs,
            Settings(
                filters: filters, kernel: kernel, strides: strides, padding: padding,
                dilations: dilations, groups: groups, activation: activation, useBias: useBias),
            initializer: initializer)
    }

    /// Makes a layer from its settings.
    public init(_ inputs: Int, _ settings: Settings, initializer: Initializer? = nil) {
        self.settings = settings
        let name = Settings.kind
        let groups = settings.groups
        if groups > 0, inputs % groups == 0, settings.filters % groups == 0 {
            let kernel = settings.kernel
            let shape: Shape = [kernel.height, kernel.width, inputs / groups, settings.filters]
            let drawn = initializer ?? settings.activation.initializer
            weight = drawn.parameter(shape, of: name)
        } else {
            weight = refusal(
                name, expected: "groups that divide inputs and filters",
                got: "\(groups) groups, \(inputs) inputs, \(settings.filters) filters")
        }
        bias =
            settings.useBias ? Initializer.zeros.parameter([settings.filters], of: name) : nil
    }

    /// The layer's output.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedImage(x, Settings.kind, weight) { return refused }
        let refused = refusedChannels(x, Settings.kind, weight) { $0[2] &* settings.groups }
        if let refused { return refused }
        let padding = settings.padding.resolved(
            Pair(x.shape[1], x.shape[2]), window: settings.kernel, strides: settings.strides,
            dilations: settings.dilations)
        let product = x.convolved(
            with: weight, strides: settings.strides, padding: padding,
            dilations: settings.dilations, groups: settings.groups)
        return settings.activation(bias.map { product + $0 } ?? product)
    }
}

extension LayerSpec {
    /// A two-dimensional convolution; see ``Conv2D``.
    public static func conv2D(
        filters: Int, kernel: Pair, strides: Pair = 1, padding: WindowPadding = .valid,
        dilations: Pair = 1, groups: Int = 1, activation: Activation = .identity,
        useBias: Bool = true
    ) -> LayerSpec {
        LayerSpec(
            Conv2D.Settings(
                filters: filters, kernel: kernel, strides: strides, padding: padding,
                dilations: dilations, groups: groups, activation: activation, useBias: useBias))
    }
}

/// Throws unless a shape without batch is `[height, width, channels]` with no size below 1.
func checkImage(_ input: Shape, _ layer: String) throws {
    guard input.rank == 3, input.allSatisfy({ $0 > 0 }) else {
        throw KalsaeError(
            layer, expected: "input [height, width, channels]", got: "\(input)",
            advice: input.rank == 2 ? "put .reshape(\(input.sizes + [1])) in front" : "")
    }
}

/// The refusal of images with another number of channels than a layer was made for.
///
/// - Parameter channels: their number by the kernel's shape.
func refusedChannels(
    _ x: Tensor, _ layer: String, _ weight: Tensor, _ channels: (Shape) -> Int
) -> Tensor? {
    guard weight.rank == 4 else { return nil }
    let channels = channels(weight.shape)
    guard x.shape[3] != channels else { return nil }
    return refusal(
        layer, expected: "input [batch, height, width, \(channels)]", got: "\(x.shape)",
        advice: x.shape[1] == channels
            ? "channels come last: use .transposed(permutation: [0, 2, 3, 1])" : "", [weight])
}

/// The refusal of what is no batch of images, channels last.
func refusedImage(_ x: Tensor, _ layer: String, _ operands: Tensor...) -> Tensor? {
    for tensor in [x] + operands where tensor.fault != nil { return tensor }
    guard x.rank != 4 else { return nil }
    return refusal(
        layer, expected: "input [batch, height, width, channels]", got: "\(x.shape)",
        advice: x.rank == 3 ? "add an axis of one channel" : "", operands)
}
