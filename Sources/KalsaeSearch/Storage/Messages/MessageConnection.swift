import KalsaeDistributed
import KalsaeSupport
import Synchronization

/// The way of a worker to the owner of a study, for any number of its threads.
final class MessageConnection: Sendable {
    private struct State {
        /// Tags of answers that nobody waits for, and the first that nobody has had.
        var free: [Int] = []
        var next = MessageTag.answers.lowerBound
        var offset = ClockOffset()
    }

    let group: any ProcessGroup
    private let state = Mutex(State())

    init(_ group: any ProcessGroup) { self.group = group }

    /// Milliseconds that the owner's clock is ahead.
    var offset: Int { state.withLock { $0.offset.milliseconds } }

    /// Sends a request and waits for its answer; throws what the owner's storage threw.
    func answer(
        to request: MessageWriter, doing work: @autoclosure () -> String
    ) throws(KalsaeError) -> MessageReader {
        let tag = try freeTag()
        var tagged = MessageWriter()
        tagged.put(tag)
        let sent = try group.sendCopy(
            of: tagged.bytes + request.bytes, to: 0, tag: MessageTag.request)
        let first = try group.receiveBytes(
            MessageFrame.firstPart, from: 0, tag: tag, doing: work())
        var head = MessageReader(first)
        let length = try head.integer()
        guard length >= 0 else { throw MessageReader.wrong("a length", "\(length)") }
        var bytes = Array(first.dropFirst(MessageFrame.length).prefix(length))
        if length > MessageFrame.capacity {
            bytes += try group.receiveBytes(
                length - MessageFrame.capacity, from: 0, tag: tag, doing: work())
        }
        // Who has answered has received.
        try group.wait(sent.message, doing: work())
        sent.memory.deallocate()
        var reader = MessageReader(bytes)
        let clock = try reader.integer()
        state.withLock { state in
            state.free.append(tag)
            state.offset.adjust(to: clock)
        }
        if try reader.flag() { return reader }
        throw try reader.error()
    }

    private func freeTag() throws(KalsaeError) -> Int {
        let tag = state.withLock { state in
            if let tag = state.free.popLast() { return tag }
            defer { state.next += 1 }
            return state.next
        }
        guard MessageTag.answers.contains(tag) else {
            throw KalsaeError(
                group.name(of: group.rank),
                expected: "at most \(MessageTag.answers.count) threads that ask at once",
                got: "more")
        }
        return tag
    }
}
