import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

/// Trials in words.
enum SearchText {
    /// One line about a trial that has ended.
    static func line(
        _ trial: TrialRecord, _ objectives: [SearchObjective], isBest: Bool
    ) -> String {
        let time = trial.ended > trial.started ? RunText.duration(trial.ended - trial.started) : "-"
        let settings = parameters(trial.parameters)
        switch trial.state {
        case .complete:
            let mark = isBest ? ", the best so far" : ""
            return
                "trial \(trial.number): \(values(trial, objectives)) in \(time)\(mark) (\(settings))"
        case .pruned:
            let last = trial.reports.last.map { " behind epoch \($0.step)" } ?? ""
            return "trial \(trial.number): pruned\(last) in \(time) (\(settings))"
        case .failed:
            return
                "trial \(trial.number): failed: \(trial.reason.replacing("\n", with: " ").printable) (\(settings))"
        case .running, .waiting: return "trial \(trial.number): \(trial.state.rawValue)"
        }
    }

    /// As in `accuracy 0.967, parameters 131`.
    static func values(_ trial: TrialRecord, _ objectives: [SearchObjective]) -> String {
        zip(objectives, trial.values).map { "\($0.name) \($0.text($1))" }
            .joined(separator: ", ")
    }

    /// Where a trial stands: one whose worker gave it back, or is gone, waits for another.
    static func state(_ trial: TrialRecord) -> TrialState {
        trial.state == .running && trial.leasedUntil < Timestamp.now ? .waiting : trial.state
    }

    /// As in `learning-rate 0.0031, units 32`.
    static func parameters(_ parameters: Assignment) -> String {
        zip(parameters.names, parameters.values).map { "\($0) \(value($1))" }
            .joined(separator: ", ")
    }

    /// A value with the digits that tell.
    static func value(_ value: ParameterValue) -> String {
        if case .real(let number) = value { return RunText.number(number) }
        return value.description.printable
    }

    /// Why a trial has no value, in few words; empty where it has one.
    static func reason(_ trial: TrialRecord) -> String {
        switch trial.state {
        case .failed:
            let text = trial.reason.replacing("\n", with: " ").printable
            return text.count > 72 ? "\(text.prefix(71))…" : text
        case .pruned: return trial.reports.last.map { "behind epoch \($0.step)" } ?? ""
        case .complete, .running, .waiting: return ""
        }
    }

    /// The trials in columns; with why some have no value, where some have none.
    static func table(
        _ trials: [TrialRecord], _ objectives: [SearchObjective], _ space: SearchSpace
    ) -> [String] {
        let hasReasons = trials.contains { !reason($0).isEmpty }
        var table = TextTable(
            ["trial", "state"] + objectives.map(\.name) + ["time"] + space.names
                + (hasReasons ? ["reason"] : []))
        for trial in trials {
            let values = objectives.indices.map { index in
                trial.values.indices.contains(index)
                    ? objectives[index].text(trial.values[index]) : "-"
            }
            let time = trial.ended > trial.started ? trial.ended - trial.started : nil
            let settings = space.names.map { trial.parameters[$0].map(value) ?? "-" }
            table.add(
                ["\(trial.number)", state(trial).rawValue] + values + [RunText.duration(time)]
                    + settings + (hasReasons ? [reason(trial)] : []))
        }
        return table.lines
    }
}
