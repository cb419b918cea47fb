import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

extension Router {
    /// The tag whose runs come first.
    private static let pinned = "pinned"

    /// `/api/runs`.
    func runList(_ request: DashboardRequest) throws -> JSONValue {
        guard Store.exists(in: options.folder) else {
            return ["revision": 0, "total": 0, "runs": []]
        }
        let limit = try request.integer("limit", 1...1000) ?? 200
        let offset = try request.integer("offset") ?? 0
        return try stores.read { store in
            var runs = try store.overviews().filter { matches($0, request) }
            try sort(&runs, request, store)
            let first = runs.filter { $0.tags.contains(Self.pinned) }
            runs = first + runs.filter { !$0.tags.contains(Self.pinned) }
            let shown = runs.dropFirst(offset).prefix(limit)
            let metrics = try Dictionary(
                grouping: store.metricStates(
                    of: shown.count == runs.count ? nil : shown.map(\.row)),
                by: \.run)
            return [
                "revision": .integer(try store.dataVersion()), "total": .integer(runs.count),
                "runs": .array(shown.map { RunJSON.row($0, metrics[$0.row] ?? []) }),
            ]
        }
    }

    private func matches(_ run: RunOverview, _ request: DashboardRequest) -> Bool {
        if let state = request.text("state"),
            !state.split(separator: ",").contains(Substring(run.state.rawValue))
        {
            return false
        }
        if let tag = request.text("tag"), !run.tags.contains(tag) { return false }
        if request.text("trials") == "0", run.study != nil { return false }
        if let reads = request.text("reads"), run.modelInputs.map({ "\($0)" }) != reads {
            return false
        }
        guard let search = request.text("search")?.lowercased() else { return true }
        let texts = [run.name, run.id, run.note, run.study ?? ""] + run.tags
        return search.split(separator: " ").allSatisfy { word in
            texts.contains { $0.lowercased().contains(word) }
        }
    }

    /// Puts runs in order; those without what they are sorted by come last.
    private func sort(
        _ runs: inout [RunOverview], _ request: DashboardRequest, _ store: Store
    ) throws {
        let name = request.text("sort") ?? "created"
        let order = request.text("order") ?? (name == "created" ? "desc" : "asc")
        guard order == "asc" || order == "desc" else {
            throw HTTPFault(
                400, "order: expected asc or desc, got \(order.prefix(40).debugDescription)")
        }
        func sort<Key: Comparable>(by key: (RunOverview) -> Key?) {
            let keys = runs.map(key)
            let known = runs.indices.filter { keys[$0] != nil }.sorted { one, other in
                guard let a = keys[one], let b = keys[other], a != b else { return one < other }
                return order == "asc" ? a < b : a > b
            }
            runs = (known + runs.indices.filter { keys[$0] == nil }).map { runs[$0] }
        }
        switch name {
        case "created": sort { $0.created }
        case "name": sort { $0.name }
        case "state": sort { $0.state.rawValue }
        case "duration":
            let now = Timestamp.now
            sort { run in
                run.started.flatMap { start in
                    (run.ended ?? (run.state == .running ? now : nil)).map { $0 - start }
                }
            }
        default:
            guard name.hasPrefix("metric:") else {
                throw HTTPFault(
                    400,
                    "sort: expected created, name, state, duration or metric:NAME, got "
                        + name.prefix(40).debugDescription)
            }
            let states = try store.metricStates(named: String(name.dropFirst("metric:".count)))
            let values = Dictionary(states.map { ($0.run, $0.last.value) }) { $1 }
            sort { run in values[run.row].flatMap { $0.isNaN ? nil : $0 } }
        }
    }

    /// `/api/runs/KEY`.
    func runDetails(_ key: String) throws -> JSONValue {
        try stores.read { try runDetails(key, in: $0) }
    }

    func runDetails(_ key: String, in store: Store) throws -> JSONValue {
        let run = try store.knownRun(key)
        guard let overview = try store.overview(of: key) else {
            throw HTTPFault(404, "run: it was deleted")
        }
        let states = try store.metricStates(of: [overview.row])
        let row = RunJSON.members(overview, states).filter { $0.key != "metrics" }
        let details = RunJSON.details(
            run, try store.metrics(of: run), try store.checkpoints(of: run),
            try store.artifacts(of: run))
        return .object(row + details)
    }

    /// `/api/runs/KEY/events`.
    func runEvents(_ key: String) throws -> JSONValue {
        try stores.read { store in
            guard let run = try store.overview(of: key) else {
                throw HTTPFault(404, "run: expected the id of a run")
            }
            let events = try store.events(of: run.row, after: 0)
            let commands = try store.commands(of: run.row, after: 0)
            return [
                "events": .array(events.map { RunJSON.event($0.event, $0.id, of: key) }),
                "commands": .array(commands.map { RunJSON.command($0, of: key) }),
            ]
        }
    }

    /// `/api/points`.
    func points(_ request: DashboardRequest) throws -> JSONValue {
        guard let key = request.text("run"), let metric = request.text("metric") else {
            throw HTTPFault(400, "points: expected run and metric")
        }
        let limit = try request.integer("limit", 8...20_000) ?? 2000
        let from = try request.integer("from")
        let to = try request.integer("to")
        guard (from ?? 0) <= (to ?? .max) else {
            throw HTTPFault(400, "points: expected from before to")
        }
        let steps = from == nil && to == nil ? nil : (from ?? 0)...(to ?? .max)
        return try stores.read { store in
            let run = try store.knownRun(key)
            guard let known = try store.metrics(of: run).first(where: { $0.name == metric }) else {
                throw HTTPFault(404, "metric: expected one of the run's, got another one")
            }
            let points = try store.points(metric, of: run, steps: steps, limit: limit)
            return RunJSON.points(points, of: key, metric, run.created, count: known.count)
        }
    }

    /// `/api/stream`.
    func streamRequest(_ request: DashboardRequest) throws -> StreamRequest {
        let runs = (request.text("runs") ?? "").split(separator: ",").map(String.init)
        guard runs.count <= StreamRequest.mostRuns, runs.allSatisfy({ $0.utf8.count <= 40 }) else {
            throw HTTPFault(400, "runs: expected at most \(StreamRequest.mostRuns) ids")
        }
        return StreamRequest(
            runs: runs.sorted(), study: request.text("study"),
            list: request.text("list") == "1", lastEvent: request.lastEvent)
    }
}
