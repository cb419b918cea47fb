import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// The largest number of each window, channel by channel.
///
/// Input `[batch, height, width, channels]`, output `[batch, h', w', channels]` with
/// `h' = ⌊(height + padding - window) / stride⌋ + 1`. Without strides, windows do not overlap.
/// Padded elements are never the largest.
public struct MaxPool2D: Layer {
    /// Window, strides and padding.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of a pooling by the largest number.
    public struct Settings: LayerSettings {
        /// `maxPool2D`.
        public static let kind = "maxPool2D"
        /// Default settings.
        public static let defaults = Self()
        /// The window's size.
        public var window: Pair = 2
        /// Step between windows; nil as the window.
        public var strides: Pair?
        /// Padding of the input.
        public var padding = WindowPadding.valid

        /// The layer for `[height, width, channels]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkImage(input, Self.kind)
            return MaxPool2D(window, strides: strides, padding: padding)
        }
    }

    /// Makes the layer.
    public init(_ window: Pair = 2, strides: Pair? = nil, padding: WindowPadding = .valid) {
        settings = Settings(window: window, strides: strides, padding: padding)
    }

    /// The largest numbers.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedImage(x, Settings.kind) { return refused }
        let strides = settings.strides ?? settings.window
        let padding = settings.padding.resolved(
            Pair(x.shape[1], x.shape[2]), window: settings.window, strides: strides, dilations: 1)
        if let refused = refusedWindow(x, settings.window, padding, Settings.kind) {
            return refused
        }
        return x.maxPooled(window: settings.window, strides: strides, padding: padding)
    }
}

/// The mean of each window, channel by channel; shapes as in ``MaxPool2D``.
///
/// Padded elements do not count, as in Keras; with `countsPadding` they count as zeros, as in
/// PyTorch.
public struct AveragePool2D: Layer {
    /// Window, strides and padding.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of a pooling by the mean.
    public struct Settings: LayerSettings {
        /// `averagePool2D`.
        public static let kind = "averagePool2D"
        /// Default settings.
        public static let defaults = Self()
        /// The window's size.
        public var window: Pair = 2
        /// Step between windows; nil as the window.
        public var strides: Pair?
        /// Padding of the input.
        public var padding = WindowPadding.valid
        /// Whether padded elements count as zeros.
        public var countsPadding = false

        /// The layer for `[height, width, channels]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkImage(input, Self.kind)
            return AveragePool2D(
                window, strides: strides, padding: padding, countsPadding: countsPadding)
        }
    }

    /// Makes the layer.
    public init(
        _ window: Pair = 2, strides: Pair? = nil, padding: WindowPadding = .valid,
        countsPadding: Bool = false
    ) {
        settings = Settings(
            window: window, strides: strides, padding: padding, countsPadding: countsPadding)
    }

    /// The means.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedImage(x, Settings.kind) { return refused }
        let strides = settings.strides ?? settings.window
        let padding = settings.padding.resolved(
            Pair(x.shape[1], x.shape[2]), window: settings.window, strides: strides, dilations: 1)
        if let refused = refusedWindow(x, settings.window, padding, Settings.kind) {
            return refused
        }
        return x.averagePooled(
            window: settings.window, strides: strides, padding: padding,
            countsPadding: settings.countsPadding)
    }
}

extension LayerSpec {
    /// The largest number of each window; see ``MaxPool2D``.
    public static func maxPool2D(
        _ window: Pair = 2, strides: Pair? = nil, padding: WindowPadding = .valid
    ) -> LayerSpec {
        LayerSpec(MaxPool2D(window, strides: strides, padding: padding).settings)
    }

    /// The mean of each window; see ``AveragePool2D``.
    public static func averagePool2D(
        _ window: Pair = 2, strides: Pair? = nil, padding: WindowPadding = .valid,
        countsPadding: Bool = false
    ) -> LayerSpec {
        LayerSpec(
            AveragePool2D(
                window, strides: strides, padding: padding, countsPadding: countsPadding
            ).settings)
    }
}

/// The refusal of a window that is larger than the padded images.
func refusedWindow(
    _ x: Tensor, _ window: Pair, _ padding: Padding2D, _ layer: String
) -> Tensor? {
    let sides = [padding.top, padding.bottom, padding.left, padding.right]
    guard sides.allSatisfy({ (0..<(1 << 24)).contains($0) }) else { return nil }
    let height = x.shape[1] + padding.top + padding.bottom
    let width = x.shape[2] + padding.left + padding.right
    guard window.height > height || window.width > width else { return nil }
    return refusal(
        layer, expected: "a window of at most \([height, width]), the padded input",
        got: "\(window.sizes) on input \(x.shape)",
        advice: window.height <= x.shape[2] && window.width <= x.shape[3]
            ? "images are [batch, height, width, channels]" : "", [x])
}
