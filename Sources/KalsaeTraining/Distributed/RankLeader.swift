import KalsaeDistributed
import KalsaeSupport
import KalsaeTensor

/// Tells the other ranks what the training loop on this one, rank 0, does.
///
/// Callbacks, commands, checkpoints and measurements are of rank 0 alone, as in a training of one
/// process; the others take the same steps, each on its own part of every batch.
final class RankLeader: Sendable {
    let group: any ProcessGroup
    private nonisolated(unsafe) var last = ContinuousClock.now
    private nonisolated(unsafe) var step = 0

    /// That of the training loop that runs now, for ``keepAlive()``.
    @TaskLocal static var current: RankLeader?

    /// Seconds without a command after which the others are told that there will be one.
    private static let silence = Duration.seconds(2)

    init(_ group: any ProcessGroup) { self.group = group }

    func send(_ command: RankCommand) throws {
        try command.broadcast(in: group, doing: work)
        last = .now
    }

    /// Takes a step with the others.
    func step(_ number: Int, at position: BatchPosition, rate: Double) throws {
        step = number
        try send(.step(position, rate: rate))
    }

    /// Gives the others a state.
    func send(_ state: [Tensor], count: Int) throws {
        step = count
        try Tensor.evaluate(state)
        try send(.restore(count: count))
        for tensor in state {
            try tensor.evaluatedBuffer().withHostBytes { bytes throws(KalsaeError) in
                // Of the root's memory a broadcast only reads.
                try group.broadcast(
                    UnsafeMutableRawBufferPointer(
                        mutating: UnsafeRawBufferPointer(rebasing: bytes[..<tensor.byteCount])),
                    doing: work)
            }
        }
    }

    /// Tells the others, now and then, that they are still to wait; to be called where something
    /// takes long.
    static func keepAlive() throws {
        guard let current, current.last.duration(to: .now) > silence else { return }
        try current.send(.wait)
    }

    private var work: String { "the command behind step \(step)" }
}
