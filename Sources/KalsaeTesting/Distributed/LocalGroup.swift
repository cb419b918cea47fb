import KalsaeDistributed
import KalsaeSupport
import Synchronization

/// A member of a process group whose members are objects of one process, each for a thread of its
/// own.
///
/// It is stricter than MPI: a message that is sent is done only when its receiver has it, so that who
/// waits to send before all receive is found by the watchdog.
public final class LocalGroup: ProcessGroup {
    /// The number of this member.
    public let rank: Int
    /// The host name of each rank.
    public let hosts: [String]
    private let mail: LocalMail

    /// All members of a new group.
    ///
    /// - Parameter hosts: the host of each; by default all are on one.
    public static func members(_ size: Int, hosts: [String]? = nil) -> [LocalGroup] {
        let mail = LocalMail()
        let hosts = hosts ?? [String](repeating: "local", count: size)
        return (0..<size).map { LocalGroup(rank: $0, hosts: hosts, mail: mail) }
    }

    private init(rank: Int, hosts: [String], mail: LocalMail) {
        (self.rank, self.hosts, self.mail) = (rank, hosts, mail)
    }

    /// How many members there are.
    public var size: Int { hosts.count }
    /// The number of this member on its host.
    public var localRank: Int { hosts[..<rank].count { $0 == hosts[rank] } }
    /// How many of the members are on this host.
    public var localSize: Int { hosts.count { $0 == hosts[rank] } }

    /// The code that a member ended the group with; nil while none has.
    public var abortCode: Int32? { mail.boxes.withLock { $0.abortCode } }

    /// How many messages were sent, and their bytes, by all members.
    public var sent: (messages: Int, bytes: Int) { mail.boxes.withLock { $0.sent } }

    /// Starts to send bytes.
    public func send(
        _ bytes: UnsafeRawBufferPointer, to rank: Int, tag: Int
    ) throws(KalsaeError) -> any Message {
        try check(rank)
        let line = LocalMail.Line(from: self.rank, to: rank, tag: tag)
        let number = mail.boxes.withLock { $0.post([UInt8](bytes), on: line) }
        return LocalMessage(
            mail, line, number: number, peer: rank, byteCount: bytes.count, memory: nil)
    }

    /// Starts to receive bytes.
    public func receive(
        into bytes: UnsafeMutableRawBufferPointer, from rank: Int, tag: Int
    ) throws(KalsaeError) -> any Message {
        try check(rank)
        let line = LocalMail.Line(from: rank, to: self.rank, tag: tag)
        let number = mail.boxes.withLock { $0.askForNext(on: line) }
        return LocalMessage(
            mail, line, number: number, peer: rank, byteCount: bytes.count, memory: bytes)
    }

    /// Looks for a message that nobody receives yet.
    public func probe(
        from rank: Int?, tag: Int
    ) throws(KalsaeError) -> (rank: Int, byteCount: Int)? {
        try check(rank ?? 0)
        let senders = rank.map { [$0] } ?? Array(0..<size)
        return mail.boxes.withLock { boxes in
            for sender in senders {
                let line = LocalMail.Line(from: sender, to: self.rank, tag: tag)
                if let bytes = boxes.next(on: line) { return (sender, bytes.count) }
            }
            return nil
        }
    }

    /// Makes all messages of all members throw.
    public func abort(_ code: Int32) { mail.boxes.withLock { $0.abortCode = $0.abortCode ?? code } }

    /// Waits for all and ends.
    public func finish() throws(KalsaeError) { try barrier(doing: "the end") }

    private func check(_ other: Int) throws(KalsaeError) {
        guard hosts.indices.contains(other) else {
            throw KalsaeError(
                "group", expected: "a rank below \(size)", got: "\(other)")
        }
    }
}

/// What is on its way between the members.
final class LocalMail: Sendable {
    /// The way of messages that keep their order.
    struct Line: Hashable {
        let from, to, tag: Int
    }

    struct Boxes {
        /// Messages that nobody has taken, by their number on the line; how many were sent and
        /// asked for.
        private var waiting: [Line: [Int: [UInt8]]] = [:]
        private var sentCount: [Line: Int] = [:]
        private var askedCount: [Line: Int] = [:]
        var sent = (messages: 0, bytes: 0)
        var abortCode: Int32?

        mutating func post(_ bytes: [UInt8], on line: Line) -> Int {
            let number = sentCount[line, default: 0]
            sentCount[line] = number + 1
            waiting[line, default: [:]][number] = bytes
            sent = (sent.messages + 1, sent.bytes + bytes.count)
            return number
        }

        mutating func askForNext(on line: Line) -> Int {
            let number = askedCount[line, default: 0]
            askedCount[line] = number + 1
            return number
        }

        func next(on line: Line) -> [UInt8]? { waiting[line]?[askedCount[line, default: 0]] }

        mutating func take(_ number: Int, on line: Line) -> [UInt8]? {
            waiting[line]?.removeValue(forKey: number)
        }

        func isTaken(_ number: Int, on line: Line) -> Bool { waiting[line]?[number] == nil }
    }

    let boxes = Mutex(Boxes())
}

/// A message between two members.
private final class LocalMessage: Message {
    let peer: Int
    let byteCount: Int
    private let (mail, line, number): (LocalMail, LocalMail.Line, Int)
    /// Where a receiver wants it; nil for a sender.
    private nonisolated(unsafe) let memory: UnsafeMutableRawBufferPointer?
    private let hasArrived = Mutex(false)

    init(
        _ mail: LocalMail, _ line: LocalMail.Line, number: Int, peer: Int, byteCount: Int,
        memory: UnsafeMutableRawBufferPointer?
    ) {
        (self.mail, self.line, self.number) = (mail, line, number)
        (self.peer, self.byteCount, self.memory) = (peer, byteCount, memory)
    }

    func isDone() throws(KalsaeError) -> Bool {
        if let code = mail.boxes.withLock({ $0.abortCode }) {
            throw KalsaeError("group", expected: "a message", got: "its end with code \(code)")
        }
        guard let memory else {
            return mail.boxes.withLock { $0.isTaken(number, on: line) }
        }
        return try hasArrived.withLock { hasArrived throws(KalsaeError) in
            if hasArrived { return true }
            guard let bytes = mail.boxes.withLock({ $0.take(number, on: line) }) else {
                return false
            }
            hasArrived = true
            guard bytes.count == memory.count else {
                throw KalsaeError(
                    "group", expected: "\(memory.count) bytes from rank \(peer)",
                    got: "\(bytes.count)")
            }
            memory.copyBytes(from: bytes)
            return true
        }
    }
}
