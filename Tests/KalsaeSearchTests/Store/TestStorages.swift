import KalsaeFiles
import KalsaeSearch
import KalsaeSupport
import Synchronization

/// Storages in memory, shared by the names of their studies.
final class MemoryStudies: StudyCatalog {
    private let studies = Mutex<[String: MemoryStorage]>([:])

    func storage(of name: String) -> MemoryStorage {
        studies.withLock { studies in
            let storage = studies[name] ?? MemoryStorage()
            studies[name] = storage
            return storage
        }
    }

    func storage(of study: StudyDescription) -> any StudyStorage { storage(of: study.name) }

    func studyNames() -> [String] { studies.withLock { $0.keys.sorted() } }

    func studyConfiguration(_ name: String) throws(KalsaeError) -> JSONValue {
        throw KalsaeError(
            name, expected: "a study\nwith \"a\" plan", got: "계획 없음", advice: "make one")
    }

    func setStudyConfiguration(_ name: String, to configuration: JSONValue) {}
}

/// A storage with a fault.
final class FaultyStorage: StudyStorage {
    enum Fault: String, CaseIterable {
        case takesAnyDirections, takesAnyNumber, ignoresOwners, writesNothing, losesReports
        case missesTheLastChange, claimsWithinLeases, countsNoAttempts, renewsOfAll, keepsItsSpace
        case losesTheFortiethValue
    }

    let isShared = false
    private let storage: MemoryStorage
    private let fault: Fault
    private let completions = Atomic<Int>(0)

    init(_ storage: MemoryStorage, _ fault: Fault) { (self.storage, self.fault) = (storage, fault) }

    private func known(_ number: Int) -> TrialRecord? {
        storage.changes(since: 0, from: 0).trials.first { $0.number == number }
    }

    func open(_ study: StudyDescription) throws(KalsaeError) -> SearchSpace? {
        guard fault == .takesAnyDirections else { return try storage.open(study) }
        return try? storage.open(study)
    }

    func changes(since revision: Int, from first: Int) -> StudyChanges {
        let late = fault == .missesTheLastChange && revision > 0 ? 1 : 0
        var changes = storage.changes(since: revision + late, from: first)
        if fault == .losesReports {
            for index in changes.trials.indices { changes.trials[index].reports = [] }
        }
        return changes
    }

    func add(_ trial: TrialRecord) -> Int? {
        storage.add(trial) ?? (fault == .takesAnyNumber ? 1 : nil)
    }

    func update(_ trial: TrialRecord) -> Int? {
        var trial = trial
        if fault == .ignoresOwners { trial.owner = known(trial.number)?.owner ?? "" }
        if fault == .writesNothing { return 1 }
        // A later update of a trial that goes on would bring its reports back.
        if fault == .losesTheFortiethValue, trial.state == .complete,
            completions.add(1, ordering: .relaxed).newValue == 40
        {
            trial.reports = []
        }
        return storage.update(trial)
    }

    func claim(_ number: Int, for owner: String, now: Int, until: Int) -> TrialRecord? {
        let now = fault == .claimsWithinLeases ? now + 1_000_000 : now
        var trial = storage.claim(number, for: owner, now: now, until: until)
        if fault == .countsNoAttempts { trial?.attempts = 1 }
        return trial
    }

    func renew(_ numbers: [Int], of owner: String, until: Int) {
        for number in numbers {
            let owner = fault == .renewsOfAll ? known(number)?.owner ?? owner : owner
            storage.renew([number], of: owner, until: until)
        }
    }

    func change(to space: SearchSpace) -> Bool {
        storage.change(to: space) || fault == .keepsItsSpace
    }
}
