import KalsaeFiles
import KalsaeTraining

extension ValueReport {
    var jsonMembers: [JSONValue.Member] {
        var baseline = [
            JSONValue.Member("rmse", .number(meanRMSE)), JSONValue.Member("mae", .number(meanMAE)),
        ]
        if let linear {
            var members = [
                JSONValue.Member("rmse", .number(linear.rmse)),
                JSONValue.Member("mae", .number(linear.mae)),
            ]
            if let loss = linear.loss { members.append(JSONValue.Member("loss", .number(loss))) }
            baseline.append(JSONValue.Member("linear", .object(members)))
        }
        var members = [JSONValue.Member("baseline", .object(baseline))]
        if let targetLoss {
            members.append(
                JSONValue.Member(
                    "target_loss",
                    [
                        "name": .string(targetLoss.by.rawValue), "loss": .number(targetLoss.loss),
                        "constant": .number(targetLoss.constantLoss),
                        "below": targetLoss.below.map { .number($0) } ?? .null,
                    ]))
        }
        if let interval { members.append(JSONValue.Member("interval", interval.json)) }
        return members
    }

    func lines(_ title: String) -> [String] {
        let first = "r2 \(r2?.short ?? "-"), rmse \(rmse.short), mae \(mae.short)"
        var lines =
            title.count + first.count < 79 ? ["\(title): \(first)"] : ["\(title):", "  \(first)"]
        lines += [
            "  median error \(medianError.short); always the mean: rmse \(meanRMSE.short), mae "
                + meanMAE.short
        ]
        if let targetLoss {
            let share = targetLoss.below.map {
                ", \(Progress.fixed($0 * 100, digits: 1)) % of the rows below"
            }
            lines.append(
                "  loss \(targetLoss.loss.short), by \(targetLoss.by.rawValue)\(share ?? ""); always the same: "
                    + targetLoss.constantLoss.short)
        }
        if let linear {
            let loss = linear.loss.map { ", loss \($0.short)" } ?? ""
            lines.append(
                "  a linear model: rmse \(linear.rmse.short), mae \(linear.mae.short)\(loss)")
        }
        if let interval {
            let percent = Progress.fixed(interval.level * 100, digits: 2)
            // 90.00 is 90, 99.50 is 99.5.
            let level = "\(Double(percent) ?? interval.level * 100)".replacing(/\.0$/, with: "")
            let coverage = interval.coverage.map {
                ", holds \(Progress.fixed($0 * 100, digits: 1)) % of these rows"
            }
            lines.append("  interval of \(level) %: ± \(interval.halfWidth.short)\(coverage ?? "")")
        }
        return lines
    }
}

extension ValueReport.Interval {
    fileprivate var json: JSONValue {
        [
            "level": .number(level), "half_width": .number(halfWidth),
            "coverage": coverage.map { .number($0) } ?? .null,
        ]
    }
}
