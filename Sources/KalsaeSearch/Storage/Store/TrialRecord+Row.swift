import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

extension TrialRecord {
    /// The trial as a store keeps it.
    var row: TrialRow {
        TrialRow(
            number: number, state: state.rawValue, parameters: parameters.json.text,
            objectives: JSONValue.array(values.map { .objective($0) }).text, reason: reason,
            spaceVersion: spaceVersion, started: started, ended: ended, owner: owner,
            leasedUntil: leasedUntil, attempts: attempts, source: source,
            run: run, reports: reports.map { ($0.step, $0.value) })
    }

    /// A trial from a store; what no version of Kalsae writes is refused.
    init(_ row: TrialRow, of study: String) throws(KalsaeError) {
        let subject = "trial \(row.number) of \(study)"
        guard let state = TrialState(rawValue: row.state) else {
            throw KalsaeError(subject, expected: "a state of trials", got: row.state)
        }
        let parameters = try Assignment(
            json: JSONValue(parsing: row.parameters, subject: subject), subject: subject)
        self.init(number: row.number, state: state, parameters: parameters)
        for value in try JSONValue(parsing: row.objectives, subject: subject).array ?? [] {
            guard let number = value.objective else {
                throw KalsaeError(subject, expected: "numbers as values", got: value.text)
            }
            values.append(number)
        }
        reports = row.reports.map { TrialReport(step: $0.step, value: $0.value) }
        (reason, spaceVersion, started, ended) = (
            row.reason, row.spaceVersion, row.started, row.ended
        )
        (owner, leasedUntil, attempts) = (row.owner, row.leasedUntil, row.attempts)
        (source, run) = (row.source, row.run)
    }
}

extension JSONValue {
    /// A value of an objective; JSON has no infinite numbers, so that they are texts.
    static func objective(_ value: Double) -> JSONValue {
        value.isFinite ? .number(value) : .string(value > 0 ? "inf" : "-inf")
    }

    var objective: Double? {
        switch self {
        case .string("inf"): .infinity
        case .string("-inf"): -.infinity
        default: number
        }
    }
}
