import KalsaeSupport
import Synchronization

/// Keeps a study in memory, for as long as the process lives; several threads may share it.
public final class MemoryStorage: StudyStorage {
    private struct State {
        var study: StudyDescription?
        var trials: [TrialRecord] = []
        /// For each event, the trial that it was about; -1 for the space.
        var events: [Int] = []
    }

    /// False: it dies with its process.
    public let isShared = false
    private let state = Mutex(State())

    /// An empty storage.
    public init() {}

    /// Takes the description of the first study that opens it.
    public func open(_ study: StudyDescription) throws(KalsaeError) -> SearchSpace? {
        let known = state.withLock { state in
            defer { if state.study == nil { state.study = study } }
            return state.study
        }
        guard let known else { return nil }
        guard known.name == study.name, known.directions == study.directions else {
            throw KalsaeError(
                study.name, expected: "the study of this storage", got: known.name,
                advice: "give each study a storage of its own")
        }
        return known.space
    }

    /// What others did since.
    public func changes(since revision: Int, from first: Int) -> StudyChanges {
        state.withLock { state in
            guard revision < state.events.count else { return StudyChanges(revision: revision) }
            let numbers = Set(state.events[revision...])
            return StudyChanges(
                revision: state.events.count,
                trials: numbers.filter { $0 >= 0 }.sorted().map { state.trials[$0] },
                space: numbers.contains(-1) ? state.study?.space : nil)
        }
    }

    /// Adds the next trial.
    public func add(_ trial: TrialRecord) -> Int? {
        state.withLock { state in
            guard trial.number == state.trials.count else { return nil }
            state.trials.append(trial)
            state.events.append(trial.number)
            return state.events.count
        }
    }

    /// Writes a trial of a worker that still has it.
    public func update(_ trial: TrialRecord) -> Int? {
        state.withLock { state in
            guard state.trials.indices.contains(trial.number),
                state.trials[trial.number].state == .running,
                state.trials[trial.number].owner == trial.owner
            else { return nil }
            state.trials[trial.number] = trial
            state.events.append(trial.number)
            return state.events.count
        }
    }

    /// Gives a trial to a worker.
    public func claim(_ number: Int, for owner: String, now: Int, until: Int) -> TrialRecord? {
        state.withLock { state in
            guard state.trials.indices.contains(number) else { return nil }
            var trial = state.trials[number]
            guard
                trial.state == .waiting || (trial.state == .running && trial.leasedUntil < now)
            else { return nil }
            trial.begin(owner, now: now, until: until)
            state.trials[number] = trial
            state.events.append(number)
            return trial
        }
    }

    /// Moves the lapse of leases.
    public func renew(_ numbers: [Int], of owner: String, until: Int) {
        state.withLock { state in
            for number in numbers where state.trials.indices.contains(number) {
                guard state.trials[number].owner == owner else { continue }
                state.trials[number].leasedUntil = until
                state.events.append(number)
            }
        }
    }

    /// Changes the space.
    public func change(to space: SearchSpace) -> Bool {
        state.withLock { state in
            guard state.study?.space.version == space.version - 1 else { return false }
            state.study?.space = space
            state.events.append(-1)
            return true
        }
    }
}

extension TrialRecord {
    /// Gives it to a worker.
    mutating func begin(_ owner: String, now: Int, until: Int) {
        if started == 0 {
            started = now
        } else if leasedUntil > started {
            started += max(0, now - leasedUntil)
        }
        state = .running
        self.owner = owner
        leasedUntil = until
        attempts += 1
    }
}
