import KalsaeSupport

/// Where the trials of one study are kept, for one or many workers.
///
/// Each call is one event: it happens whole or not at all, and what returned stays. A revision rises
/// with the events, so that a worker asks only for what others did since.
public protocol StudyStorage: Sendable {
    /// Whether workers share it that may die while others go on, so that trials are leased.
    var isShared: Bool { get }

    /// The space that the study has there; nil for a new one, which is then made.
    func open(_ study: StudyDescription) throws(KalsaeError) -> SearchSpace?

    /// What changed behind a revision, and perhaps some of what changed before. Trials below `first` are
    /// finished, and known to whoever asks.
    func changes(since revision: Int, from first: Int) throws(KalsaeError) -> StudyChanges

    /// Adds a trial, and returns the revision, or 0 where events are not counted one by one; nil, and
    /// nothing happens, where its number is not the next.
    func add(_ trial: TrialRecord) throws(KalsaeError) -> Int?

    /// Writes a running trial's parameters and reports, or its end; nil, and nothing happens, where
    /// another worker has it meanwhile, or it is finished. The revision otherwise, as of `add`.
    func update(_ trial: TrialRecord) throws(KalsaeError) -> Int?

    /// Gives a trial to a worker if it waits, or its lease lapsed before `now`: as it then is.
    func claim(
        _ number: Int, for owner: String, now: Int, until: Int
    ) throws(KalsaeError) -> TrialRecord?

    /// Moves the lapse of a worker's leases; those it lost meanwhile are left alone.
    func renew(_ numbers: [Int], of owner: String, until: Int) throws(KalsaeError)

    /// Changes the space, if it still has the version before.
    func change(to space: SearchSpace) throws(KalsaeError) -> Bool
}

/// What a study is, beside its trials.
public struct StudyDescription: Sendable, Equatable {
    /// Its name, by which workers find it.
    public var name: String
    /// A direction for each objective.
    public var directions: [Direction]
    /// The space that it begins with.
    public var space: SearchSpace

    /// A study.
    public init(
        name: String, directions: [Direction] = [.minimize], space: SearchSpace = SearchSpace()
    ) {
        (self.name, self.directions, self.space) = (name, directions, space)
    }
}

/// What happened in a study behind some revision.
public struct StudyChanges: Sendable {
    /// The revision now.
    public var revision: Int
    /// The trials that are new or changed, as they are now, new ones by number.
    public var trials: [TrialRecord]
    /// The space, where it changed.
    public var space: SearchSpace?

    /// Changes up to a revision.
    public init(revision: Int, trials: [TrialRecord] = [], space: SearchSpace? = nil) {
        (self.revision, self.trials, self.space) = (revision, trials, space)
    }
}
