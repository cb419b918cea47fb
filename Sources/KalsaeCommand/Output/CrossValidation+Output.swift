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
        var parts = shown.compactMap { name, metric in self[metric].map { $0.text(name) } }
        if let targetLoss {
            parts.append(targetLoss.spread.text("loss by \(targetLoss.by.rawValue)"))
        }
        let title = "over \(folds.count.counting("fold")), mean ± deviation:"
        let line = "  " + parts.joined(separator: ", ")
        return [title] + (line.count <= 80 ? [line] : parts.map { "  \($0)" })
    }

    var json: JSONValue {
        let metrics = spreads.map { metric, spread in
            JSONValue.Member(metric.rawValue, .object(spread.jsonMembers))
        }
        var members = [
            JSONValue.Member("folds", .integer(folds.count)),
            JSONValue.Member("metrics", .object(metrics)),
        ]
        if let targetLoss {
            let name = JSONValue.Member("name", .string(targetLoss.by.rawValue))
            members.append(
                JSONValue.Member("target_loss", .object([name] + targetLoss.spread.jsonMembers)))
        }
        return .object(members)
    }
}

extension CrossValidation.Spread {
    fileprivate func text(_ name: String) -> String {
        "\(name) \(mean.short) ± \(deviation?.short ?? "-")"
    }

    fileprivate var jsonMembers: [JSONValue.Member] {
        [
            JSONValue.Member("mean", .number(mean)),
            JSONValue.Member("deviation", deviation.map { .number($0) } ?? .null),
            JSONValue.Member("folds", .array(values.map { $0.map { .number($0) } ?? .null })),
        ]
    }
}
