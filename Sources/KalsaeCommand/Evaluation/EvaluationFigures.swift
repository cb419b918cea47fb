import KalsaePlots
import KalsaeTraining

import struct KalsaeLayers.Calibration

/// The figures of an evaluation.
struct EvaluationFigures {
    let rows: MeasuredRows
    let report: Report
    let effects: (importance: [ColumnEffects.Importance], dependence: [ColumnEffects.Dependence])

    /// More classes than this have no curve each.
    private static let mostCurves = 6

    /// What tells most: of classes the confusion matrix, of numbers predictions against truths.
    func first() throws -> Figure {
        switch rows.outcomes {
        case .classes(_, _, let names):
            let counts = report.classes?.confusion.counts.flatMap { $0 } ?? []
            return Figure.confusion(ConfusionMatrix(names: names, counts: counts))
        case .values(let predicted, let actual):
            let ends = [actual.min() ?? 0, actual.max() ?? 1]
            return Figure(
                x: Axis("true"), y: Axis("predicted"),
                marks: [
                    .scatter(Scatter(x: actual, y: predicted)),
                    .reference(Reference(x: ends, y: ends)),
                ])
        }
    }

    /// How probabilities and classes go together, or how errors lie.
    func more() throws -> [Figure] {
        switch rows.outcomes {
        case .classes(let probabilities, let actual, let names):
            var figures: [Figure] = []
            let curves = curves(probabilities, actual, names)
            if !curves.isEmpty {
                figures.append(try .receiverOperatingCharacteristic(curves))
                figures.append(try .precisionRecall(curves))
            }
            figures.append(try reliability(probabilities, actual, names))
            return figures
        case .values(let predicted, let actual):
            let errors = zip(predicted, actual).map { $0 - $1 }
            return [
                Figure(
                    title: "Errors", x: Axis("predicted − true"), y: Axis("rows"),
                    marks: [.histogram(Histogram(values: errors))])
            ]
        }
    }

    /// What the calibration error is of: of two classes the rarer one's probability, of more that of the
    /// predicted class.
    private func reliability(
        _ probabilities: [Double], _ actual: [Int], _ names: [String]
    ) throws -> Figure {
        let width = names.count
        if let name = report.classes?.calibratedClass, let own = names.firstIndex(of: name) {
            let shown = name.cut(to: 24)
            return try .reliability(
                confidences: actual.indices.map { min(max(probabilities[$0 * width + own], 0), 1) },
                isRight: actual.map { $0 == own }, bins: Calibration.bins,
                xLabel: "probability of \(shown)", yLabel: "share of \(shown)")
        }
        let confidences = actual.indices.map { row in
            probabilities[(row * width)..<((row + 1) * width)].max() ?? 0
        }
        let isRight = actual.indices.map {
            probabilities[$0 * width + actual[$0]] == confidences[$0]
        }
        return try .reliability(
            confidences: confidences.map { min(max($0, 0), 1) }, isRight: isRight,
            bins: Calibration.bins)
    }

    /// The images that are most wrong; nil where rows are no images.
    func worstImages(_ count: Int) -> Figure? {
        guard case .classes(_, let actual, let names) = rows.outcomes else { return nil }
        let worst = rows.worst(count)
        let images = worst.compactMap { rows.image($0) }
        guard let first = images.first, images.count == worst.count else { return nil }
        let captions = worst.map { row in
            "\(names[actual[row]]) as \(names[rows.predicted(row) ?? actual[row]])"
        }
        return Figure(
            title: "Most wrong",
            marks: [
                .images(
                    ImageGrid(
                        width: first.width, height: first.height, channels: first.channels,
                        images: images.map(\.bytes), captions: captions))
            ])
    }

    /// What columns do, where it was asked for.
    func columns() -> [Figure] {
        var figures: [Figure] = []
        if !effects.importance.isEmpty {
            let shown = effects.importance.prefix(20)
            figures.append(
                Figure(
                    title: "Importance",
                    y: Axis(report.values == nil ? "log loss more" : "rmse more"),
                    marks: [
                        .bars(
                            Bars(
                                names: shown.map(\.name),
                                series: [
                                    BarSeries(
                                        "", values: shown.map(\.increase),
                                        errors: shown.map(\.deviation))
                                ]))
                    ]))
        }
        return figures + effects.dependence.map(figure)
    }

    private func figure(_ dependence: ColumnEffects.Dependence) -> Figure {
        let numbers = dependence.points.map { Double($0.cell) }
        let names = dependence.classNames.isEmpty ? [""] : dependence.classNames
        let y = Axis(dependence.classNames.isEmpty ? "mean prediction" : "mean probability")
        guard numbers.contains(where: { $0 != nil }) else {
            return Figure(
                title: dependence.name, y: y,
                marks: [
                    .bars(
                        Bars(
                            names: dependence.points.map { $0.cell.isEmpty ? "missing" : $0.cell },
                            series: names.enumerated().map { index, name in
                                BarSeries(name, values: dependence.points.map { $0.means[index] })
                            }))
                ])
        }
        let known = dependence.points.indices.filter { numbers[$0] != nil }
        return Figure(
            title: dependence.name, x: Axis(dependence.name), y: y,
            marks: names.enumerated().map { index, name in
                .line(
                    Series(
                        name, x: known.map { numbers[$0] ?? .nan },
                        y: known.map { dependence.points[$0].means[index] }, hasMarkers: true))
            })
    }

    /// Of two classes the rarer one, of a few each against the rest; none of one kind of rows.
    private func curves(
        _ probabilities: [Double], _ actual: [Int], _ names: [String]
    ) -> [ScoredRows] {
        let counts = names.indices.map { index in actual.count { $0 == index } }
        guard names.count <= Self.mostCurves else { return [] }
        let shown = names.count == 2 ? [counts[1] <= counts[0] ? 1 : 0] : Array(names.indices)
        return shown.filter { counts[$0] > 0 && counts[$0] < actual.count }.map { index in
            ScoredRows(
                names[index],
                scores: actual.indices.map { probabilities[$0 * names.count + index] },
                isPositive: actual.map { $0 == index })
        }
    }
}
