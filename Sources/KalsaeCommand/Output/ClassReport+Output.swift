import KalsaeFiles
import KalsaeTraining

extension ClassReport {
    /// More classes than this are not listed in text.
    private static let mostListed = 12

    var jsonMembers: [JSONValue.Member] {
        var members = [
            JSONValue.Member(
                "baseline",
                [
                    "majority": .string(majority), "accuracy": .number(majorityAccuracy),
                    "logLoss": .number(priorLogLoss),
                ]),
            JSONValue.Member("classes", .array(classes.map(\.json))),
            JSONValue.Member(
                "confusion",
                .array(confusion.counts.map { row in .array(row.map { .integer($0) }) })),
        ]
        if let threshold { members.append(JSONValue.Member("threshold", threshold.json)) }
        return members
    }

    func lines(_ title: String) -> [String] {
        let balanced = isUneven ? ", balanced \(Self.short(balancedAccuracy))" : ""
        let area = areaUnderCurve.map { ", auc \(Self.short($0))" } ?? ""
        var lines = [
            "\(title): accuracy \(Self.short(accuracy))\(balanced)\(area)",
            "  log loss \(Self.short(logLoss)), f1 \(Self.short(f1)), "
                + "calibration error \(Self.short(calibrationError))",
            "  always \"\(majority)\": accuracy \(Self.short(majorityAccuracy)), "
                + "log loss of the shares \(Self.short(priorLogLoss))",
        ]
        guard classes.count <= Self.mostListed else { return lines }
        let numbers = confusion.counts.map { row in row.map { "\($0)" }.joined(separator: " ") }
        var table = TextTable("rows", "precision", "recall", "f1", "class, rows taken for each")
        for (one, counts) in zip(classes, numbers) {
            table.add(
                "\(one.rows)", Self.short(one.precision), one.recall.map(Self.short) ?? "-",
                Self.short(one.f1), "\(one.name.cut(to: 24)): \(counts)")
        }
        lines += table.lines.map { "  \($0)" }
        if hasRareClass, let threshold { lines += threshold.lines }
        return lines
    }

    fileprivate static func short(_ value: Double) -> String { Progress.fixed(value, digits: 4) }
}

extension ClassReport.Class {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "rows": .integer(rows), "predicted": .integer(predicted),
            "precision": .number(precision), "recall": recall.map { .number($0) } ?? .null,
            "f1": .number(f1),
        ]
    }
}

extension OperatingPoint {
    fileprivate var json: JSONValue {
        [
            "class": .string(name), "probability": .number(threshold),
            "precision": .number(precision), "recall": .number(recall), "f1": .number(f1),
            "predicted": .integer(predicted),
        ]
    }

    fileprivate var lines: [String] {
        [
            "  best f1 of \"\(name.cut(to: 24))\": say it from probability \(threshold.short) on:",
            "  f1 \(ClassReport.short(f1)), precision \(ClassReport.short(precision)), recall "
                + "\(ClassReport.short(recall)), \(predicted) rows",
        ]
    }
}

extension String {
    /// The text, or its beginning with an ellipsis.
    func cut(to length: Int) -> String {
        count <= length ? self : String(prefix(length - 1)) + "…"
    }
}
