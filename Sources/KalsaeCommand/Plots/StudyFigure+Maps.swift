import KalsaePlots
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

extension StudyFigure {
    /// The value over two settings: between trials it is their mean, each weighted by one over its
    /// squared distance on the settings' scales.
    static func contour(
        _ trials: [TrialRecord], _ result: SearchResult, _ style: Style
    ) throws -> Figure {
        let (name, objective) = (result.study.name, result.plan.objectives[0])
        let (across, up) = try settings(of: result, style)
        let points = trials.compactMap { trial -> (x: Double, y: Double, value: Double)? in
            guard let x = trial.parameters[across.name]?.number,
                let y = trial.parameters[up.name]?.number, trial.values[0].isFinite
            else { return nil }
            return (x, y, trial.values[0])
        }
        let maps = zip([across, up], [points.map(\.x), points.map(\.y)]).compactMap(map)
        guard maps.count == 2 else {
            throw KalsaeError(
                "study \(name)", expected: "trials that differ in \(across.name) and \(up.name)",
                got: points.count.counting("trial") + " of one value")
        }
        let side = 48
        let known = points.map { (maps[0].position($0.x), maps[1].position($0.y), $0.value) }
        var values: [Double] = []
        for row in 0..<side {
            for column in 0..<side {
                let (x, y) = (
                    (Double(column) + 0.5) / Double(side), (Double(row) + 0.5) / Double(side)
                )
                var (sum, weights) = (0.0, 0.0)
                for point in known {
                    let (dx, dy) = (point.0 - x, point.1 - y)
                    let weight = 1 / (dx * dx + dy * dy + 1e-4)
                    sum += weight * point.2
                    weights += weight
                }
                values.append(sum / weights)
            }
        }
        let axis = style.axis(objective)
        return Figure(
            title: name,
            x: Axis(across.name, scale: maps[0].scale, isWhole: across.isWhole),
            y: Axis(up.name, scale: maps[1].scale, isWhole: up.isWhole),
            marks: [
                .heatMap(
                    HeatMap(
                        rows: side, columns: side, values: values,
                        xRange: maps[0].low...maps[0].high, yRange: maps[1].low...maps[1].high,
                        label: axis.label)),
                .scatter(Scatter("trials", x: points.map(\.x), y: points.map(\.y))),
            ])
    }

    /// When each trial was trained, by its state.
    static func timeline(_ result: SearchResult) throws -> Figure {
        let trials = result.own.filter { $0.started > 0 }
        guard let first = trials.map(\.started).min() else {
            throw KalsaeError(
                "study \(result.study.name)", expected: "a trial that has begun", got: "none")
        }
        let now = Timestamp.now
        let marks = TrialState.allCases.enumerated().compactMap { index, state -> Mark? in
            let own = trials.filter { SearchText.state($0) == state }
            guard !own.isEmpty else { return nil }
            var (x, y): ([Double], [Double]) = ([], [])
            for trial in own {
                let end = trial.ended > 0 ? trial.ended : min(now, trial.leasedUntil)
                let ends = [trial.started, max(trial.started, end)]
                x += ends.map { Double($0 - first) / 1000 } + [.nan]
                y += [Double(trial.number), Double(trial.number), .nan]
            }
            return .line(Series(state.rawValue, x: x, y: y, hasMarkers: true, colorIndex: index))
        }
        return Figure(
            title: result.study.name, x: Axis("seconds"), y: Axis("trial"), marks: marks)
    }

    /// Two settings that are numbers.
    private static func settings(
        of result: SearchResult, _ style: Style
    ) throws -> (Parameter, Parameter) {
        let numeric = result.study.space.parameters.filter {
            if case .choice = $0.domain { false } else { true }
        }
        var names = style.settings
        if names.isEmpty {
            // Few trials tell of no importance: the first settings then.
            let ranked = (try? result.study.importance())?.map(\.parameter) ?? []
            names = (ranked + numeric.map(\.name)).filter { name in
                numeric.contains { $0.name == name }
            }
            if let second = names.firstIndex(where: { $0 != names[0] }) {
                names = [names[0], names[second]]
            }
        }
        let found = names.compactMap { name in numeric.first { $0.name == name } }
        guard found.count == 2, names.count == 2, found[0].name != found[1].name else {
            let known = numeric.map(\.name).joined(separator: ", ")
            throw KalsaeError(
                "--setting", expected: "two that are numbers, of \(known.isEmpty ? "none" : known)",
                got: names.isEmpty ? "none" : names.joined(separator: ", "))
        }
        return (found[0], found[1])
    }

    /// An axis a little longer than the values reach, so that no point is cut; nil where all are one.
    private static func map(_ parameter: Parameter, _ values: [Double]) -> AxisMap? {
        guard let low = values.min(), let high = values.max(), low < high else { return nil }
        let scale = parameter.isLogarithmic ? AxisScale.log : .linear
        let inner = AxisMap(scale: scale, low: low, high: high)
        return AxisMap(scale: scale, low: inner.value(at: -0.04), high: inner.value(at: 1.04))
    }
}
