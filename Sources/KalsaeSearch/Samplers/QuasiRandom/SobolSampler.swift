import KalsaeSupport

/// Fills the space more evenly than chance: each 2^k trials in a row, from a multiple of 2^k on, lie
/// one in each 2^-k of every coordinate.
///
/// Source: Sobol (1967) with the direction numbers of Joe and Kuo (2008), scrambled by the seed.
/// Coordinates beyond `SobolSequence.greatestDimension` are drawn at random.
public struct SobolSampler: Sampler {
    /// "sobol".
    public let name = "sobol"
    private var sequence = SobolSequence(dimension: 0)
    private var seed: UInt64?

    /// A scrambled Sobol sequence.
    public init() {}

    /// The point of the trial's number.
    public mutating func propose(for request: SamplerRequest) -> [Double] {
        let dimension = request.space.parameters.count
        let covered = min(dimension, SobolSequence.greatestDimension)
        if seed != request.seed || sequence.dimension != covered {
            sequence = SobolSequence(dimension: covered).scrambled(seed: request.seed)
            seed = request.seed
        }
        // What breaks a constraint is replaced by a point far behind.
        let index = UInt32(truncatingIfNeeded: request.number &+ request.attempt << 24)
        let point = sequence.point(index)
        guard covered < dimension else { return point }
        Notice.sayOnce(
            "sobol \(dimension)",
            "sobol covers \(covered) parameters; the other \(dimension - covered) are random")
        return point + request.randomPoint()[covered...]
    }
}
