import KalsaeGraph

/// The key of random numbers: the same key gives the same numbers, on every backend.
///
/// Numbers are a function of (seed, stream, step) and their position; nothing is remembered.
public struct RandomKey: Sendable {
    /// `int64[3]`: seed, stream, step.
    public let tensor: Tensor

    /// A key from its three parts.
    public init(seed: Int, stream: Int = 0, step: Int = 0) {
        tensor = Tensor([Int64(seed), Int64(stream), Int64(step)])
    }

    /// A key whose parts are in a tensor, as when the step number is an input of a plan.
    public init(_ tensor: Tensor) { self.tensor = tensor }

    /// An independent key: another stream of the same seed and step.
    ///
    /// Streams of streams differ too: the old number is spread over 32 bits before the new is added.
    public func stream(_ number: Int) -> RandomKey {
        RandomKey(tensor * Tensor([1, 0x9e37_79b1, 1]) + Tensor([0, Int64(number) &+ 1, 0]))
    }
}

extension Tensor {
    /// Standard normal random numbers, mean 0 and deviation 1: `Tensor.randn([2, 3], seed: 1)`.
    ///
    /// The same seed gives the same numbers, in every run and on every backend: give each tensor a
    /// seed of its own, or a stream of one key (``normal(_:mean:deviation:key:dtype:)``).
    public static func randn(_ shape: Shape, seed: Int, dtype: DType = .float32) -> Tensor {
        normal(shape, key: RandomKey(seed: seed), dtype: dtype)
    }

    /// Uniform random numbers in `0 ..< 1`: `Tensor.rand([2, 3], seed: 1)`.
    ///
    /// The same seed gives the same numbers; see ``randn(_:seed:dtype:)``.
    public static func rand(_ shape: Shape, seed: Int, dtype: DType = .float32) -> Tensor {
        uniform(shape, key: RandomKey(seed: seed), dtype: dtype)
    }

    /// Uniform random numbers in `low ..< high`.
    public static func uniform(
        _ shape: Shape, low: Double = 0, high: Double = 1, key: RandomKey,
        dtype: DType = .float32
    ) -> Tensor {
        let unit = random(.uniform, shape, key, dtype)
        return low == 0 && high == 1 ? unit : unit * (high - low) + low
    }

    /// Normal random numbers.
    public static func normal(
        _ shape: Shape, mean: Double = 0, deviation: Double = 1, key: RandomKey,
        dtype: DType = .float32
    ) -> Tensor {
        let standard = random(.normal, shape, key, dtype)
        return mean == 0 && deviation == 1 ? standard : standard * deviation + mean
    }

    /// Raw random 32-bit words, as `int32`.
    public static func randomBits(_ shape: Shape, key: RandomKey) -> Tensor {
        random(.bits, shape, key, .int32)
    }

    /// 1 with a probability, else 0.
    public static func bernoulli(
        _ shape: Shape, probability: Double, key: RandomKey, dtype: DType = .float32
    ) -> Tensor {
        (uniform(shape, key: key) .< probability).cast(to: dtype)
    }

    private static func random(
        _ distribution: RandomParameters.Distribution, _ shape: Shape, _ key: RandomKey,
        _ dtype: DType
    ) -> Tensor {
        .apply(
            .random(RandomParameters(distribution, TensorType(dtype, shape))), [key.tensor])
    }
}
