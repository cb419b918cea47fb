import Synchronization

/// Whether the other side of a connection is still there, for those who work for it elsewhere.
final class Presence: Sendable {
    private let gone = Atomic(false)

    /// Whether the connection was closed.
    var isGone: Bool { gone.load(ordering: .relaxed) }

    /// The connection was closed.
    func leave() { gone.store(true, ordering: .relaxed) }
}
