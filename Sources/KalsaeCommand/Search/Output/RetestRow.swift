import KalsaeFiles
import KalsaeSearch

/// The settings of a trial as they were and as they are now.
struct RetestRow {
    let trial: TrialRecord
    let rankBefore: Int
    /// The values of the new trainings that have one.
    let values: [Double]
    /// Its position by the mean of its values, from 1; nil where no training has one.
    private(set) var rank: Int?

    /// Whether other settings have become better.
    var isStale: Bool { rank.map { $0 > rankBefore } ?? true }

    /// The mean value; nil where there is none.
    var mean: Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }

    /// A row for each trial, whose new trainings stand one behind another in a history.
    static func rows(
        _ ranked: [TrialRecord], _ history: TrialHistory, repeats: Int
    ) -> [RetestRow] {
        var rows = ranked.enumerated().map { index, trial in
            let new = history.trials.dropFirst(index * repeats).prefix(repeats)
            return RetestRow(
                trial: trial, rankBefore: index + 1,
                values: new.filter { $0.state == .complete }.map { $0.values[0] })
        }
        let direction = history.directions[0]
        let order = rows.indices.compactMap { index in
            rows[index].mean.map {
                (loss: direction == .minimize ? $0 : -$0, index: index)
            }
        }.sorted { ($0.loss, $0.index) < ($1.loss, $1.index) }
        for (rank, entry) in order.enumerated() { rows[entry.index].rank = rank + 1 }
        return rows
    }

    func texts(withRange: Bool) -> [String] {
        let number = { (value: Double?) in value.map { RunText.number($0) } ?? "-" }
        return [
            "\(trial.number)", "\(rankBefore)",
            rank.map { "\($0)\(isStale ? " stale" : "")" } ?? "-", number(trial.values.first),
            number(mean),
        ] + (withRange ? [number(values.min()), number(values.max())] : [])
            + [SearchText.parameters(trial.parameters)]
    }

    var json: JSONValue {
        let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
        return [
            "trial": .integer(trial.number), "rank_before": .integer(rankBefore),
            "rank": rank.map { .integer($0) } ?? .null, "stale": .bool(isStale),
            "value_before": number(trial.values.first), "value": number(mean),
            "values": .array(values.map { .number($0) }), "parameters": trial.parameters.json,
        ]
    }
}
