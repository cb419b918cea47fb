import KalsaeSupport

/// What the owner of a study knows of it, so that each event is read once for all workers.
///
/// Its revisions count the events that it saw; workers know no others.
struct StudyMirror {
    private let name: String
    private let storage: any StudyStorage
    /// The revision of the storage that it knows.
    private var revision = 0
    private var trials: [TrialRecord] = []
    /// The trials as messages have them.
    private var encoded: [[UInt8]] = []
    private var space: SearchSpace?
    /// For each event, the trial that it was about; `ofSpace` for the space.
    private var events: [Int] = []
    /// Trials below are finished.
    private var firstOpen = 0

    private static let ofSpace = -1

    init(_ name: String, _ storage: any StudyStorage) {
        (self.name, self.storage) = (name, storage)
    }

    /// Writes what happened behind a revision, of trials from a number on.
    mutating func putChanges(
        since revision: Int, from first: Int, to answer: inout MessageWriter
    ) throws(KalsaeError) {
        try refresh()
        guard (0...events.count).contains(revision) else {
            throw MessageReader.wrong("a revision up to \(events.count)", "\(revision)")
        }
        let numbers = Set(events[revision...])
        answer.put(events.count)
        answer.put(each: numbers.filter { $0 >= first && $0 >= 0 }.sorted()) { answer, number in
            answer.bytes += encoded[number]
        }
        answer.put(numbers.contains(Self.ofSpace) ? space : nil) { $0.put($1) }
    }

    /// Adds a trial, or writes one; the revision, or 0 where others wrote meanwhile.
    mutating func write(_ trial: TrialRecord, isNew: Bool) throws(KalsaeError) -> Int? {
        let revision = try isNew ? storage.add(trial) : storage.update(trial)
        guard let revision else { return nil }
        guard revision == self.revision + 1 else { return 0 }
        self.revision = revision
        try note(trial)
        return events.count
    }

    private mutating func refresh() throws(KalsaeError) {
        let changes = try storage.changes(since: revision, from: firstOpen)
        for trial in changes.trials { try note(trial) }
        if let space = changes.space {
            self.space = space
            events.append(Self.ofSpace)
        }
        revision = changes.revision
    }

    private mutating func note(_ trial: TrialRecord) throws(KalsaeError) {
        guard (0...trials.count).contains(trial.number) else {
            throw KalsaeError(
                "study \(name)", expected: "trials without gaps",
                got: "trial \(trial.number) behind \(trials.count)")
        }
        var writer = MessageWriter()
        if trial.number == trials.count {
            trials.append(trial)
            writer.put(trial, offset: 0)
            encoded.append(writer.bytes)
        } else {
            // A storage may say the same twice.
            if trials[trial.number] == trial { return }
            trials[trial.number] = trial
            writer.put(trial, offset: 0)
            encoded[trial.number] = writer.bytes
        }
        events.append(trial.number)
        while firstOpen < trials.count, trials[firstOpen].state.isFinished { firstOpen += 1 }
    }
}
