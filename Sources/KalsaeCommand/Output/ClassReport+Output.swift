import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

extension ClassReport {
    /// More classes than this are not listed in text.
    private static let mostListed = 12

    var jsonMembers: [JSONValue.Member] {
        var baseline = [
            JSONValue.Member("majority", .string(majority)),
            JSONValue.Member("accuracy", .number(majorityAccuracy)),
            JSONValue.Member("logLoss", .number(priorLogLoss)),
        ]
        if let linear {
            baseline.append(
                JSONValue.Member(
                    "linear",
                    ["accuracy": .number(linear.accuracy), "logLoss": .number(linear.logLoss)]))
        }
        var members = [
            JSONValue.Member("baseline", .object(baseline)),
            JSONValue.Member("classes", .array(classes.map(\.json))),
            JSONValue.Member(
                "confusion",
                .array(confusion.counts.map { row in .array(row.map { .integer($0) }) })),
        ]
        if let weightedConfusion {
            let rows = weightedConfusion.map { JSONValue.array($0.map { .number($0) }) }
            members.append(JSONValue.Member("weighted_confusion", .array(rows)))
        }
        if let threshold { members.append(JSONValue.Member("threshold", threshold.json)) }
        if let decision {
            members.append(
                JSONValue.Member(
                    "decision",
                    [
                        "class": .string(classes[decision.positive].name),
                        "probability": .number(decision.threshold),
                    ]))
        }
        return members
    }

    func lines(_ title: String) -> [String] {
        let balanced = isUneven ? ", balanced \(Self.short(balancedAccuracy))" : ""
        let area = areaUnderCurve.map { ", auc \(Self.short($0))" } ?? ""
        let first = "accuracy \(Self.short(accuracy))\(balanced)\(area)"
        var lines =
            title.count + first.count < 79 ? ["\(title): \(first)"] : ["\(title):", "  \(first)"]
        lines += [
            "  log loss \(Self.short(logLoss)), mean f1 \(Self.short(f1)), "
                + "calibration error \(Self.short(calibrationError)) (\(calibrated))",
            "  always \"\(majority)\": accuracy \(Self.short(majorityAccuracy)), "
                + "log loss of the shares \(Self.short(priorLogLoss))",
        ]
        if let linear {
            lines.append(
                "  a linear model: accuracy \(Self.short(linear.accuracy)), log loss "
                    + Self.short(linear.logLoss))
        }
        if let decision {
            lines.append("  \(decision.text(classes.map(\.name)))")
        }
        if classes.count <= Self.mostListed {
            let rows = table(hasCounts: true)
            // What is too wide for a terminal has its counts in --json.
            let isNarrow = rows.allSatisfy { $0.count <= 78 }
            lines += (isNarrow ? rows : table(hasCounts: false)).map { "  \($0)" }
        }
        if hasRareClass, let threshold { lines += threshold.lines }
        return lines
    }

    /// What the calibration error is of.
    private var calibrated: String {
        calibratedClass.map { "of \"\($0.cut(to: 8))\"" } ?? "predicted class"
    }

    /// A line for each class, with the rows that are taken for each class.
    private func table(hasCounts: Bool) -> [String] {
        let unit = weightedConfusion == nil ? "rows" : "weight"
        var table = TextTable(
            unit, "precision", "recall", "f1", hasCounts ? "class, \(unit) taken for each" : "class"
        )
        let cells =
            weightedConfusion?.map { $0.map(\.short) }
            ?? confusion.counts.map { $0.map { "\($0)" } }
        for (one, row) in zip(classes, cells) {
            let counts = hasCounts ? ": " + row.joined(separator: " ") : ""
            table.add(
                weightedConfusion == nil ? "\(one.rows)" : one.weight.short,
                Self.short(one.precision), one.recall.map(Self.short) ?? "-",
                Self.short(one.f1), one.name.cut(to: 24) + counts)
        }
        return table.lines
    }

    fileprivate static func short(_ value: Double) -> String { Progress.fixed(value, digits: 4) }
}

extension ClassReport.Class {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "rows": .integer(rows), "weight": .number(weight),
            "predicted": .integer(predicted),
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
            "  best f1 of \"\(name.cut(to: 10))\": from probability \(threshold.short) on, "
                + "chosen on these rows:",
            "  f1 \(ClassReport.short(f1)), precision \(ClassReport.short(precision)), recall "
                + "\(ClassReport.short(recall)), \(predicted.counting("row")) taken for it",
        ]
    }
}

extension DecisionRule {
    /// The rule in words.
    func text(_ names: [String]) -> String {
        "\"\(names[positive].cut(to: 24))\" is predicted from probability \(threshold.short) on"
    }
}

extension String {
    /// The text, or its beginning with an ellipsis.
    func cut(to length: Int) -> String {
        count <= length ? self : String(prefix(length - 1)) + "…"
    }
}
