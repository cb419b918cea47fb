import Foundation
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import KalsaeTesting
import Synchronization
import Testing

/// Storages in memory, shared by the names of their studies.
private final class Memory: Sendable {
    private let studies = Mutex<[String: MemoryStorage]>([:])

    func storage(of name: String) -> MemoryStorage {
        studies.withLock { studies in
            let storage = studies[name] ?? MemoryStorage()
            studies[name] = storage
            return storage
        }
    }
}

/// A storage with a fault.
private final class Faulty: StudyStorage {
    enum Fault: String, CaseIterable {
        case takesAnyDirections, takesAnyNumber, ignoresOwners, writesNothing, losesReports
        case missesTheLastChange, claimsWithinLeases, countsNoAttempts, renewsOfAll, keepsItsSpace
        case losesTheFortiethValue
    }

    let isShared = false
    private let storage: MemoryStorage
    private let fault: Fault
    private let updates = Atomic<Int>(0)

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
        let count = updates.add(1, ordering: .relaxed).newValue
        if fault == .losesTheFortiethValue, count == 40 { trial.reports = [] }
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

@Suite("checkStore")
struct CheckStoreTests {
    @Test func aFolderObeysTheRules() throws {
        let path = NSTemporaryDirectory() + "kalsae-search-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        checkStore { try Store(folder: path).storage(of: $0) }
    }

    @Test func memoryObeysTheRules() {
        let memory = Memory()
        checkStore { memory.storage(of: $0.name) }
    }

    @Test(
        arguments: zip(
            Faulty.Fault.allCases,
            [
                "opening", "numbers", "owners", "owners", "contents", "contents", "claims",
                "claims",
                "leases", "spaces", "crowd",
            ]))
    private func faultsAreFound(_ fault: Faulty.Fault, _ rule: String) {
        let memory = Memory()
        let shared = Mutex<[String: Faulty]>([:])
        let found = storeMismatches { study in
            shared.withLock { shared in
                let storage = shared[study.name] ?? Faulty(memory.storage(of: study.name), fault)
                shared[study.name] = storage
                return storage
            }
        }
        #expect(found.contains { $0.hasPrefix("\(rule): ") }, "\(fault): \(found)")
    }
}
