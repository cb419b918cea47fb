import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

extension BatchNorm {
    /// The settings of batch norm: libraries differ in how running statistics are made.
    public struct Settings: LayerSettings {
        /// `batchNorm`.
        public static let kind = "batchNorm"
        /// PyTorch's.
        public static let defaults = torch
        /// The weight of a batch's statistics in the running ones, in `0 ... 1`.
        public var momentum: Double
        /// Added to the variance.
        public var epsilon: Double
        /// Whether the running variance is of unbiased ones.
        public var isUnbiased: Bool

        /// Makes settings; `momentum` is the weight of the new statistics.
        public init(momentum: Double = 0.1, epsilon: Double = 1e-5, isUnbiased: Bool = true) {
            self.momentum = momentum
            self.epsilon = epsilon
            self.isUnbiased = isUnbiased
        }

        /// PyTorch: momentum .1 is the weight of the new, epsilon 1e-5, unbiased.
        public static let torch = Settings()
        /// Keras: momentum .99 is the weight of the old, epsilon 1e-3, biased.
        public static let keras = Settings(momentum: 1 - 0.99, epsilon: 1e-3, isUnbiased: false)

        /// The layer for `[…, channels]`.
        public func layer(input: Shape) throws -> any Layer {
            let channels = try lastAxis(input, Self.kind)
            guard (0...1).contains(momentum), epsilon >= 0 else {
                throw KalsaeError(
                    Self.kind, expected: "a momentum in 0 ... 1 and an epsilon of at least 0",
                    got: "\(momentum) and \(epsilon)")
            }
            return BatchNorm(channels, self)
        }
    }
}

extension LayerSpec {
    /// Batch norm over the last axis with PyTorch's settings; see ``BatchNorm``.
    public static var batchNorm: LayerSpec { batchNorm(.torch) }

    /// Batch norm over the last axis with settings such as `.keras`; see ``BatchNorm``.
    public static func batchNorm(_ settings: BatchNorm.Settings) -> LayerSpec {
        LayerSpec(settings)
    }
}
