import KalsaeGraph
import KalsaeTensor

/// The largest number of each window of a sequence, channel by channel.
///
/// Input `[batch, length, channels]`, output `[batch, length', channels]`; lengths and defaults as
/// in ``MaxPool2D``. Of explicit padding `left` and `right` count.
public struct MaxPool1D: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of a pooling of sequences by the largest number.
    public struct Settings: LayerSettings {
        /// `maxPool1D`.
        public static let kind = "maxPool1D"
        /// Default settings.
        public static let defaults = Self()
        /// The window's length.
        public var window = 2
        /// Step between windows; nil as the window.
        public var stride: Int?
        /// Padding of the input.
        public var padding: WindowPadding = .valid

        /// The layer for `[length, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkSequence(input, Self.kind)
            return MaxPool1D(window, stride: stride, padding: padding)
        }
    }

    /// Makes the layer.
    public init(_ window: Int = 2, stride: Int? = nil, padding: WindowPadding = .valid) {
        settings = Settings(window: window, stride: stride, padding: padding)
    }

    /// The result for each window.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedSequence(x, Settings.kind) { return refused }
        let stride = settings.stride ?? settings.window
        let padding = settings.padding.resolvedRow(
            x.shape[1], window: settings.window, stride: stride, dilation: 1)
        let images = x.expandingShape(at: 1)
        if let refused = refusedWindow(
            images, Pair(1, settings.window), padding, Settings.kind)
        {
            return refused
        }
        return images.maxPooled(
            window: Pair(1, settings.window), strides: Pair(1, stride), padding: padding
        ).squeezingShape(at: 1)
    }
}

/// The mean of each window of a sequence, channel by channel.
///
/// Input `[batch, length, channels]`, output `[batch, length', channels]`; lengths and defaults as
/// in ``AveragePool2D``. Of explicit padding `left` and `right` count.
public struct AveragePool1D: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of a pooling of sequences by the mean.
    public struct Settings: LayerSettings {
        /// `averagePool1D`.
        public static let kind = "averagePool1D"
        /// Default settings.
        public static let defaults = Self()
        /// The window's length.
        public var window = 2
        /// Step between windows; nil as the window.
        public var stride: Int?
        /// Padding of the input.
        public var padding: WindowPadding = .valid
        /// Whether padded elements count as zeros.
        public var countsPadding = false

        /// The layer for `[length, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkSequence(input, Self.kind)
            return AveragePool1D(
                window, stride: stride, padding: padding, countsPadding: countsPadding)
        }
    }

    /// Makes the layer.
    public init(
        _ window: Int = 2, stride: Int? = nil, padding: WindowPadding = .valid,
        countsPadding: Bool = false
    ) {
        settings = Settings(
            window: window, stride: stride, padding: padding, countsPadding: countsPadding)
    }

    /// The result for each window.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedSequence(x, Settings.kind) { return refused }
        let stride = settings.stride ?? settings.window
        let padding = settings.padding.resolvedRow(
            x.shape[1], window: settings.window, stride: stride, dilation: 1)
        let images = x.expandingShape(at: 1)
        if let refused = refusedWindow(
            images, Pair(1, settings.window), padding, Settings.kind)
        {
            return refused
        }
        return images.averagePooled(
            window: Pair(1, settings.window), strides: Pair(1, stride), padding: padding,
            countsPadding: settings.countsPadding
        ).squeezingShape(at: 1)
    }
}

extension LayerSpec {
    /// The largest number of each window of a sequence; see ``MaxPool1D``.
    public static func maxPool1D(
        _ window: Int = 2, stride: Int? = nil, padding: WindowPadding = .valid
    ) -> LayerSpec {
        LayerSpec(MaxPool1D.Settings(window: window, stride: stride, padding: padding))
    }
}

extension LayerSpec {
    /// The mean of each window of a sequence; see ``AveragePool1D``.
    public static func averagePool1D(
        _ window: Int = 2, stride: Int? = nil, padding: WindowPadding = .valid,
        countsPadding: Bool = false
    ) -> LayerSpec {
        LayerSpec(
            AveragePool1D.Settings(
                window: window, stride: stride, padding: padding, countsPadding: countsPadding))
    }
}
