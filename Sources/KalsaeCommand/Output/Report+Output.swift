import KalsaeFiles
import KalsaeLayers
import KalsaeTraining

extension Report {
    /// The loss and the metrics by their names.
    var json: JSONValue {
        var members = [JSONValue.Member("loss", .number(loss))]
        for (metric, value) in ordered {
            members.append(JSONValue.Member(metric.rawValue, .number(value)))
        }
        return .object(members)
    }

    /// The loss and the metrics on one line.
    var text: String {
        var parts = ["loss " + Progress.fixed(loss, digits: 4)]
        for (metric, value) in ordered {
            parts.append("\(metric.rawValue) " + Progress.fixed(value, digits: 4))
        }
        return parts.joined(separator: ", ")
    }

    /// The metrics in the order of the list of all, whatever their settings.
    private var ordered: [(key: Metric, value: Double)] {
        let names = Metric.all.map(\.name)
        func place(_ metric: Metric) -> Int { names.firstIndex(of: metric.name) ?? names.count }
        return metrics.sorted {
            (place($0.key), $0.key.rawValue) < (place($1.key), $1.key.rawValue)
        }
    }
}
