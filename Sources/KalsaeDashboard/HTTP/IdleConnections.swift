import NIOCore
import Synchronization

/// Connections of which nothing is at work: no request has come whole, or none since the last answer.
///
/// They give their place up to new ones where the server is full, the oldest first.
final class IdleConnections: Sendable {
    private struct State {
        var count = 0
        var channels: [ObjectIdentifier: (number: Int, channel: any Channel)] = [:]
    }

    private let state = Mutex(State())

    /// A connection waits for a request from now on.
    func add(_ channel: any Channel) {
        state.withLock { state in
            state.count += 1
            state.channels[ObjectIdentifier(channel)] = (state.count, channel)
        }
    }

    /// A connection has a request, or is closed.
    func remove(_ channel: any Channel) {
        state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    /// Takes out the one that has waited longest; nil where all are at work.
    func takeOldest() -> (any Channel)? {
        state.withLock { state in
            guard let oldest = state.channels.min(by: { $0.value.number < $1.value.number })
            else { return nil }
            state.channels.removeValue(forKey: oldest.key)
            return oldest.value.channel
        }
    }
}
