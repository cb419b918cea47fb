import ArgumentParser
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

struct RunsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List recorded runs, the newest first.",
        discussion: """
            Examples:
              kalsae runs list --tag baseline --limit 5
              kalsae runs list --sort accuracy

            The column best has the best validation loss, or the best value of what --monitor named.
            """)

    @Option(
        help: """
            What to sort by: created, name, state, duration, or a metric's best value, the best \
            first; loss is that of the validation rows where these were measured.
            """)
    var sort = "created"

    @Flag(help: "Turn the order round.")
    var reverse = false

    @Option(help: "The most runs to list.")
    var limit = 50

    @Option(help: "Only runs with this tag; may be repeated.")
    var tag: [String] = []

    @Option(
        help:
            "Only runs in this state: \(Self.states.joined(separator: ", "))."
    )
    var state: String?

    @Flag(help: "List the trials of studies too.")
    var trials = false

    @OptionGroup var location: RunsOptions

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        guard limit > 0 else {
            throw KalsaeError("--limit", expected: "a whole number above 0", got: "\(limit)")
        }
        let wanted = try wantedState()
        guard location.runs != nil || Store.exists(in: location.folder) else {
            if json { return try Console.print(["runs": []] as JSONValue) }
            return Console.tell("no runs are recorded in \(location.folder)")
        }
        let store = try location.store(for: .reading)
        let ofStudies = trials || !tag.isEmpty ? [] : try store.trialRuns()
        let every = try store.runs()
        let metrics = try self.metrics(of: every, in: store)
        let all = every.filter { run in
            Set(run.tags).isSuperset(of: tag) && (wanted == nil || run.stateWord == wanted)
                && !ofStudies.contains(run.id)
        }
        let order = try RunOrder(sort, metrics, all)
        let sorted = order.sorted(all, reverse: reverse)
        let runs = sorted.prefix(limit)
        if json {
            let list = runs.map { run in
                JSONValue.object(
                    (run.json.members ?? []) + [
                        JSONValue.Member("metrics", .array((metrics[run.id] ?? []).map(\.json)))
                    ])
            }
            return try Console.print(["runs": .array(list)] as JSONValue)
        }
        try print(Array(runs), metrics, order)
        if sorted.count > runs.count {
            Console.tell("\(sorted.count - runs.count) more; --limit shows them")
        }
        if !ofStudies.isEmpty {
            Console.tell("\(ofStudies.count) trials of studies are left out; --trials lists them")
        }
    }

    /// The words of the column state.
    private static let states = RunState.allCases.map(\.rawValue) + ["paused"]

    private func wantedState() throws -> String? {
        guard let state else { return nil }
        guard Self.states.contains(state) else {
            let names = Self.states
            throw KalsaeError(
                "--state", expected: "one of \(names.joined(separator: ", "))", got: state,
                advice: SpellingSuggestion.of(state, in: names).map { "did you mean \($0)?" } ?? "")
        }
        return state
    }

    /// All metrics for `--json`, else those that are sorted by or shown.
    private func metrics(
        of runs: [Run], in store: Store
    ) throws(KalsaeError) -> [String: [MetricSummary]] {
        guard !json else { return try store.metricsByRun() }
        var names = Set(runs.map { RunOrder.judged($0) })
        if !RunOrder.names.contains(sort) { names.formUnion([sort, RunOrder.ofValidation(sort)]) }
        var metrics: [String: [MetricSummary]] = [:]
        for name in names {
            for (run, found) in try store.metricsByRun(named: name) {
                metrics[run, default: []] += found
            }
        }
        return metrics
    }

    private func print(
        _ runs: [Run], _ metrics: [String: [MetricSummary]], _ order: RunOrder
    ) throws {
        let judgments = runs.map { RunOrder.judgment($0, metrics[$0.id] ?? []) }
        var title: [String] = []
        if let metric = order.metric {
            let measure = metric == sort ? sort : "best \(sort)"
            title = [RunText.cut(measure, to: 16)]
        } else if judgments.contains(where: { $0 != nil }) {
            title = ["best"]
        }
        var rows = [["id", "state", "created", "time"] + title]
        for (run, judgment) in zip(runs, judgments) {
            var cells = [
                run.id, run.stateWord, RunText.time(run.created),
                RunText.duration(run.duration()),
            ]
            if order.metric != nil {
                cells.append(order.value(of: run).map { RunText.number($0) } ?? "-")
            } else if !title.isEmpty {
                cells.append(RunText.cut(judgment ?? "-", to: 20))
            }
            rows.append(cells)
        }
        // The name and the tags take what the other columns leave.
        let taken = rows[0].indices.reduce(0) { sum, column in
            sum + 2 + (rows.map { DisplayWidth.of($0[column]) }.max() ?? 0)
        }
        var table = TextTable(rows[0] + ["name"])
        for (run, cells) in zip(runs, rows.dropFirst()) {
            let tags = run.tags.isEmpty ? "" : " [\(run.tags.joined(separator: ", "))]"
            table.add(cells + [RunText.cut(run.name + tags, to: RunText.width - taken)])
        }
        for line in table.lines { try Console.print(line) }
    }
}
