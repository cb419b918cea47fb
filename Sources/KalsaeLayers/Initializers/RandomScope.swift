import KalsaeGraph
import KalsaeTensor
import Synchronization

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

    /// Whether no numbers are drawn at all, because others will take their place.
    @TaskLocal static var isBlank = false

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

/// Runs `body`, whose layers have parameters of 0, which those of a file are to replace.
package func withBlankParameters<Result>(_ body: () throws -> Result) rethrows -> Result {
    try RandomScope.$isBlank.withValue(true) { try body() }
}

/// Runs `body`, whose layers draw their first weights from this seed.
public func withSeed<Result>(_ seed: Int, _ body: () throws -> Result) rethrows -> Result {
    try RandomScope.run(seed, body)
}
