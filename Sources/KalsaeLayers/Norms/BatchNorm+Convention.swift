import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

extension BatchNorm {
    /// How running statistics are kept: libraries differ.
    public struct Convention: LayerSettings {
        /// `batchNorm`.
        public static let kind = "batchNorm"
        /// The weight of a batch's statistics in the running ones, in `0 ... 1`.
        public var momentum = 0.1
        /// Added to the variance.
        public var epsilon = 1e-5
        /// Whether the running variance is of unbiased ones.
        public var isUnbiased = true

        /// PyTorch's convention.
        public init() {}

        /// Makes a convention; `momentum` is the weight of the new statistics.
        public init(momentum: Double, epsilon: Double, isUnbiased: Bool) {
            self.momentum = momentum
            self.epsilon = epsilon
            self.isUnbiased = isUnbiased
        }

        /// PyTorch: momentum .1 is the weight of the new, epsilon 1e-5, unbiased.
        public static let torch = Convention()
        /// Keras: momentum .99 is the weight of the old, epsilon 1e-3, biased.
        public static let keras = Convention(momentum: 1 - 0.99, epsilon: 1e-3, isUnbiased: false)

        /// Visits the settings.
        public mutating func visit(_ fields: inout SettingFields) throws {
            try fields("momentum", &momentum)
            try fields("epsilon", &epsilon)
            try fields("unbiased", &isUnbiased)
        }

        /// The layer for `[…, channels]`.
        public func layer(input: Shape) throws -> any Layer {
            let channels = try lastAxis(input, Self.kind)
            guard (0...1).contains(momentum), epsilon >= 0 else {
                throw KalsaeError(
                    Self.kind, expected: "a momentum in 0 ... 1 and an epsilon of at least 0",
                    got: "\(momentum) and \(epsilon)")
            }
            return BatchNorm(channels, convention: self)
        }
    }
}

extension LayerSpec {
    /// Batch norm over the last axis in a convention; see ``BatchNorm``.
    public static func batchNorm(_ convention: BatchNorm.Convention) -> LayerSpec {
        convention == .torch ? .batchNorm : .layer(AnyLayerSettings(convention))
    }
}
