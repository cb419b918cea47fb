import KalsaeSupport

/// A study of rank 0, for a worker of another rank: each event is a message there, and its answer.
///
/// Leases count by the clock of rank 0. What returned is in the storage of rank 0.
public final class MessageStorage: StudyStorage {
    /// True: workers are processes.
    public let isShared = true
    private let name: String
    /// The number of the storage at rank 0.
    private let number: Int
    private let connection: MessageConnection

    init(_ name: String, _ number: Int, _ connection: MessageConnection) {
        (self.name, self.number, self.connection) = (name, number, connection)
    }

    private func answer(
        to request: MessageWriter, _ work: String
    ) throws(KalsaeError) -> MessageReader {
        try connection.answer(to: request, doing: "\(work) of study \(name)")
    }

    private func request(_ call: MessageCall) -> MessageWriter {
        MessageWriter(call, storage: number)
    }

    /// The space that the study has there.
    public func open(_ study: StudyDescription) throws(KalsaeError) -> SearchSpace? {
        var request = request(.open)
        request.put(study)
        var reader = try answer(to: request, "the beginning")
        return try reader.optional { reader throws(KalsaeError) in try reader.space() }
    }

    /// What others did since, and this worker.
    public func changes(
        since revision: Int, from first: Int
    ) throws(KalsaeError) -> StudyChanges {
        var request = request(.changes)
        request.put(revision)
        request.put(first)
        var reader = try answer(to: request, "the trials")
        let offset = connection.offset
        var changes = StudyChanges(revision: try reader.integer())
        changes.trials = try reader.array { reader throws(KalsaeError) in
            try reader.trial(offset: -offset)
        }
        changes.space = try reader.optional { reader throws(KalsaeError) in try reader.space() }
        return changes
    }

    /// Adds the next trial.
    public func add(_ trial: TrialRecord) throws(KalsaeError) -> Int? {
        try put(trial, .add, "a new trial")
    }

    /// Writes a trial that this worker still has.
    public func update(_ trial: TrialRecord) throws(KalsaeError) -> Int? {
        try put(trial, .update, "trial \(trial.number)")
    }

    private func put(
        _ trial: TrialRecord, _ call: MessageCall, _ work: String
    ) throws(KalsaeError) -> Int? {
        var request = request(call)
        request.put(trial, offset: connection.offset)
        var reader = try answer(to: request, work)
        return try reader.optional { reader throws(KalsaeError) in try reader.integer() }
    }

    /// Gives a trial to a worker.
    public func claim(
        _ number: Int, for owner: String, now: Int, until: Int
    ) throws(KalsaeError) -> TrialRecord? {
        let offset = connection.offset
        var request = request(.claim)
        request.put(number)
        request.put(owner)
        for time in [now, until] { request.put(time.moved(by: offset)) }
        var reader = try answer(to: request, "trial \(number)")
        return try reader.optional { reader throws(KalsaeError) in
            try reader.trial(offset: -offset)
        }
    }

    /// Moves the lapse of leases.
    public func renew(_ numbers: [Int], of owner: String, until: Int) throws(KalsaeError) {
        var request = request(.renew)
        request.put(each: numbers) { $0.put($1) }
        request.put(owner)
        request.put(until.moved(by: connection.offset))
        _ = try answer(to: request, "the leases")
    }

    /// Changes the space.
    public func change(to space: SearchSpace) throws(KalsaeError) -> Bool {
        var request = request(.change)
        request.put(space)
        var reader = try answer(to: request, "the space")
        return try reader.flag()
    }
}
