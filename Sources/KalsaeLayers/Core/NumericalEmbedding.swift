import Glibc
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Each column of a table as several numbers, itself and a trained periodic embedding of it: the PBLD embedding
/// of RealMLP (Holzmüller, Grinsztajn and Steinwart, 2024, arXiv 2407.04491).
///
/// Feature x becomes `[x, W cos(2π f x + φ) + b]`, with f, φ, W and b of its own: input
/// `[batch, features]`, output `[batch, features · outputs]`, the numbers of a feature side by
/// side. Initially f is normal with deviation .1, φ uniform in ±π, W and b uniform in
/// ±1/√frequencies. The formula is the paper's; its authors' program leaves the 2π out. Meant for
/// columns scaled to about -3 ... 3.
public struct NumericalEmbedding: Layer {
    /// The frequencies f, `[features, frequencies]`.
    public var frequency: Tensor
    /// The phases φ, `[features, frequencies]`.
    public var phase: Tensor
    /// The weights W, `[features, frequencies, outputs - 1]`.
    public var weight: Tensor
    /// The bias b, `[features, outputs - 1]`.
    public var bias: Tensor
    /// The layer's settings.
    public let settings: Settings
    /// The parameters.
    public static let parts = Parts(\Self.frequency, \.phase, \.weight, \.bias)

    /// The settings of an embedding of numbers.
    public struct Settings: LayerSettings {
        /// `numericalEmbedding`.
        public static let kind = "numericalEmbedding"
        /// Default settings.
        public static let defaults = Self()
        /// The number of cosines for each feature.
        public var frequencies = 16
        /// The numbers that each feature becomes, the feature itself among them: at least 2.
        public var outputs = 4

        /// The layer for `[features]`.
        public func layer(input: Shape) throws -> any Layer {
            guard input.rank == 1 else {
                throw KalsaeError(Self.kind, expected: "input [features]", got: "\(input)")
            }
            return NumericalEmbedding(input[0], self)
        }
    }

    /// Makes a layer with random parameters.
    ///
    /// - Parameters:
    ///   - features: the number of columns.
    ///   - frequencies: the number of cosines for each feature.
    ///   - outputs: the numbers that each feature becomes, itself among them: at least 2.
    public init(_ features: Int, frequencies: Int = 16, outputs: Int = 4) {
        self.init(features, Settings(frequencies: frequencies, outputs: outputs))
    }

    /// Makes a layer from its settings.
    public init(_ features: Int, _ settings: Settings) {
        self.settings = settings
        guard settings.outputs >= 2 else {
            let refused = refusal(
                Settings.kind, expected: "outputs of at least 2", got: "\(settings.outputs)")
            (frequency, phase, weight, bias) = (refused, refused, refused, refused)
            return
        }
        let (waves, mixed) = (settings.frequencies, settings.outputs - 1)
        let limit = 1 / Double(max(waves, 1)).squareRoot()
        let mixing = Initializer.uniform(low: -limit, high: limit)
        let kind = Settings.kind
        frequency = Initializer.normal(deviation: 0.1).parameter([features, waves], of: kind)
        phase = Initializer.uniform(low: -.pi, high: .pi).parameter([features, waves], of: kind)
        weight = mixing.parameter([features, waves, mixed], of: kind)
        bias = mixing.parameter([features, mixed], of: kind)
    }

    /// The features with their embeddings, `[batch, features · outputs]`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        for tensor in [x, frequency, phase, weight, bias] where tensor.fault != nil {
            return tensor
        }
        let features = bias.shape.first ?? 0
        guard x.rank == 2, x.shape[1] == features else {
            return refusal(
                Settings.kind, expected: "input [batch, \(features)]", got: "\(x.shape)", [weight])
        }
        let column = x.expandingShape(at: 2)
        let waves = (column * (frequency * (2 * Double.pi)) + phase).cos()
        // One product for each feature, [batch, frequencies] by [frequencies, outputs - 1].
        let mixed = waves.swappingAxes(0, 1).matmul(weight).swappingAxes(0, 1) + bias
        return Tensor.concatenate([column, mixed], axis: 2)
            .reshaped(to: [x.shape[0], features * settings.outputs])
    }
}

extension LayerSpec {
    /// Each feature with a trained periodic embedding; see ``NumericalEmbedding``.
    public static func numericalEmbedding(frequencies: Int = 16, outputs: Int = 4) -> LayerSpec {
        LayerSpec(NumericalEmbedding.Settings(frequencies: frequencies, outputs: outputs))
    }
}
