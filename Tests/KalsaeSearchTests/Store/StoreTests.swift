import Foundation
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import Testing

@Suite("Studies in a store")
struct StoreTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "kalsae-search-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    /// Milliseconds and leases aside.
    private func facts(_ trial: TrialRecord) -> TrialRecord {
        var trial = trial
        (trial.started, trial.ended, trial.leasedUntil, trial.owner) = (0, 0, 0, "")
        return trial
    }

    @Test func aStudyIsTheSameAsInMemory() throws {
        try withFolder { folder in
            let store = try Store(folder: folder)
            let kept = try Study("s", in: store, seed: 3)
            try kept.optimize(trials: 40, SearchFunction.training.evaluate)
            let memory = try Study("s", seed: 3)
            try memory.optimize(trials: 40, SearchFunction.training.evaluate)
            #expect(try kept.trials().map(facts) == memory.trials().map(facts))
            // Read by another, and gone on with from there.
            let reader = try Study("s", in: Store(folder: folder, for: .reading), seed: 3)
            #expect(try reader.trials().map(facts) == memory.trials().map(facts))
            #expect(reader.space == memory.space)
            #expect(reader.best?.number == memory.best?.number)
            #expect(throws: KalsaeError.self) { try reader.ask() }
            let again = try Study("s", in: Store(folder: folder), seed: 3)
            try again.optimize(trials: 60, SearchFunction.training.evaluate)
            try memory.optimize(trials: 60, SearchFunction.training.evaluate)
            #expect(try again.trials().map(facts) == memory.trials().map(facts))
            #expect(try store.studyNames() == ["s"])
            // What the first one knows is brought up to date.
            #expect(try kept.trials().map(facts) == memory.trials().map(facts))
        }
    }

    @Test func allThatATrialHasComesBack() throws {
        try withFolder { folder in
            let store = try Store(folder: folder)
            let space = try SearchSpace(
                [
                    Parameter("rate", .real(1e-6...1e-2, scale: .log)),
                    Parameter("momentum", .real(0.5...0.99, scale: .logOneMinus)),
                    Parameter("share", .real(0...1, step: 0.25)),
                    Parameter("width", .integer(8...512, scale: .log)),
                    Parameter("layers", .integer(1...9, step: 2)),
                    Parameter("kind", .choice(["a\"b", 3, 0.5, true])),
                    Parameter("depth", .integer(1...3), when: .init("kind", isOneOf: [3, true])),
                ], constraints: [.order("layers", "width")])
            let study = try Study(
                "all", [.minimize, .maximize], in: store, space: space, pruner: NoPruner())
            let values: [[Double]] = [[1, 2], [.infinity, -.infinity], [0.1, 1e300]]
            for value in values {
                let trial = try study.ask()
                _ = trial.parameters
                try trial.report(.nan, step: 1)
                try trial.report(-.infinity, step: 2)
                try trial.report(0.25, step: 30)
                try study.tell(trial, .values(value))
            }
            try study.tell(study.ask(), .failed("out of\nmemory"))
            try study.tell(study.ask(), .pruned)
            try study.enqueue(["kind": true])
            let read = try Study("all", [.minimize, .maximize], in: Store(folder: folder))
            #expect(read.space == space)
            let (a, b) = try (study.trials(), read.trials())
            #expect(b.count == 6)
            #expect(b[0].reports.map(\.step) == [1, 2, 30])
            #expect(b[0].reports[0].value.isNaN && b[0].reports[1].value == -.infinity)
            #expect(b.prefix(3).map(\.values) == values)
            #expect(b[3].reason == "out of\nmemory")
            #expect(
                b.map(\.state) == [.complete, .complete, .complete, .failed, .pruned, .waiting])
            #expect(zip(a, b).allSatisfy { $0.parameters == $1.parameters })
            #expect(b[5].parameters == ["kind": true])
            #expect(throws: KalsaeError.self) {
                try Study("all", [.minimize], in: Store(folder: folder))
            }
            #expect(throws: KalsaeError.self) {
                try Study("none", in: Store(folder: folder, for: .reading))
            }
        }
    }

    /// Two workers that are stopped while they evaluate: one gives no sign of life.
    @Test func aLapsedTrialIsTakenOver() throws {
        try withFolder { folder in
            let store = try Store(folder: folder)
            let storage = try StoreStorage(StudyDescription(name: "s"), in: store)
            var lost = TrialRecord(number: 0, state: .running, parameters: ["x": 0.5])
            (lost.owner, lost.attempts, lost.leasedUntil) = ("gone", 1, 1)
            lost.reports = [TrialReport(step: 4, value: 2)]
            #expect(try storage.add(lost) == 1)
            let study = try Study("s", in: store)
            try study.optimize(trials: 3) { trial in
                if trial.number == 0 {
                    #expect(trial.isTakenOver)
                    #expect(trial.record.reports == [TrialReport(step: 4, value: 2)])
                }
                return try trial.real("x", in: 0...1)
            }
            let trials = try study.trials()
            #expect(trials.map(\.state) == [.complete, .complete, .complete])
            #expect(trials[0].values == [0.5])
            #expect(trials[0].attempts == 2)
            // The first worker wakes up: its result is refused, and changes nothing.
            lost.state = .complete
            lost.values = [7]
            #expect(try storage.update(lost) == nil)
            #expect(try study.trials()[0].values == [0.5])
        }
    }

    /// What a trial took is the time in which a worker had it, by the store as in memory.
    @Test func theTimeBetweenTwoWorkersIsNotATrials() throws {
        try withFolder { folder in
            let space = SearchSpace()
            let storages: [any StudyStorage] = [
                try StoreStorage(
                    StudyDescription(name: "s", space: space), in: Store(folder: folder)),
                MemoryStorage(),
            ]
            for storage in storages {
                _ = try storage.open(StudyDescription(name: "s", space: space))
                _ = try storage.add(TrialRecord(number: 0))
                #expect(try storage.claim(0, for: "a", now: 1000, until: 5000)?.started == 1000)
                // Had from 1000 to 5000; the next worker comes at 65000.
                let second = try storage.claim(0, for: "b", now: 65_000, until: 70_000)
                #expect(second?.started == 61_000)
                #expect(second?.attempts == 2)
                // A lease that was given up in a way of earlier versions tells nothing.
                try storage.renew([0], of: "b", until: 0)
                #expect(try storage.claim(0, for: "c", now: 90_000, until: .max)?.started == 61_000)
            }
        }
    }

    @Test func aWorkerThatLivesKeepsItsTrial() throws {
        try withFolder { folder in
            let store = try Store(folder: folder)
            let study = try Study("s", in: store, lease: 0.3)
            let trial = try study.ask()
            // Three leases long, with nothing reported.
            usleep(900_000)
            let other = try Study("s", in: Store(folder: folder), lease: 0.3)
            #expect(try other.ask().number == 1)
            try study.tell(trial, 3)
            #expect(try other.trials()[0].values == [3])
        }
    }

    @Test func workersShareAStoreWithoutLossOrDoubles() async throws {
        let path = NSTemporaryDirectory() + "kalsae-search-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try Study("s", in: Store(folder: path))
        let failures = await withTaskGroup(of: Int.self) { group in
            for seed in 0..<6 as Range<UInt64> {
                group.addTask {
                    do {
                        let study = try Study("s", in: Store(folder: path), seed: seed)
                        try study.optimize(trials: 120, SearchFunction.branin.evaluate)
                        return 0
                    } catch {
                        return 1
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(failures == 0)
        let trials = try Study("s", in: Store(folder: path, for: .reading)).trials()
        #expect(trials.count == 120)
        #expect(trials.allSatisfy { $0.state == .complete && $0.attempts == 1 })
        #expect(Set(trials.map { "\($0.parameters)" }).count == 120)
    }

    @Test func aStoreOfTheFirstVersionIsBroughtUpToDate() throws {
        try withFolder { folder in
            do {
                let old = try Store(
                    folder: folder, for: .writing,
                    migrations: Array(StoreSchema.migrations.prefix(1)))
                _ = try old.createRun(RunDescription(name: "iris"))
            }
            let store = try Store(folder: folder)
            #expect(try store.runs().map(\.name) == ["iris"])
            let study = try Study("s", in: store)
            try study.optimize(trials: 3) { try $0.real("x", in: 0...1) }
            #expect(try study.trials().count == 3)
        }
    }
}
