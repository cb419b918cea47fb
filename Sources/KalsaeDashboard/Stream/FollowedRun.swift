import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

/// How much of a run the readers of its stream have.
struct FollowedRun {
    /// The most points of a metric in one event.
    private static let mostPoints = 5000

    private let id: String
    private let row: Int64
    private let created: Int
    private var counts: [Int64: Int] = [:]
    private var lastEvent = 0
    /// The commands that may still change.
    private var open: [Int: RunCommand] = [:]
    private var lastCommand = 0
    /// The number of the stream's last event when this began.
    let begin: Int

    /// Follows a run from now on.
    init(_ id: String, _ store: Store, from number: Int) throws {
        begin = number
        guard let run = try store.overview(of: id) else {
            throw HTTPFault(404, "run: expected one of the store, got \(id)")
        }
        (self.id, row, created) = (id, run.row, run.created)
        for metric in try store.metricStates(of: [row]) { counts[metric.row] = metric.count }
        lastEvent = try store.lastEvent(of: row)
        for command in try store.commands(of: row, after: 0) {
            lastCommand = command.id
            if command.state == .pending { open[command.id] = command }
        }
    }

    /// Whether more points are there than the last look took.
    private(set) var isBehind = false

    /// Adds what is new.
    mutating func changes(in store: Store, into events: inout [StreamEvent]) throws {
        func add(_ kind: String, _ data: JSONValue) {
            events.append(StreamEvent(topic: .run(id), kind: kind, data: data))
        }
        isBehind = false
        for metric in try store.metricStates(of: [row]) {
            let known = counts[metric.row] ?? 0
            guard metric.count > known else { continue }
            let points = try store.recorded(
                metric.row, from: known, limit: min(metric.count - known, Self.mostPoints))
            counts[metric.row] = known + points.count
            if known + points.count < metric.count { isBehind = true }
            add("points", RunJSON.points(points, of: id, metric.name, created, from: known))
        }
        for (number, event) in try store.events(of: row, after: lastEvent) {
            lastEvent = number
            add("event", RunJSON.event(event, number, of: id))
        }
        let from = min(open.keys.min().map { $0 - 1 } ?? lastCommand, lastCommand)
        for command in try store.commands(of: row, after: from) {
            guard command.id > lastCommand || open[command.id].map({ $0 != command }) ?? false
            else {
                continue
            }
            lastCommand = max(lastCommand, command.id)
            open[command.id] = command.state == .pending ? command : nil
            add("command", RunJSON.command(command, of: id))
        }
    }
}
