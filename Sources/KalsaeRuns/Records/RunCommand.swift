import KalsaeFiles

/// What somebody asks a running training to do.
public struct RunCommand: Equatable, Sendable, Identifiable {
    /// What became of it.
    public enum State: String, CaseIterable, Sendable {
        /// The training has not seen it yet.
        case pending
        /// It was done.
        case applied
        /// It could not be done; the answer says why.
        case refused
    }

    /// Its number in the store: a later command has a greater one.
    public let id: Int
    /// Milliseconds since 1970.
    public var time: Int
    /// Who asks.
    public var author: String
    /// What is to be done, in one word.
    public var verb: String
    /// With what.
    public var data: JSONValue
    /// What became of it.
    public var state: State
    /// The step at whose boundary it was applied.
    public var appliedStep: Int?
    /// What the training says to it.
    public var answer: String
}
