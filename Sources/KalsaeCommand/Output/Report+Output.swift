import KalsaeData
import KalsaeFiles
import KalsaeTraining

extension Report {
    /// The loss, the metrics by their names, and all that is known beside them; null where a number
    /// has no value.
    var json: JSONValue {
        var members = [JSONValue.Member("loss", .number(loss))]
        for (metric, value) in ordered {
            members.append(JSONValue.Member(metric.rawValue, .number(value)))
        }
        members += classes?.jsonMembers ?? []
        members += values?.jsonMembers ?? []
        if !notices.isEmpty {
            members.append(JSONValue.Member("notices", .array(notices.map { .string($0) })))
        }
        return .object(members)
    }

    /// The numbers that tell most, on one line.
    var text: String {
        var parts = isOfSquares ? [] : ["loss " + Progress.fixed(loss, digits: 4)]
        for (metric, value) in ordered {
            parts.append("\(metric.rawValue) " + value.short)
        }
        return parts.joined(separator: ", ")
    }

    /// Some lines of at most 80 columns, the numbers that tell most first.
    ///
    /// - Parameter title: what was measured.
    func lines(_ title: String) -> [String] {
        if let classes { return classes.lines(title) }
        if let values { return values.lines(title) }
        return ["\(title): \(text)"]
    }

    /// A loss in the words of the report: of numbers the root of the mean square.
    func lossText(_ loss: Double) -> String {
        isOfSquares ? "rmse \(loss.squareRoot().short)" : "loss \(loss.short)"
    }

    /// Whether the loss is a mean square of numbers, whose root is told.
    private var isOfSquares: Bool {
        metrics[.rmse] != nil && targetLoss ?? .meanSquaredError == .meanSquaredError
    }
}

extension EpochRecord {
    /// The epoch for `--json`.
    var json: JSONValue {
        [
            "epoch": .integer(epoch), "steps": .integer(steps), "loss": .number(loss),
            "validation": validation?.json ?? .null, "learning_rate": .number(learningRate),
            "seconds": .number(seconds),
        ]
    }
}
