import NIOCore
import NIOHTTP1
import Synchronization

/// The reader of a live stream; one that falls behind loses its connection, and holds up nobody.
final class StreamSink: Sendable {
    private struct Backlog {
        var bytes = 0
        /// Since when something waits.
        var since: ContinuousClock.Instant?
        var isOver = false
    }

    private let channel: any Channel
    private let limits: ServerLimits
    private let backlog = Mutex(Backlog())

    init(_ channel: any Channel, _ limits: ServerLimits) {
        (self.channel, self.limits) = (channel, limits)
    }

    /// Whether the stream has ended.
    var isOver: Bool { backlog.withLock { $0.isOver } }

    /// Marks the stream as ended.
    func end() { backlog.withLock { $0.isOver = true } }

    /// Sends bytes, which all readers of an event share.
    func send(_ bytes: ByteBuffer) {
        let count = bytes.readableBytes
        let isBehind = backlog.withLock { backlog -> Bool? in
            guard !backlog.isOver else { return nil }
            let now = ContinuousClock.now
            if let since = backlog.since, now - since > .seconds(limits.streamSeconds) {
                backlog.isOver = true
            } else if backlog.bytes > 0, backlog.bytes + count > limits.streamBytes {
                backlog.isOver = true
            } else {
                backlog.bytes += count
                if backlog.since == nil { backlog.since = now }
            }
            return backlog.isOver
        }
        guard let isBehind else { return }
        if isBehind { return channel.close(promise: nil) }
        let part = HTTPServerResponsePart.body(.byteBuffer(bytes))
        channel.writeAndFlush(part).whenComplete { [self] _ in
            backlog.withLock { backlog in
                backlog.bytes -= count
                backlog.since = backlog.bytes > 0 ? ContinuousClock.now : nil
            }
        }
    }

    /// Sends a comment from time to time, by which both sides notice that the other is gone.
    func beat() {
        let task = channel.eventLoop.scheduleRepeatedTask(
            initialDelay: .zero, delay: .seconds(Int64(limits.heartbeatSeconds))
        ) { [weak self] task in
            guard let self, !isOver else { return task.cancel() }
            send(ByteBuffer(string: ":\n\n"))
        }
        channel.closeFuture.whenComplete { _ in task.cancel() }
    }
}
