import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Enlarges images by repeated rows and columns (nearest), or bilinearly.
///
/// `[batch, height, width, channels] → [batch, scale·height, scale·width, channels]`.
public struct UpSampling2D: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// What stands between the pixels of an image that is enlarged.
    public enum Interpolation: String, CaseIterable, Codable, Sendable {
        /// The nearest pixel.
        case nearest
        /// The mean of the four nearest pixels by their closeness, as in Keras, and in PyTorch
        /// without `align_corners`.
        case bilinear
    }

    /// The settings of an enlargement.
    public struct Settings: LayerSettings {
        /// `upSampling2D`.
        public static let kind = "upSampling2D"
        /// Default settings.
        public static let defaults = Self()
        /// How often rows and columns are repeated.
        public var scale: Pair = 2
        /// What stands between the pixels.
        public var interpolation = Interpolation.nearest

        /// The layer for `[height, width, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkImage(input, Self.kind)
            return UpSampling2D(scale, by: interpolation)
        }
    }

    /// Makes the layer.
    public init(_ scale: Pair = 2, by interpolation: Interpolation = .nearest) {
        settings = Settings(scale: scale, interpolation: interpolation)
    }

    /// The larger images.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if let refused = refusedImage(x, Settings.kind) { return refused }
        guard settings.scale.isPositive else {
            return refusal(
                Settings.kind, expected: "a scale of at least 1", got: "\(settings.scale.sizes)",
                [x])
        }
        switch settings.interpolation {
        case .nearest: return x.upsampled(by: settings.scale)
        case .bilinear: return x.interpolated(by: settings.scale)
        }
    }
}

/// Zeros around images: `[batch, height, width, channels] →
/// [batch, top + height + bottom, left + width + right, channels]`.
public struct ZeroPadding2D: Layer {
    /// The layer's settings.
    public let settings: Settings
    /// No parameters.
    public static let parts = Parts<Self>()

    /// The settings of zeros around images.
    public struct Settings: LayerSettings {
        /// `zeroPadding2D`.
        public static let kind = "zeroPadding2D"
        /// Default settings.
        public static let defaults = Self()
        /// Rows and columns on each side.
        public var padding: Padding2D = 1

        /// The layer for `[height, width, in]`.
        public func layer(input: Shape) throws -> any Layer {
            try checkImage(input, Self.kind)
            return ZeroPadding2D(padding)
        }
    }

    /// Makes the layer.
    public init(_ padding: Padding2D = 1) {
        settings = Settings(padding: padding)
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
    /// Images enlarged; see ``UpSampling2D``.
    public static func upSampling2D(
        _ scale: Pair = 2, by interpolation: UpSampling2D.Interpolation = .nearest
    ) -> LayerSpec {
        LayerSpec(UpSampling2D.Settings(scale: scale, interpolation: interpolation))
    }
}

extension LayerSpec {
    /// Zeros around images; see ``ZeroPadding2D``.
    public static func zeroPadding2D(_ padding: Padding2D = 1) -> LayerSpec {
        LayerSpec(ZeroPadding2D.Settings(padding: padding))
    }
}
