import KalsaePlots
import KalsaeSearch
import KalsaeSupport

/// Pictures of a study.
enum StudyFigure: String, CaseIterable {
    /// The value of each trial, and the best so far.
    case history
    /// How much each setting matters.
    case importance
    /// The value over each setting.
    case slice
    /// All settings of all trials as lines.
    case parallel
    /// The value over two settings.
    case contour
    /// Values behind epochs.
    case curves
    /// When each trial was trained.
    case timeline
    /// The first two objectives against each other.
    case front

    /// How figures of a study are drawn.
    struct Style {
        /// Whether the axes of values are logarithmic.
        var isLogarithmic = false
        /// The settings of a contour; empty for the two that matter most.
        var settings: [String] = []

        func axis(_ objective: SearchObjective) -> Axis {
            let end = objective.direction == .minimize ? "lower" : "higher"
            return Axis(
                "\(objective.name) (\(end) is better)", scale: isLogarithmic ? .log : .linear)
        }
    }

    func figure(_ result: SearchResult, _ style: Style = Style()) throws -> Figure {
        let trials = result.history.trials.filter { $0.state == .complete }
        guard !trials.isEmpty || self == .timeline else {
            throw KalsaeError(
                "study \(result.study.name)", expected: "a complete trial", got: "none")
        }
        let (name, objective) = (result.study.name, result.plan.objectives[0])
        switch self {
        case .history: return Self.history(trials, name, objective, style)
        case .importance:
            let shares = try result.study.importance()
            return Figure(
                title: "\(name): importance for \(objective.name)", x: Axis(),
                y: Axis("share", low: 0),
                marks: [
                    .bars(Bars(names: shares.map(\.parameter), values: shares.map(\.share)))
                ])
        case .slice: return Self.slice(trials, name, objective, result.study.space, style)
        case .parallel:
            return Self.parallel(trials, name, objective, result.study.space, style)
        case .contour: return try Self.contour(trials, result, style)
        case .curves: return try Self.curves(result, style)
        case .front: return try Self.front(trials, result, style)
        case .timeline: return try Self.timeline(result)
        }
    }

    private static func history(
        _ trials: [TrialRecord], _ name: String, _ objective: SearchObjective, _ style: Style
    ) -> Figure {
        let x = trials.map { Double($0.number) }
        let y = trials.map { $0.values[0] }
        // A step where a trial is better: the value before it holds until then.
        var (steps, best): ([Double], [Double]) = ([], [])
        for (number, value) in zip(x, y) {
            let last = best.last ?? value
            let isBetter = !objective.direction.isBetter(last, than: value)
            steps += [number, number]
            best += [last, isBetter ? value : last]
        }
        return Figure(
            title: name, x: Axis("trial"), y: style.axis(objective),
            marks: [
                .scatter(Scatter("trials", x: x, y: y)),
                .line(Series("best so far", x: steps, y: best)),
            ])
    }

    private static func slice(
        _ trials: [TrialRecord], _ name: String, _ objective: SearchObjective,
        _ space: SearchSpace, _ style: Style
    ) -> Figure {
        let panels = space.parameters.map { parameter -> Panel in
            let own = trials.filter { $0.parameters[parameter.name] != nil }
            if case .choice(let options) = parameter.domain {
                let boxes = options.map { option in
                    BoxSummary(
                        option.description,
                        values: own.filter { $0.parameters[parameter.name] == option }
                            .map { $0.values[0] })
                }
                return Panel(
                    x: Axis(parameter.name), y: style.axis(objective),
                    marks: [.boxes(Boxes(boxes))])
            }
            let x = own.map { $0.parameters[parameter.name]?.number ?? .nan }
            return Panel(
                x: Axis(parameter.name, scale: parameter.isLogarithmic ? .log : .linear),
                y: style.axis(objective),
                marks: [
                    .scatter(
                        Scatter(
                            x: x, y: own.map { $0.values[0] },
                            values: own.map { Double($0.number) }, valueLabel: "trial"))
                ])
        }
        return Figure(title: name, panels: panels)
    }

    private static func parallel(
        _ trials: [TrialRecord], _ name: String, _ objective: SearchObjective,
        _ space: SearchSpace, _ style: Style
    ) -> Figure {
        let axes = space.parameters.map { parameter -> ParallelAxis in
            if case .choice(let options) = parameter.domain {
                return ParallelAxis(parameter.name, names: options.map(\.description))
            }
            return ParallelAxis(
                parameter.name, scale: parameter.isLogarithmic ? .log : .linear)
        }
        let rows = trials.map { trial in
            space.parameters.map { parameter -> Double in
                guard let value = trial.parameters[parameter.name] else { return .nan }
                if case .choice(let options) = parameter.domain {
                    return options.firstIndex(of: value).map { Double($0) } ?? .nan
                }
                return value.number ?? .nan
            } + [trial.values[0]]
        }
        let last = ParallelAxis(
            objective.name, scale: style.isLogarithmic ? .log : .linear)
        return Figure(
            title: name,
            marks: [
                .parallel(
                    ParallelCoordinates(
                        axes: axes + [last], rows: rows,
                        values: trials.map { $0.values[0] }, valueLabel: objective.name))
            ])
    }

    private static func curves(_ result: SearchResult, _ style: Style) throws -> Figure {
        let (name, objective) = (result.study.name, result.plan.objectives[0])
        // The best is drawn last, over the others; one of each kind stands in the legend.
        let trials = result.history.trials.filter { !$0.reports.isEmpty }
        let best = result.best?.number
        var named: Set<String> = []
        let lines = (trials.filter { $0.number != best } + trials.filter { $0.number == best }).map
        {
            trial in
            let isBest = trial.number == best
            let kind =
                isBest
                ? "best: trial \(trial.number)" : trial.state == .pruned ? "pruned" : "complete"
            return Mark.line(
                Series(
                    named.insert(kind).inserted ? kind : "",
                    x: trial.reports.map { Double($0.step) }, y: trial.reports.map(\.value),
                    colorIndex: isBest ? 1 : trial.state == .pruned ? 2 : 0))
        }
        guard !lines.isEmpty else {
            throw KalsaeError(
                "study \(name)", expected: "values behind epochs", got: "none",
                advice: "only loss, accuracy, r2, mae and rmse are measured in each")
        }
        return Figure(
            title: name, x: Axis("epoch"), y: style.axis(objective), marks: lines,
            legend: named.count > 1 ? .automatic : .none)
    }

    private static func front(
        _ trials: [TrialRecord], _ result: SearchResult, _ style: Style
    ) throws -> Figure {
        let objectives = result.plan.objectives
        guard objectives.count > 1 else {
            throw KalsaeError(
                "study \(result.study.name)", expected: "two objectives", got: "one")
        }
        let front = try result.study.paretoFront().sorted { $0.values[0] < $1.values[0] }
        return Figure(
            title: result.study.name, x: style.axis(objectives[0]), y: style.axis(objectives[1]),
            marks: [
                .scatter(
                    Scatter(
                        "trials", x: trials.map { $0.values[0] }, y: trials.map { $0.values[1] })),
                .line(
                    Series(
                        "not dominated", x: front.map { $0.values[0] },
                        y: front.map { $0.values[1] },
                        hasMarkers: true)),
            ])
    }
}

extension Parameter {
    /// Whether its values are whole numbers.
    var isWhole: Bool {
        if case .integer = domain { true } else { false }
    }

    /// Whether it is searched by ratios.
    var isLogarithmic: Bool {
        switch domain {
        case .real(_, _, let scale, _), .integer(_, _, let scale, _): scale == .log
        case .choice: false
        }
    }
}
