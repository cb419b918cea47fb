import GRDB
import KalsaeSupport
import Synchronization

/// Keeps a study in a SQLite file of Optuna (schema 12), which Optuna may go on with, and Kalsae
/// with one of Optuna's: in turns, or at once.
///
/// Parameters keep the distributions that the file has for them. `warmStart(from:)` copies a study
/// from or to such a file.
public final class OptunaStorage: StudyStorage {
    private struct State {
        var space = SearchSpace()
        var distributions: [String: OptunaDistribution] = [:]
        /// Each look may find something new, since Optuna counts no events.
        var revision = 0
    }

    /// True: workers of both kinds are processes.
    public let isShared = true
    private let path: String
    private let queue: DatabaseQueue
    private let study: Int64
    private let isNew: Bool
    private let name: String
    private let state = Mutex(State())

    /// Opens or makes the study of a name in a file, which is made where it is missing.
    ///
    /// - Parameter creates: false to refuse a file or a study that is not there.
    public init(
        _ path: String, study name: String, _ directions: [Direction] = [.minimize],
        creates: Bool = true
    ) throws(KalsaeError) {
        (self.path, self.name) = (path, name)
        var configuration = Configuration()
        configuration.busyMode = .timeout(60)
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            (study, isNew) = try queue.write { database in
                try OptunaSchema.prepare(database, path)
                if !creates { try Self.checkThere(database, path, name) }
                return try Self.study(database, path, name, directions)
            }
        } catch {
            throw KalsaeError(error, optuna: path)
        }
    }

    private static func checkThere(_ database: Database, _ path: String, _ name: String) throws {
        let names = try String.fetchAll(
            database, sql: "SELECT study_name FROM studies ORDER BY study_id")
        guard !names.contains(name) else { return }
        throw KalsaeError(
            path, expected: "one of its studies (\(names.joined(separator: ", ")))",
            got: "\"\(name)\"", advice: SpellingSuggestion.advice(name, in: names))
    }

    private static func study(
        _ database: Database, _ path: String, _ name: String, _ directions: [Direction]
    ) throws -> (Int64, Bool) {
        let words = directions.map { $0.rawValue.uppercased() }
        let known = try Int64.fetchOne(
            database, sql: "SELECT study_id FROM studies WHERE study_name = ?", arguments: [name])
        if let known {
            let found = try String.fetchAll(
                database,
                sql: "SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective",
                arguments: [known])
            guard found == words else {
                let known = found.isEmpty ? "none" : found.joined(separator: ", ").lowercased()
                throw KalsaeError(
                    "\(path), \(name)",
                    expected: "a study to \(words.joined(separator: ", ").lowercased())",
                    got: "one to \(known)")
            }
            return (known, false)
        }
        try database.execute(
            sql: "INSERT INTO studies (study_name) VALUES (?)", arguments: [name])
        let study = database.lastInsertedRowID
        for (objective, word) in words.enumerated() {
            try database.execute(
                sql: """
                    INSERT INTO study_directions (direction, study_id, objective) VALUES (?, ?, ?)
                    """, arguments: [word, study, objective])
        }
        return (study, true)
    }

    /// The space of the distributions in the file; of a parameter that has several the last.
    public func open(_ description: StudyDescription) throws(KalsaeError) -> SearchSpace? {
        guard description.name == name else {
            throw KalsaeError(description.name, expected: "the study \(name)", got: "another")
        }
        if isNew {
            try learn(description.space)
            return nil
        }
        _ = try changes(since: 0, from: 0)
        // The file has the parameters of trials only.
        if state.withLock({ $0.space.parameters.isEmpty }) { try learn(description.space) }
        return state.withLock { $0.space }
    }

    /// The trials from the first that may have changed.
    public func changes(since revision: Int, from first: Int) throws(KalsaeError) -> StudyChanges {
        let (trials, distributions) = try transaction(.deferred) { try $0.read(from: first) }
        return try state.withLock { state throws(KalsaeError) in
            let before = state.space
            for (name, distribution) in distributions
            where state.distributions[name]?.text != distribution.text {
                state.distributions[name] = distribution
                state.space = try state.space.defining(Parameter(name, distribution.domain))
            }
            state.revision = max(state.revision, revision) + 1
            return StudyChanges(
                revision: state.revision, trials: trials,
                space: state.space == before ? nil : state.space)
        }
    }

    /// Adds a trial, in one transaction.
    public func add(_ trial: TrialRecord) throws(KalsaeError) -> Int? {
        let distributions = state.withLock { $0.distributions }
        let isAdded = try transaction(.immediate) { trials in
            let count = try Int.fetchOne(
                trials.database, sql: "SELECT count(*) FROM trials WHERE study_id = ?",
                arguments: [trials.study])
            guard count == trial.number else { return false }
            try trials.insert(trial, distributions)
            return true
        }
        return isAdded ? next() : nil
    }

    /// Writes a trial, in one transaction.
    public func update(_ trial: TrialRecord) throws(KalsaeError) -> Int? {
        let distributions = state.withLock { $0.distributions }
        let isWritten = try transaction(.immediate) { trials in
            guard let (id, known) = try self.known(trial.number, trials),
                known.state == .running, known.owner == trial.owner
            else { return false }
            try trials.write(trial, id, distributions)
            return true
        }
        return isWritten ? next() : nil
    }

    /// Gives a trial to a worker, in one transaction.
    public func claim(
        _ number: Int, for owner: String, now: Int, until: Int
    ) throws(KalsaeError) -> TrialRecord? {
        let distributions = state.withLock { $0.distributions }
        return try transaction(.immediate) { trials in
            guard let (id, known) = try self.known(number, trials) else { return nil }
            var trial = known
            guard
                trial.state == .waiting || (trial.state == .running && trial.leasedUntil < now)
            else { return nil }
            trial.begin(owner, now: now, until: until)
            try trials.write(trial, id, distributions)
            return trial
        }
    }

    /// Moves the lapse of leases.
    public func renew(
        _ numbers: [Int], of owner: String, until: Int
    ) throws(KalsaeError) {
        try transaction(.immediate) { trials in
            for number in numbers {
                guard let (id, known) = try self.known(number, trials),
                    known.state == .running, known.owner == owner
                else { continue }
                var trial = known
                trial.leasedUntil = until
                try trials.writeAttribute(trial, id)
            }
        }
    }

    /// Takes a space for what is written from now on; the file has it with its trials.
    public func change(to space: SearchSpace) throws(KalsaeError) -> Bool {
        try learn(space)
        return true
    }

    private func learn(_ space: SearchSpace) throws(KalsaeError) {
        state.withLock { state in
            for parameter in space.parameters
            where state.distributions[parameter.name]?.domain != parameter.domain {
                state.distributions[parameter.name] = OptunaDistribution(parameter.domain)
            }
            state.space = space
        }
    }

    private func next() -> Int {
        state.withLock { state in
            state.revision += 1
            return state.revision
        }
    }

    private func known(
        _ number: Int, _ trials: OptunaTrials
    ) throws -> (Int64, TrialRecord)? {
        let id = try Int64.fetchOne(
            trials.database, sql: "SELECT trial_id FROM trials WHERE study_id = ? AND number = ?",
            arguments: [trials.study, number])
        guard let id, let trial = try trials.read(from: number).trials.first else { return nil }
        return (id, trial)
    }

    private func transaction<Result>(
        _ kind: Database.TransactionKind, _ body: (OptunaTrials) throws -> Result
    ) throws(KalsaeError) -> Result {
        do {
            return try queue.writeWithoutTransaction { database in
                var result: Result?
                try database.inTransaction(kind) {
                    result = try body(OptunaTrials(database: database, study: study))
                    return .commit
                }
                guard let result else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
                return result
            }
        } catch {
            throw KalsaeError(error, optuna: path)
        }
    }
}

extension KalsaeError {
    /// What went wrong with a file of Optuna, in one line.
    fileprivate init(_ error: any Error, optuna path: String) {
        if let known = error as? KalsaeError {
            self = known
        } else {
            let words = (error as? DatabaseError)?.message ?? "\(error)"
            self.init(path, expected: "a study file of Optuna", got: words)
        }
    }
}
