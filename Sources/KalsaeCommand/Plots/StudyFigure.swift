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
    /// Values behind epochs.
    case curves
    /// The first two objectives against each other.
    case front

    func figure(_ result: SearchResult) throws -> Figure {
        let trials = result.history.trials.filter { $0.state == .complete }
        guard !trials.isEmpty else {
            throw KalsaeError(
                "study \(result.study.name)", expected: "a complete trial", got: "none")
        }
        let (name, objective) = (result.study.name, result.plan.objectives[0])
        switch self {
        case .history: return Self.history(trials, name, objective)
        case .importance:
            let shares = try result.study.importance()
            return Figure(
                title: "\(name): importance", x: Axis(), y: Axis("share", low: 0),
                marks: [
                    .bars(Bars(names: shares.map(\.parameter), values: shares.map(\.share)))
                ])
        case .slice: return Self.slice(trials, name, objective, result.study.space)
        case .parallel: return Self.parallel(trials, name, objective, result.study.space)
        case .curves: return try Self.curves(result.history.trials, name, objective)
        case .front: return try Self.front(trials, result)
        }
    }

    private static func history(
        _ trials: [TrialRecord], _ name: String, _ objective: SearchObjective
    ) -> Figure {
        let x = trials.map { Double($0.number) }
        let y = trials.map { $0.values[0] }
        var best: [Double] = []
        for value in y {
            let last = best.last ?? value
            best.append(objective.direction.isBetter(last, than: value) ? last : value)
        }
        return Figure(
            title: name, x: Axis("trial"), y: Axis(objective.name),
            marks: [
                .scatter(Scatter("trials", x: x, y: y)),
                .line(Series("best so far", x: x, y: best)),
            ])
    }

    private static func slice(
        _ trials: [TrialRecord], _ name: String, _ objective: SearchObjective,
        _ space: SearchSpace
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
                    x: Axis(parameter.name), y: Axis(objective.name), marks: [.boxes(Boxes(boxes))])
            }
            let x = own.map { $0.parameters[parameter.name]?.number ?? .nan }
            return Panel(
                x: Axis(parameter.name, scale: parameter.isLogarithmic ? .log : .linear),
                y: Axis(objective.name),
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
        _ space: SearchSpace
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
        return Figure(
            title: name,
            marks: [
                .parallel(
                    ParallelCoordinates(
                        axes: axes + [ParallelAxis(objective.name)], rows: rows,
                        values: trials.map { $0.values[0] }, valueLabel: objective.name))
            ])
    }

    private static func curves(
        _ trials: [TrialRecord], _ name: String, _ objective: SearchObjective
    ) throws(KalsaeError) -> Figure {
        // One of each kind stands in the legend.
        var named: Set<String> = []
        let lines = trials.filter { !$0.reports.isEmpty }.map { trial in
            let kind = trial.state == .pruned ? "pruned" : "complete"
            return Mark.line(
                Series(
                    named.insert(kind).inserted ? kind : "",
                    x: trial.reports.map { Double($0.step) }, y: trial.reports.map(\.value),
                    colorIndex: trial.state == .pruned ? 1 : 0))
        }
        guard !lines.isEmpty else {
            throw KalsaeError(
                "study \(name)", expected: "values behind epochs", got: "none",
                advice: "only loss, accuracy, r2, mae and rmse are measured in each")
        }
        return Figure(
            title: name, x: Axis("epoch"), y: Axis(objective.name), marks: lines,
            legend: named.count > 1 ? .automatic : .none)
    }

    private static func front(_ trials: [TrialRecord], _ result: SearchResult) throws -> Figure {
        guard result.plan.objectives.count > 1 else {
            throw KalsaeError(
                "study \(result.study.name)", expected: "two objectives", got: "one")
        }
        let front = try result.study.paretoFront().sorted { $0.values[0] < $1.values[0] }
        return Figure(
            title: result.study.name, x: Axis(result.plan.objectives[0].name),
            y: Axis(result.plan.objectives[1].name),
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
    /// Whether it is searched by ratios.
    fileprivate var isLogarithmic: Bool {
        switch domain {
        case .real(_, _, let scale, _), .integer(_, _, let scale, _): scale == .log
        case .choice: false
        }
    }
}
