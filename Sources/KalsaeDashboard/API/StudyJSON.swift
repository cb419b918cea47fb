import KalsaeFiles
import KalsaeRuns
import KalsaeSearch

/// A study of the store, opened without knowing what its trials are.
struct OpenStudy {
    let name: String
    let study: Study

    /// The study of a name in a store.
    init(_ name: String, in store: Store) throws {
        guard let directions = try store.studyDirections(name) else {
            throw HTTPFault(404, "study: expected one of the store, got another one")
        }
        self.name = name
        study = try Study(name, directions.compactMap { Direction(rawValue: $0) }, in: store)
    }
}

/// Studies as the page gets them.
enum StudyJSON {
    /// A trial as a row; of its study in streams.
    static func trial(_ trial: TrialRecord, of study: String? = nil) -> JSONValue {
        var members = study.map { [JSONValue.Member("study", .string($0))] } ?? []
        members += [
            .init("number", .integer(trial.number)), .init("state", .string(trial.state.rawValue)),
            .init("parameters", trial.parameters.json),
            .init("objectives", .array(trial.values.map(\.json))),
            .init("reason", .string(trial.reason)), .init("started", time(trial.started)),
            .init("ended", time(trial.ended)), .init("owner", .string(trial.owner)),
            .init("source", .string(trial.source)),
            .init("run", trial.run.isEmpty ? .null : .string(trial.run)),
            .init("reports", .integer(trial.reports.count)),
        ]
        return .object(members)
    }

    private static func time(_ milliseconds: Int) -> JSONValue {
        milliseconds > 0 ? .integer(milliseconds) : .null
    }

    /// Whether a page would show two states of a trial differently.
    static func differ(_ one: TrialRecord, _ other: TrialRecord) -> Bool {
        one.state != other.state || one.reports.count != other.reports.count
            || one.owner != other.owner || one.run != other.run
            || one.parameters != other.parameters || one.values != other.values
    }
}
