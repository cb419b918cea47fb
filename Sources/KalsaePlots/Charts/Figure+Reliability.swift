import KalsaeSupport

extension Figure {
    /// How often a model is right where it says that it is sure to a degree: predictions in equal
    /// intervals of confidence, with the number of predictions in each below. The title of the upper
    /// panel names the expected calibration error, the mean distance from the diagonal.
    ///
    /// - Parameters:
    ///   - confidences: how sure each prediction is, 0 to 1.
    ///   - isRight: whether each prediction is right.
    /// - Throws: a `KalsaeError` for lists of different lengths, and confidences outside of 0 to 1.
    public static func reliability(
        title: String = "Reliability", confidences: [Double], isRight: [Bool], bins: Int = 10,
        xLabel: String = "confidence", yLabel: String = "accuracy", countLabel: String = "count",
        theme: Theme = .light
    ) throws(KalsaeError) -> Figure {
        try checkCounts(
            "reliability", ("confidences", confidences.count), ("truths", isRight.count))
        guard (1...1000).contains(bins) else {
            throw KalsaeError("reliability", expected: "1 to 1000 bins", got: "\(bins)")
        }
        var counts = [Double](repeating: 0, count: bins)
        var right = counts
        var sums = counts
        for (confidence, isRight) in zip(confidences, isRight) {
            guard confidence >= 0, confidence <= 1 else {
                throw KalsaeError(
                    "reliability", expected: "confidences from 0 to 1", got: "\(confidence)")
            }
            let bin = max(Int((confidence * Double(bins)).rounded(.up)) - 1, 0)
            counts[bin] += 1
            sums[bin] += confidence
            if isRight { right[bin] += 1 }
        }
        let filled = counts.indices.filter { counts[$0] > 0 }
        let total = counts.reduce(0, +)
        let error = filled.reduce(0) { $0 + abs(right[$1] - sums[$1]) / total }
        let edges = (0...bins).map { Double($0) / Double(bins) }
        let upper = Panel(
            title: total > 0 ? "ECE \(NumberText.rounded(error, decimals: 3))" : "",
            x: Axis(low: 0, high: 1), y: Axis(yLabel, low: 0, high: 1),
            marks: [
                .histogram(
                    Histogram(
                        edges: edges, counts: counts.indices.map { right[$0] / max(counts[$0], 1) })
                ),
                .reference(Reference(x: [0, 1], y: [0, 1])),
                .line(
                    Series(
                        x: filled.map { sums[$0] / counts[$0] },
                        y: filled.map { right[$0] / counts[$0] }, hasMarkers: true)),
            ])
        let lower = Panel(
            x: Axis(xLabel, low: 0, high: 1), y: Axis(countLabel),
            marks: [.histogram(Histogram(edges: edges, counts: counts))])
        return Figure(
            title: title, panels: [upper, lower], columns: 1, legend: .none, theme: theme)
    }
}
