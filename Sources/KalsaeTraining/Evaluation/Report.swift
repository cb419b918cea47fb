import KalsaeData
import KalsaeLayers
import KalsaeSupport

/// What was measured on some data: the loss and the metrics asked for.
///
/// `print` shows it as a table.
public struct Report: Sendable, Equatable {
    /// The mean loss.
    public var loss: Double
    /// The metrics' values; `report.metrics[.mae]` is nil where it was not asked for.
    public var metrics: [Metric: Double]
    /// Which classes were taken for which, where a metric counted them.
    public var confusion: ConfusionMatrix?
    /// Class by class, where a classification's outputs were kept.
    public var classes: ClassReport?
    /// Errors, intervals and what they compare with, where a regression's outputs were kept.
    public var values: ValueReport?

    /// What predictions of numbers were to make small; nil of classes, and where it is not known.
    package var targetLoss: TargetLoss?

    /// Makes a report.
    public init(loss: Double, metrics: [Metric: Double] = [:]) {
        self.loss = loss
        self.metrics = metrics
    }

    /// A metric's value.
    ///
    /// - Throws: a `KalsaeError` with those that there are, where it was not asked for.
    public subscript(metric: Metric) -> Double {
        get throws(KalsaeError) {
            if let value = metrics[metric] { return value }
            let names = ordered.map(\.metric.rawValue)
            throw KalsaeError(
                "report", expected: names.isEmpty ? "no metric" : names.joined(separator: ", "),
                got: metric.rawValue, advice: "pass it in metrics: to the trainer")
        }
    }

    /// What an epoch is judged by: the loss, or a metric, negated where larger is better; NaN where
    /// it was not measured.
    func score(_ name: String) -> Double {
        if name == "loss" { return loss }
        guard let entry = metrics.first(where: { $0.key.rawValue == name }) else { return .nan }
        return entry.key.isBetterLarger ? -entry.value : entry.value
    }

    /// The metrics in the order of the list of all, whatever their settings; own ones by name.
    package var ordered: [(metric: Metric, value: Double)] {
        let names = Metric.all.map(\.name)
        func place(_ metric: Metric) -> Int { names.firstIndex(of: metric.name) ?? names.count }
        return metrics.sorted {
            (place($0.key), $0.key.rawValue) < (place($1.key), $1.key.rawValue)
        }.map { ($0.key, $0.value) }
    }
}

extension Report: Codable {
    private enum CodingKeys: String, CodingKey {
        case loss, metrics, confusion
    }

    /// Reads a report; metrics of one's own come back under their names.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        loss = try container.decode(Double.self, forKey: .loss)
        let named = try container.decode([String: Double].self, forKey: .metrics)
        metrics = [:]
        for (name, value) in named {
            metrics[Metric(rawValue: name) ?? Metric(placeholder: name)] = value
        }
        let counts = try container.decodeIfPresent([[Int]].self, forKey: .confusion)
        confusion = counts.flatMap { ConfusionMatrix(counts: $0) }
    }

    /// Writes loss, metrics by their names, and the confusion matrix.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(loss, forKey: .loss)
        let named = metrics.map { ($0.key.rawValue, $0.value) }
        try container.encode(Dictionary(uniqueKeysWithValues: named), forKey: .metrics)
        try container.encodeIfPresent(confusion?.counts, forKey: .confusion)
    }
}

extension Report: CustomStringConvertible {
    /// A line for the loss and one for each metric.
    public var description: String {
        let rows = [("loss", loss)] + ordered.map { ($0.metric.rawValue, $0.value) }
        let width = rows.map(\.0.count).max() ?? 0
        let lines = rows.map { name, value in
            name + String(repeating: " ", count: width - name.count) + "  " + value.short
        }
        return lines.joined(separator: "\n")
    }
}
