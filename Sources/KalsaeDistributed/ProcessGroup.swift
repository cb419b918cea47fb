import KalsaeSupport

/// The processes that were launched together, and the messages of bytes between them.
///
/// No call blocks: a message is started, and `isDone()` asks for it. Ranks count from 0. Tags below
/// `firstReservedTag` are the callers'; messages of one tag between two ranks arrive in the order in
/// which they were sent. All members may be called from any thread.
public protocol ProcessGroup: AnyObject, Sendable {
    /// The number of this process, from 0.
    var rank: Int { get }
    /// How many processes there are.
    var size: Int { get }
    /// The host name of each rank.
    var hosts: [String] { get }
    /// The number of this process among those of its host.
    var localRank: Int { get }
    /// How many of the processes run on this host.
    var localSize: Int { get }

    /// Starts to send bytes, which must stay as they are until the message is done.
    func send(
        _ bytes: UnsafeRawBufferPointer, to rank: Int, tag: Int
    ) throws(KalsaeError) -> any Message

    /// Starts to receive exactly as many bytes as `bytes` has room for; the memory belongs to the
    /// message until it is done.
    func receive(
        into bytes: UnsafeMutableRawBufferPointer, from rank: Int, tag: Int
    ) throws(KalsaeError) -> any Message

    /// Who sent the next message of a tag that nobody receives yet, and how long it is (of one
    /// above 256 MiB, its first part); nil where none has come.
    ///
    /// - Parameter rank: the only sender asked for; nil means any.
    func probe(
        from rank: Int?, tag: Int
    ) throws(KalsaeError) -> (rank: Int, byteCount: Int)?

    /// Ends the processes of all ranks, this one too, with an exit code.
    func abort(_ code: Int32)

    /// Waits for all ranks to come here, and leaves the group; nothing may be sent from then on.
    func finish() throws(KalsaeError)
}

/// A message on its way, to one rank or from one.
public protocol Message: AnyObject, Sendable {
    /// The rank at its other end.
    var peer: Int { get }
    /// How many bytes it has.
    var byteCount: Int { get }
    /// Whether its memory belongs to the caller again, sent or filled; moves it on where it is not.
    func isDone() throws(KalsaeError) -> Bool
}

extension ProcessGroup {
    /// The first of the tags that this module uses itself; callers' tags are below it.
    public static var firstReservedTag: Int { 32_000 }

    /// A rank and its host, as errors name it: `rank 2 (host b)`.
    public func name(of rank: Int) -> String {
        hosts.indices.contains(rank) ? "rank \(rank) (host \(hosts[rank]))" : "rank \(rank)"
    }
}
