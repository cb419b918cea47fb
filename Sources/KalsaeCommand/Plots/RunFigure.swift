import KalsaePlots
import KalsaeRuns
import KalsaeSupport

/// The course of runs as curves: a panel for each metric.
struct RunFigure {
    /// The names of metrics to show; empty for the losses, and the metrics of the validation rows.
    var metrics: [String] = []
    /// Whether the vertical axes are logarithmic.
    var isLog = false
    /// The number of points in the running mean; 1 for none.
    var smoothing = 1

    /// The most points of a curve that are read.
    private static let mostPoints = 4000

    /// The figure of some runs of a store.
    func figure(_ runs: [Run], in store: Store) throws -> Figure {
        let metrics = try runs.map { run in try store.metrics(of: run) }
        let known = metrics.map { $0.map(\.name) }
        let counts = metrics.joined().map { ($0.name, $0.count) }
        let panels = try panels(Dictionary(counts, uniquingKeysWith: max))
        guard !panels.isEmpty else {
            throw KalsaeError(
                runs[0].name, expected: "a run with metrics", got: "one without any")
        }
        var drawn: [Panel] = []
        for panel in panels {
            var marks: [Mark] = []
            let events = try runs.count == 1 ? Self.events(of: runs[0], in: store) : nil
            let countsEpochs = Self.areOfKinds(panel.metrics)
            for (run, names) in zip(runs, known) {
                for metric in panel.metrics where names.contains(metric) {
                    let points = try store.points(metric, of: run, limit: Self.mostPoints)
                    // A lone curve is what its axis says.
                    let own = panel.metrics.count > 1 ? metric : ""
                    let title =
                        runs.count > 1 ? (own.isEmpty ? run.name : "\(run.name) \(own)") : own
                    marks.append(
                        .line(
                            Series(
                                title,
                                // Kinds are compared from their first epoch on; events have steps.
                                x: points.map { point in
                                    Double(
                                        countsEpochs && events == nil
                                            ? point.epoch ?? point.step : point.step)
                                },
                                y: smoothed(points.map(\.value)),
                                hasMarkers: points.count < 30)))
                }
            }
            if let events { marks.append(.events(events)) }
            drawn.append(
                Panel(
                    x: Axis(countsEpochs ? "epoch" : "step"),
                    y: Axis(panel.title, scale: isLog ? .log : .linear), marks: marks))
        }
        let title = runs.count == 1 ? runs[0].name : "\(runs.count) runs"
        return Figure(title: title, panels: drawn, columns: drawn.count > 1 ? 2 : 1)
    }

    /// Which metrics share a panel, of all by their counts of points.
    private func panels(
        _ counts: [String: Int]
    ) throws(KalsaeError) -> [(title: String, metrics: [String])] {
        let all = counts.keys.sorted()
        guard metrics.isEmpty else {
            if let unknown = metrics.first(where: { counts[$0] == nil }) {
                throw KalsaeError(
                    "--metric", expected: "one of \(all.joined(separator: ", "))",
                    got: "\"\(unknown)\"", advice: SpellingSuggestion.advice(unknown, in: all))
            }
            return metrics.map { ($0, [$0]) }
        }
        let losses = losses(counts)
        var panels: [(title: String, metrics: [String])] = []
        if !losses.isEmpty { panels.append(("loss", losses)) }
        let others = all.filter { $0.hasPrefix("validation/") && !losses.contains($0) }
        // One point is no curve.
        let curves = others.filter { counts[$0, default: 0] > 1 }
        for name in curves.isEmpty && panels.isEmpty ? others : curves {
            panels.append((String(name.dropFirst("validation/".count)), [name]))
        }
        return panels
    }

    /// The losses that are curves: by epochs, by steps where there was one epoch, or of each kind of
    /// model in the learning of a table.
    private func losses(_ counts: [String: Int]) -> [String] {
        let ofEpochs = ["train/loss", "validation/loss"].filter { counts[$0] != nil }
        let isCurve = { (name: String) in counts[name, default: 0] > 1 }
        if ofEpochs.contains(where: isCurve) { return ofEpochs }
        if isCurve("loss") { return ["loss"] + ofEpochs }
        let ofKinds = counts.keys.filter {
            $0.hasSuffix("/loss") && !ofEpochs.contains($0) && !$0.hasPrefix("test/")
        }.sorted()
        if ofKinds.contains(where: isCurve) { return ofKinds }
        return ofEpochs.isEmpty ? ["loss"].filter { counts[$0] != nil } + ofKinds : ofEpochs
    }

    /// Whether these are losses of kinds of models, whose steps are the epochs of all of them.
    private static func areOfKinds(_ metrics: [String]) -> Bool {
        metrics.allSatisfy { name in
            name.hasSuffix("/loss")
                && !["train/", "validation/", "test/"].contains { name.hasPrefix($0) }
        }
    }

    private func smoothed(_ values: [Double]) -> [Double] {
        guard smoothing > 1 else { return values }
        var (sum, kept): (Double, [Double]) = (0, [])
        return values.map { value in
            guard value.isFinite else { return value }
            kept.append(value)
            sum += value
            if kept.count > smoothing { sum -= kept.removeFirst() }
            return sum / Double(kept.count)
        }
    }

    /// What a person did to a run, and where it was taken up.
    private static func events(of run: Run, in store: Store) throws -> Events? {
        let shown = try store.events(of: run).filter { ["change", "resumed"].contains($0.kind) }
        guard !shown.isEmpty, shown.count <= 30 else { return nil }
        return Events(
            x: shown.map { Double($0.step) },
            names: shown.map { event in
                // Few words fit beside a line.
                let change = event.data["change"]?.string ?? event.kind
                return change.replacing("learningRate = ", with: "rate ")
            })
    }
}
