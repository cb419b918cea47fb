import KalsaeFiles

/// Something that happened to a run at a step: an epoch's end, a rate that somebody changed.
public struct RunEvent: Equatable, Sendable {
    /// The step at whose boundary it happened.
    public var step: Int
    /// Milliseconds since 1970.
    public var time: Int
    /// Who did it: a user's name, or `kalsae`.
    public var author: String
    /// What it was, in one word.
    public var kind: String
    /// Its details.
    public var data: JSONValue

    /// An event of now.
    public init(
        _ kind: String, step: Int, author: String = "kalsae", data: JSONValue = .object([]),
        time: Int = Timestamp.now
    ) {
        (self.kind, self.step, self.author, self.data, self.time) = (kind, step, author, data, time)
    }
}
