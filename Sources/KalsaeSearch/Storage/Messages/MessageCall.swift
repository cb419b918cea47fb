import KalsaeDistributed
import KalsaeSupport

/// What a worker asks the owner of a study; each is answered by one message.
enum MessageCall: UInt8 {
    /// Of the catalog: names, what belongs to a study, and the storage of one, answered by its number.
    case names, configuration, configure, storage
    /// Of a storage.
    case open, changes, add, update, claim, renew, change
    /// Whether the worker may leave: once all want to.
    case leave
}

/// The tags of messages between workers and the owner.
enum MessageTag {
    /// Of all requests.
    static let request = 20_000
    /// Of answers: one for each thread of a worker that waits at the same time.
    static let answers = (request + 1)..<32_000
}

/// How an answer travels: its first part has a fixed size, so that who waits need not ask for it.
enum MessageFrame {
    /// Bytes of the first part: the length of the whole, and its beginning.
    static let firstPart = 256
    /// Bytes of the length.
    static let length = 8
    /// Bytes of the whole that fit the first part.
    static let capacity = firstPart - length

    /// The parts of an answer.
    static func parts(of answer: [UInt8]) -> [[UInt8]] {
        var first = MessageWriter()
        first.put(answer.count)
        first.bytes += answer.prefix(capacity)
        first.bytes += [UInt8](repeating: 0, count: firstPart - first.bytes.count)
        return answer.count > capacity ? [first.bytes, Array(answer[capacity...])] : [first.bytes]
    }
}

extension ProcessGroup {
    /// Starts to send bytes from memory of their own, which is freed once they are sent.
    func sendCopy(
        of bytes: [UInt8], to rank: Int, tag: Int
    ) throws(KalsaeError) -> SentCopy {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: bytes.count, alignment: 16)
        memory.copyBytes(from: bytes)
        let message = try send(UnsafeRawBufferPointer(memory), to: rank, tag: tag)
        return SentCopy(message: message, memory: memory)
    }

    /// Receives bytes; what has begun and fails keeps its memory, as the message may still come.
    func receiveBytes(
        _ byteCount: Int, from rank: Int, tag: Int, doing work: @autoclosure () -> String
    ) throws(KalsaeError) -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
        try wait(
            receive(into: memory, from: rank, tag: tag), Patience(leavesCores: true), doing: work())
        defer { memory.deallocate() }
        return [UInt8](memory)
    }
}

/// Bytes on their way, and their memory.
struct SentCopy {
    let message: any Message
    let memory: UnsafeMutableRawBufferPointer

    /// Whether they were sent; their memory is free then, and this is not to be asked again.
    func isDone() throws(KalsaeError) -> Bool {
        guard try message.isDone() else { return false }
        memory.deallocate()
        return true
    }
}
