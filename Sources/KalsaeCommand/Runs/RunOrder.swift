import KalsaeRuns
import KalsaeSupport

/// The order that runs are listed in.
struct RunOrder {
    /// The orders that need no metric.
    static let names = ["created", "name", "state", "duration"]

    private let name: String
    private let values: [String: Double]

    /// An order by name, or by the last value of a metric that one of the runs has.
    init(
        _ name: String, _ metrics: [String: [MetricSummary]], _ runs: [Run]
    ) throws(KalsaeError) {
        self.name = name
        var values: [String: Double] = [:]
        if !Self.names.contains(name) {
            for (run, all) in metrics {
                values[run] = all.first { $0.name == name }?.last.value
            }
            guard !values.isEmpty || runs.isEmpty else {
                let known = Self.names.joined(separator: ", ")
                throw KalsaeError(
                    "--sort", expected: "\(known), or a metric of a run", got: name,
                    advice: SpellingSuggestion.of(name, in: Self.names).map {
                        "did you mean \($0)?"
                    }
                        ?? "see `kalsae runs show RUN` for metrics")
            }
        }
        self.values = values
    }

    /// The runs in order: newest first, names and states by letters, shortest and least first. Runs
    /// without the number come last, in either direction.
    func sorted(_ runs: [Run], reverse: Bool) -> [Run] {
        var (known, unknown) = ([(run: Run, key: Double)](), [Run]())
        switch name {
        case "created": return reverse ? runs.reversed() : runs
        case "name", "state":
            let sorted = runs.sorted { a, b in
                name == "name" ? a.name < b.name : a.state.rawValue < b.state.rawValue
            }
            return reverse ? sorted.reversed() : sorted
        default:
            for run in runs {
                let number =
                    name == "duration" ? run.duration().map(Double.init) : values[run.id]
                if let number, !number.isNaN {
                    known.append((run, number))
                } else {
                    unknown.append(run)
                }
            }
        }
        known.sort { reverse ? $0.key > $1.key : $0.key < $1.key }
        return known.map(\.run) + unknown
    }
}
