import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import Synchronization

/// Keeps a study in a PostgreSQL database, for workers on any number of hosts.
///
/// What ended stays when `tell` has returned. What begins or is reported stays when the worker dies; a
/// server that dies may lose the last moments of it, which are then done again. Leases count by the
/// server's clock.
public final class PostgresStorage: StudyStorage {
    /// True: workers are processes.
    public let isShared = true
    let connection: PostgresConnection
    private let name: String
    private let row: String
    private let known: (directions: String, space: String, isNew: Bool)
    private let state = Mutex(State())

    private struct State {
        var offset = ClockOffset()
        /// The greatest number of a trial that the server was seen to have.
        var last = -1
        /// How many reports of own trials the server has.
        var reports: [Int: Int] = [:]
    }

    /// The study of a name, which is made where there is none.
    init(_ description: StudyDescription, _ connection: PostgresConnection) throws(KalsaeError) {
        try Store.checkName(description.name, of: "study")
        (self.connection, name) = (connection, description.name)
        let values = [
            description.name, StoreStorage.text(description.directions),
            description.space.json.text,
        ]
        // Nothing comes where another worker makes it at this moment; then it is there.
        var found: [String?]?
        for _ in 0..<2 where found == nil {
            found = try connection.run(PostgresStatements.openStudy, values).rows.first
        }
        guard let found, let row = found[0], let directions = found[1], let space = found[2] else {
            throw KalsaeError(connection.name, expected: "study \(name)", got: "none")
        }
        self.row = row
        known = (directions, space, found[3] == "t")
    }

    /// The space that the study has; other directions than its own are refused.
    public func open(_ description: StudyDescription) throws(KalsaeError) -> SearchSpace? {
        try StoreStorage.check(description, is: name, directions: known.directions)
        if known.isNew { return nil }
        return try SearchSpace(json: JSONValue(parsing: known.space, subject: "space of \(name)"))
    }

    /// What others did since, and this worker. An event may come twice.
    public func changes(
        since revision: Int, from first: Int
    ) throws(KalsaeError) -> StudyChanges {
        try changes(since: revision, first, .max)
    }

    private func changes(
        since revision: Int, _ first: Int, _ last: Int
    ) throws(KalsaeError) -> StudyChanges {
        let rows = try connection.run(
            PostgresStatements.changes, [row, "\(revision)", "\(first)", "\(last)"]
        ).rows
        guard let head = rows.first, let now = head[0].flatMap({ Int($0) }) else {
            throw KalsaeError(
                connection.name, expected: "study \(name), which was opened", got: "none",
                advice: "it was deleted; start anew")
        }
        let offset = adjust(to: head[1].flatMap { Int($0) })
        var changes = StudyChanges(revision: now)
        for row in rows where row[3] != nil {
            var trial = try TrialRecord(TrialRow(row[3...]), of: name)
            trial.started = trial.started.moved(by: -offset)
            trial.ended = trial.ended.moved(by: -offset)
            trial.leasedUntil = trial.leasedUntil.moved(by: -offset)
            changes.trials.append(trial)
        }
        if let last = changes.trials.last?.number {
            state.withLock { $0.last = max($0.last, last) }
        }
        if let text = head[2] {
            changes.space = try SearchSpace(
                json: JSONValue(parsing: text, subject: "space of \(name)"))
        }
        return changes
    }

    private func adjust(to clock: Int?) -> Int {
        state.withLock { state in
            if let clock { state.offset.adjust(to: clock) }
            return state.offset.milliseconds
        }
    }

    private var offset: Int { state.withLock { $0.offset.milliseconds } }

    /// Adds the next trial.
    public func add(_ trial: TrialRecord) throws(KalsaeError) -> Int? {
        let (row, offset) = (trial.row, offset)
        let answer = try connection.run(
            PostgresStatements.add,
            [
                self.row, "\(row.number)", row.state, row.parameters, row.objectives,
                row.reason.withoutNUL, "\(row.spaceVersion)", "\(row.started.moved(by: offset))",
                "\(row.ended.moved(by: offset))", row.owner,
                "\(row.leasedUntil.moved(by: offset))", "\(row.attempts)", row.source, row.run,
                Self.array(row.reports.map { "\($0.step)" }),
                Self.array(row.reports.map { "\($0.value)" }),
            ])
        if answer.rows.first?[0] == "-1" {
            guard state.withLock({ $0.last }) >= row.number - 1 else { return nil }
            _ = try connection.run(PostgresStatements.fill, [self.row, "\(row.number)"])
            return nil
        }
        guard try isDone(answer, trial) else { return nil }
        state.withLock { state in
            state.last = max(state.last, row.number)
            state.reports[trial.number] = row.reports.count
        }
        return Self.uncounted
    }

    /// Writes a trial that a worker still has; its end is on the disc of the server behind this.
    public func update(_ trial: TrialRecord) throws(KalsaeError) -> Int? {
        let (row, offset) = (trial.row, offset)
        let sent = state.withLock { $0.reports[trial.number] ?? 0 }
        let new = row.reports.dropFirst(sent)
        let answer = try connection.run(
            PostgresStatements.update,
            [
                self.row, "\(row.number)", row.state, row.parameters, row.objectives,
                row.reason.withoutNUL, "\(row.spaceVersion)", "\(row.ended.moved(by: offset))",
                "\(row.leasedUntil.moved(by: offset))", row.run, row.owner, "\(sent)",
                Self.array(new.map { "\($0.step)" }), Self.array(new.map { "\($0.value)" }),
                trial.state.isFinished ? "on" : "off",
            ])
        guard try isDone(answer, trial) else { return nil }
        state.withLock { state in
            state.reports[trial.number] = trial.state.isFinished ? nil : row.reports.count
        }
        return Self.uncounted
    }

    /// Gives a trial to a worker.
    public func claim(
        _ number: Int, for owner: String, now: Int, until: Int
    ) throws(KalsaeError) -> TrialRecord? {
        let offset = offset
        let answer = try connection.run(
            PostgresStatements.claim,
            [
                row, "\(number)", owner, "\(now.moved(by: offset))",
                "\(until.moved(by: offset))",
            ])
        var wanted = TrialRecord(number: number, state: .running)
        wanted.owner = owner
        guard try isDone(answer, wanted) else { return nil }
        let trial = try changes(since: 0, number, number).trials.first
        state.withLock { $0.reports[number] = trial?.reports.count }
        return trial
    }

    /// Moves the lapse of leases.
    public func renew(
        _ numbers: [Int], of owner: String, until: Int
    ) throws(KalsaeError) {
        _ = try connection.run(
            PostgresStatements.renew,
            [row, Self.array(numbers.map { "\($0)" }), owner, "\(until.moved(by: offset))"])
    }

    /// Changes the space.
    public func change(to space: SearchSpace) throws(KalsaeError) -> Bool {
        let answer = try connection.run(
            PostgresStatements.changeSpace, [row, space.json.text, "\(space.version)"])
        return !answer.rows.isEmpty
    }

    /// Whether an event happened: it says so, or its answer was lost, and the trial is as wanted.
    private func isDone(
        _ answer: PostgresConnection.Answer, _ trial: TrialRecord
    ) throws(KalsaeError) -> Bool {
        if !answer.rows.isEmpty { return true }
        guard answer.isRepeated else { return false }
        let found = try connection.run(PostgresStatements.look, [row, "\(trial.number)"]).rows.first
        return found.map { $0[0] == trial.state.rawValue && $0[1] == trial.owner } ?? false
    }

    /// The revision of an event, where none is counted one by one.
    private static let uncounted = 0

    private static func array(_ texts: [String]) -> String {
        "{\(texts.joined(separator: ","))}"
    }
}

extension TrialRow {
    /// The columns of `PostgresStatements.changes` from a trial's number on.
    fileprivate init(_ columns: ArraySlice<String?>) {
        let texts = columns.map { $0 ?? "" }
        func whole(_ index: Int) -> Int { Int(texts[index]) ?? 0 }
        self.init(
            number: whole(0), state: texts[1], parameters: texts[2], objectives: texts[3],
            reason: texts[4], spaceVersion: whole(5), started: whole(6), ended: whole(7),
            owner: texts[8], leasedUntil: whole(9), attempts: whole(10), source: texts[11],
            run: texts[12],
            reports: texts[13].split(separator: ",").map { report in
                let parts = report.split(separator: " ")
                return (Int(parts[0]) ?? 0, parts.last.flatMap { Double($0) } ?? .nan)
            })
    }
}
