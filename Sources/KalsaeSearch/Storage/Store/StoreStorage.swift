import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

/// Keeps a study in the file of a store of runs, for any number of processes on one machine.
///
/// What returned survives a process that is killed at any moment. A power failure may take the last
/// moments, never the file. A store opened for reading shows a study and never writes.
public final class StoreStorage: StudyStorage {
    /// True: workers are processes.
    public let isShared = true
    private let store: Store
    private let name: String
    private let study: StudyRow

    /// The study of a name in a store; it is made where the store may be written.
    public init(_ description: StudyDescription, in store: Store) throws(KalsaeError) {
        self.store = store
        name = description.name
        study = try store.openStudy(
            description.name, directions: Self.text(description.directions),
            space: description.space.json.text)
    }

    static func text(_ directions: [Direction]) -> String {
        JSONValue.array(directions.map { .string($0.rawValue) }).text
    }

    /// The space that the study has; other directions than its own are refused.
    public func open(_ description: StudyDescription) throws(KalsaeError) -> SearchSpace? {
        try Self.check(description, is: name, directions: study.directions)
        if study.isNew { return nil }
        return try SearchSpace(json: JSONValue(parsing: study.space, subject: "space of \(name)"))
    }

    /// Throws where a study is not the one of a storage.
    static func check(
        _ description: StudyDescription, is name: String, directions: String
    ) throws(KalsaeError) {
        guard description.name == name else {
            throw KalsaeError(
                description.name, expected: "the study of this storage", got: name,
                advice: "give each study a storage of its own")
        }
        guard directions == Self.text(description.directions) else {
            throw KalsaeError(
                name, expected: "the directions \(directions) of the study in the store",
                got: Self.text(description.directions))
        }
    }

    /// What others did since, and this worker.
    public func changes(
        since revision: Int, from first: Int
    ) throws(KalsaeError) -> StudyChanges {
        let rows = try store.studyChanges(study.row, since: revision, from: first)
        var changes = StudyChanges(revision: rows.revision)
        for row in rows.trials { changes.trials.append(try TrialRecord(row, of: name)) }
        if let text = rows.space {
            changes.space = try SearchSpace(
                json: JSONValue(parsing: text, subject: "space of \(name)"))
        }
        return changes
    }

    /// Adds the next trial, in one transaction.
    public func add(_ trial: TrialRecord) throws(KalsaeError) -> Int? {
        try store.addTrial(trial.row, to: study.row)
    }

    /// Writes a trial, in one transaction.
    public func update(_ trial: TrialRecord) throws(KalsaeError) -> Int? {
        try store.updateTrial(trial.row, of: study.row)
    }

    /// Gives a trial to a worker, in one transaction.
    public func claim(
        _ number: Int, for owner: String, now: Int, until: Int
    ) throws(KalsaeError) -> TrialRecord? {
        let revision = try store.claimTrial(
            number, of: study.row, for: owner, now: now, until: until)
        guard let revision else { return nil }
        return try changes(since: revision - 1, from: number).trials.first { $0.number == number }
    }

    /// Moves the lapse of leases, in one transaction.
    public func renew(
        _ numbers: [Int], of owner: String, until: Int
    ) throws(KalsaeError) {
        try store.renewTrials(numbers, of: study.row, owner: owner, until: until)
    }

    /// Changes the space, in one transaction.
    public func change(to space: SearchSpace) throws(KalsaeError) -> Bool {
        try store.changeSpace(study.row, to: space.json.text, version: space.version)
    }
}

extension Study {
    /// A study in a store of runs or a database; workers join it by its name.
    public convenience init(
        _ name: String, _ directions: [Direction] = [.minimize], in studies: some StudyCatalog,
        space: SearchSpace = SearchSpace(), sampler: some Sampler = TPESampler(),
        pruner: some Pruner = NoPruner(), seed: UInt64 = 0, lease: Double = 60
    ) throws(KalsaeError) {
        let description = StudyDescription(name: name, directions: directions, space: space)
        try self.init(
            name, directions, space: space, sampler: sampler, pruner: pruner, seed: seed,
            storage: studies.storage(of: description), lease: lease)
    }
}
