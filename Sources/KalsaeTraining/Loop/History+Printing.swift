import KalsaeLayers

extension History: CustomStringConvertible {
    /// Epochs that are printed at both ends of a longer history.
    private static let mostShown = 10

    /// A row for each epoch, of long histories the first and the last ten, and why it ended.
    public var description: String {
        let metrics = epochs.lazy.compactMap(\.validation).first?.ordered.map(\.metric) ?? []
        let hasValidation = epochs.contains { $0.validation != nil }
        var rows = [["epoch", "steps", "loss"]]
        if hasValidation { rows[0] += ["val_loss"] + metrics.map { "val_\($0.rawValue)" } }
        rows[0] += ["rate", "seconds"]
        for epoch in epochs {
            var row = ["\(epoch.epoch)", "\(epoch.steps)", epoch.loss.short]
            if hasValidation {
                row.append(epoch.validation?.loss.short ?? "-")
                row += metrics.map { epoch.validation?.metrics[$0]?.short ?? "-" }
            }
            rows.append(row + [epoch.learningRate.short, epoch.seconds.fixed(2)])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
                .joined(separator: "  ")
        }
        if epochs.count > 2 * Self.mostShown {
            let hidden = epochs.count - 2 * Self.mostShown
            lines.replaceSubrange(
                (1 + Self.mostShown)..<(1 + Self.mostShown + hidden), with: ["… \(hidden) more …"])
        }
        return (lines + [ending]).joined(separator: "\n")
    }

    private var ending: String {
        let restored = restoredEpoch.map { ", weights of epoch \($0)" } ?? ""
        return switch end {
        case .completed: "completed\(restored)"
        case .earlyStopping: "stopped early\(restored)"
        case .stopped(let reason): reason.isEmpty ? "stopped" : "stopped: \(reason)"
        case .cancelled: "cancelled"
        }
    }
}
