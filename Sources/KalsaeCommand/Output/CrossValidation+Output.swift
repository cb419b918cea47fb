import KalsaeFiles
import KalsaeLayers
import KalsaeSupport
import KalsaeTraining

extension CrossValidation {
    /// The numbers that tell most, with their spread.
    var lines: [String] {
        let shown: [(name: String, metric: Metric)] =
            folds.first?.values == nil
            ? [("accuracy", .accuracy), ("log loss", .logLoss), ("auc", .rocAUC)]
            : [("r2", .r2), ("rmse", .rmse), ("mae", .mae)]
        let parts = shown.compactMap { name, metric in
            self[metric].map { "\(name) \($0.mean.short) ± \($0.deviation?.short ?? "-")" }
        }
        let title = "over \(folds.count.counting("fold")), mean ± deviation:"
        let line = "  " + parts.joined(separator: ", ")
        return [title] + (line.count <= 80 ? [line] : parts.map { "  \($0)" })
    }

    var json: JSONValue {
        let metrics = spreads.map { metric, spread in
            JSONValue.Member(
                metric.rawValue,
                [
                    "mean": .number(spread.mean),
                    "deviation": spread.deviation.map { .number($0) } ?? .null,
                    "folds": .array(spread.values.map { $0.map { .number($0) } ?? .null }),
                ])
        }
        return ["folds": .integer(folds.count), "metrics": .object(metrics)]
    }
}
