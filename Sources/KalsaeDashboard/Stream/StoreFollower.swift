import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

/// What a reader knows of a store, and how it finds what is new: little while nothing changed, and
/// of what changed only what somebody looks at.
struct StoreFollower {
    private let store: Store
    private var version: Int?
    private var runs: [String: FollowedRun] = [:]
    private var studies: [String: FollowedStudy] = [:]
    private var list: [Int64: (overview: RunOverview, json: JSONValue)] = [:]
    private var isListKnown = false
    private var nextFull = ContinuousClock.now

    init(_ store: Store) { self.store = store }

    /// Follows these runs and studies, and no others; new ones from the event of a number on.
    mutating func want(runs: Set<String>, studies: Set<String>, from number: Int) throws {
        self.runs = self.runs.filter { runs.contains($0.key) }
        self.studies = self.studies.filter { studies.contains($0.key) }
        for id in runs where self.runs[id] == nil {
            self.runs[id] = try? FollowedRun(id, store, from: number)
        }
        for name in studies where self.studies[name] == nil {
            self.studies[name] = try? FollowedStudy(name, store)
        }
    }

    /// Whether a run was followed when the event of a number happened.
    func follows(_ run: String, since number: Int) -> Bool {
        runs[run].map { $0.begin <= number } ?? false
    }

    /// What is new since the last call.
    mutating func changes() throws -> [StreamEvent] {
        let now = ContinuousClock.now
        let version = try store.dataVersion()
        let isSame = version == self.version && !runs.values.contains { $0.isBehind }
        // A process that dies writes nothing.
        guard !isSame || now >= nextFull else { return [] }
        self.version = version
        var events = try listChanges(isFull: now >= nextFull)
        if now >= nextFull { nextFull = now + .seconds(1) }
        if isSame { return events }
        for (id, known) in runs {
            var run = known
            try run.changes(in: store, into: &events)
            runs[id] = run
        }
        for (name, known) in studies {
            var study = known
            try study.changes(into: &events)
            studies[name] = study
        }
        return events
    }

    /// Rows of the list that changed: of runs that train in each look, of all once a second.
    private mutating func listChanges(isFull: Bool) throws -> [StreamEvent] {
        let overviews = try store.overviews(runningOnly: !isFull)
        let isFirst = !isListKnown
        let touched = overviews.filter { overview in
            overview.state == .running || list[overview.row]?.overview != overview
        }
        let metrics = try Dictionary(
            grouping: isFirst || touched.isEmpty ? [] : store.metricStates(of: touched.map(\.row)),
            by: \.run)
        var events: [StreamEvent] = []
        for overview in touched {
            let json = isFirst ? .null : RunJSON.row(overview, metrics[overview.row] ?? [])
            guard list[overview.row]?.json != json else { continue }
            list[overview.row] = (overview, json)
            if !isFirst {
                events.append(
                    StreamEvent(topic: .list(run: overview.id), kind: "run", data: json))
            }
        }
        guard isFull else { return events }
        isListKnown = true
        if list.count > overviews.count {
            let there = Set(overviews.map(\.row))
            for (row, known) in list where !there.contains(row) {
                list[row] = nil
                events.append(
                    StreamEvent(
                        topic: .list(run: known.overview.id), kind: "removed",
                        data: ["run": .string(known.overview.id)]))
            }
        }
        return events
    }
}
