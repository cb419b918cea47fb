import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Numbers less a mean, by a deviation: `y_c = (x_c - mean_c) / deviation_c`, with a pair for each
/// feature, or channel, of the last axis.
///
/// Any shape from `[batch, features]` on. The pairs are no parameters: ``setStatistics(mean:deviation:)``
/// takes them from training data; before, the output is the input.
public struct Standardization: Layer {
    /// What becomes 0, `[features]`.
    public var mean: Tensor
    /// One over what becomes 1, `[features]`.
    public var inverseDeviation: Tensor
    /// Nothing is trained.
    public static let parts = Parts<Self>().state(\.mean, \.inverseDeviation)

    /// The layer has no settings: its numbers are state.
    public struct Settings: LayerSettings {
        /// `standardize`.
        public static let kind = "standardize"
        /// Default settings.
        public static let defaults = Self()

        /// The layer for `[…, features]`.
        public func layer(input: Shape) throws -> any Layer {
            guard let features = input.sizes.last else {
                throw KalsaeError(
                    Self.kind, expected: "input with an axis of features", got: "\(input)")
            }
            return Standardization(features: features)
        }
    }

    /// Makes a layer that changes nothing yet.
    public init(features: Int) {
        mean = .zeros([features])
        inverseDeviation = .ones([features])
    }

    /// Takes means and deviations, one for each feature; a deviation of 0 counts as 1.
    ///
    /// - Throws: a `KalsaeError` for another count, and for numbers that are not finite.
    public mutating func setStatistics(mean: [Double], deviation: [Double]) throws(KalsaeError) {
        let count = self.mean.count
        guard mean.count == count, deviation.count == count,
            (mean + deviation).allSatisfy(\.isFinite), deviation.allSatisfy({ $0 >= 0 })
        else {
            throw KalsaeError(
                Settings.kind, expected: "\(count) finite means and deviations of at least 0",
                got: "\(mean.count) and \(deviation.count)")
        }
        self.mean = Tensor(mean.map { Float($0) })
        inverseDeviation = Tensor(deviation.map { $0 > 0 ? Float(1 / $0) : 1 })
    }

    /// The numbers, standardized.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if x.fault != nil { return x }
        guard x.rank >= 2, x.shape.last == mean.count else {
            return refusal(
                Settings.kind, expected: "input […, \(mean.count)]", got: "\(x.shape)", [mean])
        }
        return (x - mean) * inverseDeviation
    }
}

extension LayerSpec {
    /// Numbers less a mean, by a deviation; see ``Standardization``.
    public static var standardize: LayerSpec { LayerSpec(Standardization.Settings()) }
}
