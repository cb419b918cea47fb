import KalsaeSupport

/// Chooses where a study tries next.
///
/// A proposal is a function of the request alone: its seed, number, attempt, space and history.
/// What a sampler keeps between calls only saves time, so that studies that are taken up again, or
/// shared by processes, go the same way. `checkSampler` of KalsaeTesting tries a sampler in all that
/// every one must do.
public protocol Sampler: Sendable {
    /// What it is called, as `tpe`.
    var name: String { get }

    /// A point in [0, 1]^d for the next trial, a coordinate for each parameter of the space in its
    /// order; of parameters that are not there at that point, the coordinate does not count.
    mutating func propose(for request: SamplerRequest) throws(KalsaeError) -> [Double]

    /// Whether it has but so many proposals, as a grid.
    var hasEnd: Bool { get }

    /// Whether it has nothing left to propose, which ends a study.
    func isExhausted(_ history: TrialHistory, in space: SearchSpace) -> Bool
}

extension Sampler {
    /// False.
    public var hasEnd: Bool { false }

    /// Never.
    public func isExhausted(_ history: TrialHistory, in space: SearchSpace) -> Bool { false }
}

/// What a proposal is asked for.
public struct SamplerRequest: Sendable {
    /// The number of the trial.
    public let number: Int
    /// Counts proposals for this trial that broke a constraint, from 0.
    public let attempt: Int
    /// The seed of the study.
    public let seed: UInt64
    /// The space as it is now.
    public let space: SearchSpace
    /// What was tried before.
    public let history: TrialHistory

    /// A request.
    public init(
        number: Int, attempt: Int = 0, seed: UInt64, space: SearchSpace, history: TrialHistory
    ) {
        (self.number, self.attempt, self.seed) = (number, attempt, seed)
        (self.space, self.history) = (space, history)
    }

    /// Random numbers of this trial and attempt, another sequence for each stream.
    public func random(stream: UInt64) -> Philox {
        Philox(
            seed: seed, stream: stream &+ UInt64(truncatingIfNeeded: attempt) &* 0x9e37_79b9,
            step: UInt64(truncatingIfNeeded: number))
    }

    /// A random point, each coordinate by a sequence of its parameter's name.
    public func randomPoint() -> [Double] {
        var point = [Double]()
        point.reserveCapacity(space.parameters.count)
        for parameter in space.parameters {
            var random = random(stream: parameter.stream)
            point.append(random.nextUniform())
        }
        return point
    }
}
