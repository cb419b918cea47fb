/// What clients may ask of a server at most; who asks for more is refused and loses the connection.
public struct ServerLimits: Sendable {
    /// Connections at a time.
    public var connections = 1024
    /// Live streams at a time.
    public var streams = 400
    /// Bytes of a request's line and headers together.
    public var headerBytes = 32 * 1024
    /// Bytes of a request's body, unless it is an upload.
    public var bodyBytes = 1024 * 1024
    /// Bytes of an upload.
    public var uploadBytes = 256 * 1024 * 1024
    /// Bytes of answers that wait for their readers, over all connections.
    public var pendingBytes = 48 * 1024 * 1024
    /// Bytes of a live stream that wait for its reader.
    public var streamBytes = 4 * 1024 * 1024
    /// Requests that read the store, at work or waiting for their turn.
    public var reads = 128
    /// Requests that change the store.
    public var changes = 64
    /// Requests that other programs or models answer.
    public var programs = 32
    /// Requests of lessons.
    public var lessons = 8

    /// Seconds from the start of a connection, or from the last answer, to the end of the next
    /// request's headers.
    public var headerSeconds = 15
    /// Seconds that a body may take, and as many again for each `bodyRate` bytes of it.
    public var bodySeconds = 15
    /// The least bytes of a body in `bodySeconds`.
    public var bodyRate = 256 * 1024
    /// Seconds in which an answer must have been taken.
    public var answerSeconds = 60
    /// Seconds for which a live stream may be behind.
    public var streamSeconds = 5
    /// Seconds between the heartbeats of a live stream.
    public var heartbeatSeconds = 10

    /// The usual limits.
    public init() {}
}
