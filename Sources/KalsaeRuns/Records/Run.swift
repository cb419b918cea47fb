import KalsaeFiles

/// How far a run is.
public enum RunState: String, CaseIterable, Sendable {
    /// Its process trains.
    case running
    /// It reached its end.
    case finished
    /// An error ended it.
    case failed
    /// Somebody ended it: Ctrl-C or a command.
    case stopped
    /// Its process died without a word.
    case interrupted
}

/// What a run begins with; all of it is kept as it is given.
public struct RunDescription: Sendable {
    /// The name wanted; a number follows it where another run has it.
    public var name: String
    /// The run and the step that this one branches from.
    public var parent: (id: String, step: Int)?
    /// The arguments of the command.
    public var command: [String] = []
    /// The folder that the command ran in.
    public var workingFolder = ""
    /// The version of Kalsae.
    public var version = ""
    /// The commit of the source, where it is known.
    public var commit = ""
    /// The seed.
    public var seed: UInt64?
    /// What identifies the data that it learned.
    public var dataFingerprint = ""
    /// The whole configuration, so that the run can be repeated.
    public var configuration = JSONValue.null
    /// The path of the model that it writes.
    public var modelPath = ""
    /// Words to find it by.
    public var tags: [String] = []
    /// The process that it lives in.
    public var process = RunProcess.current

    /// A run of a name.
    public init(name: String) { self.name = name }
}

/// A run as a store knows it.
public struct Run: Equatable, Sendable {
    /// Ten letters and digits that are its own for ever, and the name of its folder.
    public let id: String
    /// The number of its row, which other tables refer to.
    let row: Int64
    /// Its name, which no other run of the store has.
    public var name: String
    /// How far it is; a run whose process is gone is interrupted.
    public var state: RunState
    /// Whether it runs and stands still because somebody said so.
    public var isPaused: Bool
    /// When it was created, in milliseconds since 1970.
    public var created: Int
    /// When its training began, or began again.
    public var started: Int?
    /// When it ended.
    public var ended: Int?
    /// The run that it branches from.
    public var parent: String?
    /// The step of the parent that it branches at.
    public var parentStep: Int?
    /// The arguments of the command.
    public var command: [String]
    /// The folder that the command ran in.
    public var workingFolder: String
    /// The process that it lives or lived in.
    public var process: RunProcess
    /// The version of Kalsae.
    public var version: String
    /// The commit of the source; empty where it is not known.
    public var commit: String
    /// The seed.
    public var seed: UInt64?
    /// What identifies its data.
    public var dataFingerprint: String
    /// Its whole configuration.
    public var configuration: JSONValue
    /// The path of its model.
    public var modelPath: String
    /// What somebody wrote about it.
    public var note: String
    /// Words to find it by, in order.
    public var tags: [String]

    /// How far it is, in a word: its state, or `paused`.
    public var stateWord: String { isPaused ? "paused" : state.rawValue }

    /// Milliseconds between its start and its end, or `now` while it runs; nil where they are not
    /// known.
    public func duration(now: Int = Timestamp.now) -> Int? {
        guard let started else { return nil }
        if let ended { return max(ended - started, 0) }
        return state == .running ? max(now - started, 0) : nil
    }
}
