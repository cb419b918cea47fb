import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Repeats rows and columns: enlarges images by the nearest neighbor.
///
/// `[batch, height, width, channels] → [batch, scale·height, scale·width, channels]`.
public struct UpSampling2D: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of an enlargement.
    public struct Settings: LayerSettings {
        /// `upSampling2D`.
        public static let kind = "upSampling2D"
        /// How often rows and columns are repeated.
        public var scale: Pair = 2

        /// Default settings.
        public init() {}

        /// Makes settings.
        public init(_ scale: Pair) {
            self.scale = scale
        }

        /// Visits the settings.
        public mutating func visit(_ fields: inout SettingFields) throws {
            try fields("scale", &scale)
        }

        /// The layer for `[height, width, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkImage(input, Self.kind)
            return UpSampling2D(scale)
        }
    }

    /// Makes the layer.
    public init(_ scale: Pair = 2) {
        settings = Settings(scale)
    }

    /// The larger images.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedImage(x, Settings.kind) { return refused }
        guard settings.scale.isPositive else {
            return refusal(
                Settings.kind, expected: "a scale of at least 1", got: "\(settings.scale.sizes)",
                [x])
        }
        return x.upsampled(by: settings.scale)
    }
}

/// Zeros round images: `[batch, height, width, channels] →
/// [batch, top + height + bottom, left + width + right, channels]`.
public struct ZeroPadding2D: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of zeros round images.
    public struct Settings: LayerSettings {
        /// `zeroPadding2D`.
        public static let kind = "zeroPadding2D"
        /// Rows and columns on each side.
        public var padding: Padding2D = 1

        /// Default settings.
        public init() {}

        /// Makes settings.
        public init(_ padding: Padding2D) {
            self.padding = padding
        }

        /// Visits the settings.
        public mutating func visit(_ fields: inout SettingFields) throws {
            try fields("padding", &padding)
        }

        /// The layer for `[height, width, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkImage(input, Self.kind)
            return ZeroPadding2D(padding)
        }
    }

    /// Makes the layer.
    public init(_ padding: Padding2D = 1) {
        settings = Settings(padding)
    }

    /// The larger images.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedImage(x, Settings.kind) { return refused }
        let sides = settings.padding
        let all = [sides.top, sides.bottom, sides.left, sides.right]
        guard all.allSatisfy({ (0..<(1 << 24)).contains($0) }) else {
            return refusal(Settings.kind, expected: "sides of at least 0", got: "\(all)", [x])
        }
        return x.padded(
            low: [0, sides.top, sides.left, 0], high: [0, sides.bottom, sides.right, 0])
    }
}

extension LayerSpec {
    /// Rows and columns repeated; see ``UpSampling2D``.
    public static func upSampling2D(_ scale: Pair = 2) -> LayerSpec {
        .layer(AnyLayerSettings(UpSampling2D.Settings(scale)))
    }
}

extension LayerSpec {
    /// Zeros round images; see ``ZeroPadding2D``.
    public static func zeroPadding2D(_ padding: Padding2D = 1) -> LayerSpec {
        .layer(AnyLayerSettings(ZeroPadding2D.Settings(padding)))
    }
}
