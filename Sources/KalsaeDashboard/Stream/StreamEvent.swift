import KalsaeFiles
import NIOCore

/// What a live stream is about.
struct StreamRequest: Hashable, Sendable {
    /// The ids of runs whose points, events and commands are wanted.
    var runs: [String] = []
    /// The study whose trials are wanted.
    var study: String?
    /// Whether changes of the list of runs are wanted.
    var list = false
    /// The number of the last event that the client saw.
    var lastEvent: String?

    /// The most runs of one stream.
    static let mostRuns = 100
}

/// Something that happened in the store.
struct StreamEvent: Sendable {
    /// Whom it concerns.
    enum Topic: Equatable, Sendable {
        case list(run: String)
        case run(String)
        case study(String)
    }

    var topic: Topic
    /// `run`, `points`, `event`, `command`, `trial` or `removed`.
    var kind: String
    var data: JSONValue

    /// Whether a stream has it.
    func concerns(_ request: StreamRequest) -> Bool {
        switch topic {
        case .list(let run): request.list || request.runs.contains(run)
        case .run(let run): request.runs.contains(run)
        case .study(let name): request.study == name
        }
    }

    /// The event as server-sent events write it.
    func text(id: String) -> String { "id: \(id)\nevent: \(kind)\ndata: \(data.text)\n\n" }
}
