import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

/// The order that runs are listed in.
struct RunOrder {
    /// The orders that need no metric.
    static let names = ["created", "name", "state", "duration"]

    private let name: String
    private let values: [String: Double]
    /// The metric that is sorted by, that of validation rows where one of the runs has it; nil where
    /// the order needs none.
    let metric: String?

    /// An order by name, or by a metric that one of the runs has: by its best value, by the last one
    /// where neither large nor small is better.
    init(
        _ name: String, _ metrics: [String: [MetricSummary]], _ runs: [Run]
    ) throws(KalsaeError) {
        self.name = name
        var values: [String: Double] = [:]
        var metric: String?
        if !Self.names.contains(name) {
            let ofValidation = Self.ofValidation(name)
            let isMeasured = metrics.values.contains { all in
                all.contains { $0.name == ofValidation }
            }
            let found = isMeasured ? ofValidation : name
            for (run, all) in metrics {
                values[run] = all.first { $0.name == found }.map { $0.best ?? $0.last.value }
            }
            metric = found
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
        self.metric = metric
    }

    /// The value that a run is sorted by.
    func value(of run: Run) -> Double? { values[run.id] }

    /// The name of what is measured on validation rows.
    static func ofValidation(_ measure: String) -> String { validation + measure }

    private static let validation = "validation/"

    /// The metric that a run's epochs are judged by: the validation loss, or that of its `monitor`.
    static func judged(_ run: Run) -> String {
        ofValidation(run.configuration["monitor"]?.string ?? "loss")
    }

    /// The best value of what a run is judged by, with the name where that is not the loss; nil where
    /// nothing was measured.
    static func judgment(_ run: Run, _ metrics: [MetricSummary]) -> String? {
        let name = judged(run)
        guard let best = metrics.first(where: { $0.name == name })?.best else { return nil }
        let measure = name.dropFirst(validation.count)
        return (measure == "loss" ? "" : "\(measure) ") + RunText.number(best)
    }

    /// The runs in order: newest first, names and states by letters, shortest first, of a metric the best
    /// first, the least where neither is better. Runs without the number come last, in either direction.
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
        let falls = reverse != (metric.map(MetricSummary.isBetterLarger) ?? false)
        known.sort { falls ? $0.key > $1.key : $0.key < $1.key }
        return known.map(\.run) + unknown
    }
}

extension MetricSummary {
    /// The greatest value of what grows as a model gets better, the least one of a loss or an error;
    /// nil for what is neither, as a rate.
    var best: Double? {
        if Self.isBetterLarger(name) { return high?.value }
        let measure = Self.measure(name)
        return Self.falling.contains(where: { measure.contains($0) }) ? low?.value : nil
    }

    /// Whether a metric of a name grows as a model gets better.
    static func isBetterLarger(_ name: String) -> Bool {
        rising.contains { measure(name).contains($0) }
    }

    private static func measure(_ name: String) -> String {
        name.split(separator: "/").last.map { $0.lowercased() } ?? ""
    }

    private static let rising = ["accuracy", "f1", "auc", "r2", "precision", "recall"]
    private static let falling = ["loss", "error", "mae", "rmse"]
}
