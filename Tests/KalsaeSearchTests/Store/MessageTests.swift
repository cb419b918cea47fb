import Foundation
import KalsaeDistributed
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import KalsaeTesting
import Synchronization
import Testing

/// A server and its workers, members of one process.
private struct Office {
    let group: [LocalGroup]
    let server: MessageServer
    let workers: [MessageStudies]

    init(_ studies: any StudyCatalog, workers count: Int = 3, clockAhead: Int = 0) {
        group = LocalGroup.members(count + 1)
        server = MessageServer(studies, for: group[0]) {
            Int(Date().timeIntervalSince1970 * 1000) + clockAhead
        }
        workers = group[1...].map { MessageStudies($0) }
        server.start()
    }

    /// Ends all.
    func close() throws {
        server.close()
        var left = workers
        while !left.isEmpty { left = try left.filter { !(try $0.mayLeave()) } }
        try server.finish()
    }
}

/// Gives each call the next of some workers.
private final class Turns: Sendable {
    private let count = Atomic<Int>(0)
    private let workers: [any StudyCatalog]

    init(_ workers: [any StudyCatalog]) { self.workers = workers }

    func storage(of study: StudyDescription) throws -> any StudyStorage {
        let number = count.add(1, ordering: .relaxed).oldValue
        return try workers[number % workers.count].storage(of: study)
    }
}

@Suite("Studies by messages")
struct MessageTests {
    @Test func memoryObeysTheRules() throws {
        let office = Office(MemoryStudies())
        let turns = Turns(office.workers)
        checkStore { try turns.storage(of: $0) }
        try office.close()
    }

    /// All threads of one worker: each gets its own answers.
    @Test func aFolderObeysTheRules() throws {
        let path = NSTemporaryDirectory() + "kalsae-search-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let office = Office(try Store(folder: path), workers: 1)
        let worker = office.workers[0]
        checkStore { try worker.storage(of: $0) }
        try office.close()
    }

    /// Rank 0 works on the same file beside its server.
    @Test func rankZeroMayWorkToo() throws {
        let path = NSTemporaryDirectory() + "kalsae-search-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try Store(folder: path)
        let office = Office(store, workers: 2)
        let turns = Turns([store] + office.workers)
        checkStore { try turns.storage(of: $0) }
        try office.close()
    }

    @Test(arguments: [
        (FaultyStorage.Fault.takesAnyDirections, "opening"), (.ignoresOwners, "owners"),
        (.losesReports, "contents"), (.missesTheLastChange, "contents"),
        (.claimsWithinLeases, "claims"), (.renewsOfAll, "leases"),
        (.losesTheFortiethValue, "crowd"),
    ])
    func faultsOfTheOwnerAreFound(_ fault: FaultyStorage.Fault, _ rule: String) throws {
        let studies = FaultyStudies(fault)
        let office = Office(studies, workers: 1)
        let turns = Turns([studies] + office.workers)
        let found = storeMismatches { try turns.storage(of: $0) }
        #expect(found.contains { $0.hasPrefix("\(rule): ") }, "\(fault): \(found)")
        try office.close()
    }

    @Test func aStudyIsTheSameAsInMemory() throws {
        let office = Office(MemoryStudies(), workers: 1)
        let far = try Study("s", in: office.workers[0], seed: 3)
        try far.optimize(trials: 40, SearchFunction.training.evaluate)
        let near = try Study("s", seed: 3)
        try near.optimize(trials: 40, SearchFunction.training.evaluate)
        func facts(_ study: Study) throws -> [String] {
            try study.trials().map { "\($0.number) \($0.state) \($0.parameters) \($0.values)" }
        }
        #expect(try facts(far) == facts(near))
        try office.close()
    }

    @Test func errorsComeWhole() throws {
        let studies = MemoryStudies()
        let office = Office(studies, workers: 1)
        let expected = #expect(throws: KalsaeError.self) { try studies.studyConfiguration("s") }
        let got = #expect(throws: KalsaeError.self) {
            try office.workers[0].studyConfiguration("s")
        }
        #expect(got == expected && got?.advice == "make one")
        // The server goes on.
        #expect(try office.workers[0].studyNames() == [])
        try office.close()
    }

    /// Leases count by the owner's clock, whatever clock a worker has.
    @Test func timesAreByTheClockOfTheOwner() throws {
        let (studies, hour) = (MemoryStudies(), 3_600_000)
        let office = Office(studies, workers: 1, clockAhead: hour)
        let study = StudyDescription(name: "s")
        let far = try office.workers[0].storage(of: study)
        _ = try far.open(study)
        let now = Int(Date().timeIntervalSince1970 * 1000)
        var trial = TrialRecord(number: 0, state: .running)
        (trial.owner, trial.started, trial.leasedUntil) = ("a", now, now + 60_000)
        _ = try far.add(trial)
        let kept = studies.storage(of: "s").changes(since: 0, from: 0).trials[0]
        #expect(abs(kept.started - now - hour) < 2000)
        #expect(kept.leasedUntil - kept.started == 60_000 && kept.ended == 0)
        #expect(try far.changes(since: 0, from: 0).trials == [trial])
        // By the worker's clock the lease holds, and by that of rank 0.
        #expect(try far.claim(0, for: "b", now: now + 30_000, until: .max) == nil)
        let taken = try far.claim(0, for: "b", now: now + 61_000, until: .max)
        #expect(taken?.owner == "b" && taken?.leasedUntil == .max)
        try office.close()
    }

    @Test func ranksLeaveTogether() throws {
        let office = Office(MemoryStudies(), workers: 2)
        #expect(try !office.workers[0].mayLeave())
        #expect(try !office.workers[1].mayLeave())
        // Rank 0 still works.
        #expect(!office.server.isOver)
        try office.close()
        #expect(office.server.isOver)
    }
}

/// Studies whose storages have a fault.
private final class FaultyStudies: StudyCatalog {
    private let memory = MemoryStudies()
    private let fault: FaultyStorage.Fault
    private let storages = Mutex<[String: FaultyStorage]>([:])

    init(_ fault: FaultyStorage.Fault) { self.fault = fault }

    func storage(of study: StudyDescription) -> any StudyStorage {
        storages.withLock { storages in
            let storage =
                storages[study.name] ?? FaultyStorage(memory.storage(of: study.name), fault)
            storages[study.name] = storage
            return storage
        }
    }

    func studyNames() -> [String] { [] }
    func studyConfiguration(_ name: String) -> JSONValue { .null }
    func setStudyConfiguration(_ name: String, to configuration: JSONValue) {}
}
