import KalsaeSearch
import KalsaeSupport
import Synchronization
import Testing

/// A storage in memory that workers share, which counts what is written.
private final class Counting: StudyStorage {
    let isShared = true
    private let storage = MemoryStorage()
    private let written = Atomic<Int>(0)

    var updates: Int { written.load(ordering: .relaxed) }

    func open(_ study: StudyDescription) throws(KalsaeError) -> SearchSpace? {
        try storage.open(study)
    }

    func changes(since revision: Int, from first: Int) -> StudyChanges {
        storage.changes(since: revision, from: first)
    }

    func add(_ trial: TrialRecord) -> Int? { storage.add(trial) }

    func update(_ trial: TrialRecord) -> Int? {
        written.add(1, ordering: .relaxed)
        return storage.update(trial)
    }

    func claim(_ number: Int, for owner: String, now: Int, until: Int) -> TrialRecord? {
        storage.claim(number, for: owner, now: now, until: until)
    }

    func renew(_ numbers: [Int], of owner: String, until: Int) {
        storage.renew(numbers, of: owner, until: until)
    }

    func change(to space: SearchSpace) -> Bool { storage.change(to: space) }
}

/// Values that come quickly are written together.
@Suite struct TogetherTests {
    @Test func quickValuesShareATransaction() throws {
        let storage = Counting()
        let study = try Study("s", sampler: RandomSampler(), storage: storage)
        let trial = try study.ask()
        for step in 0..<2000 { try trial.report(Double(step), step: step) }
        // One each 50 ms: a machine on which 2,000 values take 25 s has written 500 times.
        #expect(storage.updates < 500)
        // The worker itself knows them all, also where its lease was renewed meanwhile.
        storage.renew([0], of: study.worker, until: .max)
        #expect(try study.trials()[0].reports.count == 2000)
        try study.tell(trial, 1)
        let seen = storage.changes(since: 0, from: 0).trials
        #expect(seen.map { $0.reports.map(\.step) } == [Array(0..<2000)])
    }

    @Test func aTrialIsGivenBackWithItsValues() throws {
        let storage = Counting()
        let study = try Study("s", sampler: RandomSampler(), storage: storage)
        let trial = try study.ask()
        for step in 0..<100 { try trial.report(1, step: step) }
        try study.release(trial)
        let other = try Study("s", sampler: RandomSampler(), storage: storage)
        let taken = try other.ask()
        #expect(taken.number == 0 && taken.isTakenOver)
        #expect(taken.record.reports.count == 100)
        // Its first worker has lost it.
        #expect(throws: KalsaeError.self) { try study.tell(trial, 1) }
    }
}
