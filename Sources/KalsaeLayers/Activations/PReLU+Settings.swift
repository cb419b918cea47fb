import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

extension PReLU {
    /// The settings of a ReLU with a learned slope.
    public struct Settings: LayerSettings {
        /// `prelu`.
        public static let kind = "prelu"
        /// Whether all channels have one slope.
        public var isShared = false
        /// The first slope.
        public var slope = 0.25

        /// Default settings.
        public init() {}

        /// Makes settings.
        public init(isShared: Bool, slope: Double = 0.25) {
            self.isShared = isShared
            self.slope = slope
        }

        /// Visits the settings.
        public mutating func visit(_ fields: inout SettingFields) throws {
            try fields("shared", &isShared)
            try fields("slope", &slope)
        }

        /// The layer for `[…, channels]`.
        public func layer(input: Shape) throws -> any Layer {
            let channels = try lastAxis(input, Self.kind)
            return PReLU(isShared ? 1 : channels, slope: slope)
        }
    }
}

extension LayerSpec {
    /// A ReLU with a learned slope; see ``PReLU``.
    public static func prelu(isShared: Bool = false, slope: Double = 0.25) -> LayerSpec {
        .layer(AnyLayerSettings(PReLU.Settings(isShared: isShared, slope: slope)))
    }
}
