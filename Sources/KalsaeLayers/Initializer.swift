import Glibc
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor
import Synchronization

/// How the numbers of a parameter are drawn before training.
///
/// `fanIn` and `fanOut` are the numbers of inputs and outputs of one unit: the last two axes, times
/// the window for convolutions.
public enum Initializer: String, CaseIterable, Codable, Hashable, Sendable {
    /// 0 everywhere.
    case zeros
    /// 1 everywhere.
    case ones
    /// Uniform in ±√(6 / (fanIn + fanOut)) (Glorot and Bengio, 2010); Keras's default.
    case glorotUniform
    /// Normal, deviation √(2 / (fanIn + fanOut)).
    case glorotNormal
    /// Uniform in ±√(6 / fanIn) (He et al., 2015).
    case heUniform
    /// Normal, deviation √(2 / fanIn).
    case heNormal
    /// Normal, deviation √(1 / fanIn).
    case lecunNormal
    /// Uniform in ±1/√fanIn; PyTorch's default for weights.
    case torchUniform

    /// A parameter of a shape, drawn with the next key of the ``RandomScope`` in force.
    public func parameter(_ shape: Shape) -> Tensor {
        tensor(shape, key: RandomScope.current.nextKey()).asParameter()
    }

    /// The numbers for a key.
    public func tensor(_ shape: Shape, key: RandomKey) -> Tensor {
        let (fanIn, fanOut) = Initializer.fans(shape)
        switch self {
        case .zeros: return .zeros(shape)
        case .ones: return .ones(shape)
        case .glorotUniform: return Self.uniform(shape, sqrt(6 / (fanIn + fanOut)), key)
        case .glorotNormal: return Self.normal(shape, sqrt(2 / (fanIn + fanOut)), key)
        case .heUniform: return Self.uniform(shape, sqrt(6 / fanIn), key)
        case .heNormal: return Self.normal(shape, sqrt(2 / fanIn), key)
        case .lecunNormal: return Self.normal(shape, sqrt(1 / fanIn), key)
        case .torchUniform: return Self.uniform(shape, 1 / sqrt(fanIn), key)
        }
    }

    private static func uniform(_ shape: Shape, _ limit: Double, _ key: RandomKey) -> Tensor {
        .uniform(shape, low: -limit, high: limit, key: key)
    }

    private static func normal(_ shape: Shape, _ deviation: Double, _ key: RandomKey) -> Tensor {
        .normal(shape, deviation: deviation, key: key)
    }

    private static func fans(_ shape: Shape) -> (Double, Double) {
        guard shape.rank >= 2 else {
            let size = Double(max(shape.first ?? 1, 1))
            return (size, size)
        }
        let window = shape.sizes.dropLast(2).reduce(1, &*)
        let inputs = window &* shape[shape.rank - 2]
        let outputs = window &* shape[shape.rank - 1]
        return (Double(max(inputs, 1)), Double(max(outputs, 1)))
    }
}

/// Where layers take the random numbers of their first weights from.
///
/// Each parameter gets a stream of its own, in the order in which layers are made. Outside of any
/// scope the seed is 0 and the process counts on, so that a program repeats itself from run to run
/// and two models in it differ.
public final class RandomScope: Sendable {
    private let seed: Int
    private let streams = Mutex(0)

    @TaskLocal private static var scoped: RandomScope?
    private static let process = RandomScope(seed: 0)

    private init(seed: Int) { self.seed = seed }

    static var current: RandomScope { scoped ?? process }

    /// Runs `body`, whose layers start from this seed: `withSeed(7) { Classifier() }`.
    fileprivate static func run<Result>(
        _ seed: Int, _ body: () throws -> Result
    ) rethrows -> Result {
        try $scoped.withValue(RandomScope(seed: seed)) { try body() }
    }

    func nextKey() -> RandomKey {
        let stream = streams.withLock { streams in
            streams += 1
            return streams
        }
        // Step -1 keeps these numbers apart from those that training draws.
        return RandomKey(seed: seed, stream: stream, step: -1)
    }
}

/// Runs `body`, whose layers draw their first weights from this seed.
public func withSeed<Result>(_ seed: Int, _ body: () throws -> Result) rethrows -> Result {
    try RandomScope.run(seed, body)
}
