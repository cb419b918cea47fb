import Glibc
import KalsaeSupport
import Synchronization

/// A search for the parameters that make an objective small or great.
///
/// ```swift
/// let study = try Study(seed: 7)
/// try study.optimize(trials: 100) { trial in
///     let rate = try trial.real("learningRate", in: 1e-6...1e-2, scale: .log)
///     return train(rate)
/// }
/// print(study.best?.parameters)
/// ```
/// The space is declared first, or found while trials ask for their parameters. Threads may use a
/// study at once, and processes a storage.
public final class Study: Sendable {
    struct State {
        var sampler: any Sampler
        var history: TrialHistory
        var space: SearchSpace
        var revision = 0
        var isStopped = false
        /// When running trials of this worker were last written, in seconds of `Clock`.
        var written: [Int: Double] = [:]
    }

    /// Its name in the storage.
    public let name: String
    /// A direction for each objective.
    public let directions: [Direction]
    /// The seed of all that is random in it.
    public let seed: UInt64
    /// What gives up trials.
    public let pruner: any Pruner
    /// This worker, as trials name their owner.
    public let worker: String
    /// Seconds for which a worker has a trial unless it gives a sign of life.
    public let lease: Double

    /// The parameters of the space that the study was made with, which trials keep though their
    /// objective does not ask for them.
    let declared: Set<String>
    let storage: any StudyStorage
    let keeper: LeaseKeeper?
    let state: Mutex<State>

    /// Makes a study, or joins the one of this name in the storage, whose space then counts.
    public init(
        _ name: String = "study", _ directions: [Direction] = [.minimize],
        space: SearchSpace = SearchSpace(), sampler: some Sampler = TPESampler(),
        pruner: some Pruner = NoPruner(), seed: UInt64 = 0,
        storage: some StudyStorage = MemoryStorage(), lease: Double = 60
    ) throws(KalsaeError) {
        guard !name.isEmpty else {
            throw KalsaeError("study", expected: "a name", got: "an empty one")
        }
        guard !directions.isEmpty else {
            throw KalsaeError(name, expected: "at least one objective", got: "none")
        }
        guard lease > 0, lease < 1e9 else {
            throw KalsaeError(name, expected: "a lease of some seconds", got: "\(lease)")
        }
        (self.name, self.directions, self.seed) = (name, directions, seed)
        (self.pruner, self.storage, self.lease) = (pruner, storage, lease)
        let worker = Self.freshWorker()
        self.worker = worker
        keeper = storage.isShared ? LeaseKeeper(storage, worker, seconds: lease) : nil
        declared = Set(space.names)
        let description = StudyDescription(name: name, directions: directions, space: space)
        let known = try storage.open(description)
        state = Mutex(
            State(
                sampler: sampler, history: TrialHistory(directions: directions),
                space: known ?? space))
        try withState { study throws(KalsaeError) in try refresh(&study) }
    }

    /// The space as it is now.
    public var space: SearchSpace { state.withLock { $0.space } }

    /// All trials by number, with what other workers did meanwhile.
    public func trials() throws(KalsaeError) -> [TrialRecord] { try history().trials }

    /// All that is known of the trials, with what other workers did meanwhile.
    public func history() throws(KalsaeError) -> TrialHistory {
        try withState { state throws(KalsaeError) in
            try refresh(&state)
            return state.history
        }
    }

    /// Ends `optimize` of this process behind the trials that run.
    public func stop() { state.withLock { $0.isStopped = true } }

    deinit { keeper?.stop() }

    /// When a claim that begins now lapses; never, where nobody else could go on.
    var leaseEnd: Int { storage.isShared ? Clock.now + Int(lease * 1000) : .max }

    /// Takes over what other workers did since.
    func refresh(_ state: inout State) throws(KalsaeError) {
        let changes = try storage.changes(
            since: state.revision, from: state.history.firstOpen)
        for var trial in changes.trials {
            // Of an own trial more may be known than was written.
            if state.written[trial.number] != nil, trial.owner == worker, !trial.state.isFinished {
                let known = state.history.trials[trial.number].reports
                if known.count > trial.reports.count { trial.reports = known }
            }
            state.history.put(trial)
        }
        if let space = changes.space, space.version >= state.space.version { state.space = space }
        state.revision = changes.revision
    }

    /// Takes over what this process wrote, as revision `revision`.
    func keep(_ trial: TrialRecord, _ revision: Int, _ state: inout State) {
        // Where others wrote too, their events come with the next refresh, and this one again.
        if revision == state.revision + 1 { state.revision = revision }
        state.history.put(trial)
    }

    func withState<Result>(
        _ body: (inout State) throws(KalsaeError) -> Result
    ) throws(KalsaeError) -> Result {
        try state.withLock { state throws(KalsaeError) in try body(&state) }
    }

    private static let counter = Atomic<Int>(0)

    /// Host, process, a count and a random number: no other worker has it.
    private static func freshWorker() -> String {
        var host = [CChar](repeating: 0, count: 256)
        gethostname(&host, host.count - 1)
        let bytes = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let count = counter.add(1, ordering: .relaxed).newValue
        let random = UInt32.random(in: 0 ... .max)
        return "\(String(decoding: bytes, as: UTF8.self))-\(getpid())-\(count)-\(random)"
    }
}
