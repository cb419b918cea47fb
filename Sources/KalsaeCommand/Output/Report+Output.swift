import KalsaeFiles
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
}
