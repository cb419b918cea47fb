import KalsaeSearch
import KalsaeSupport
import Synchronization
import Testing

@Suite("Studies")
struct StudyTests {
    private struct Broken: Error, CustomStringConvertible {
        let description = "loss is nan at step 12"
    }

    @Test func theBestTrialIsFoundInBothDirections() throws {
        for direction in Direction.allCases {
            let study = try Study("s", [direction], seed: 3)
            let best = try study.optimize(trials: 30) { try $0.real("x", in: -1...1) }
            let values = try study.trials().compactMap(\.values.first)
            #expect(values.count == 30)
            let expected = direction == .minimize ? values.min() : values.max()
            #expect(best?.values.first == expected)
            #expect(best?.parameters["x"]?.number == expected)
        }
    }

    @Test func theSameSeedGivesTheSameStudy() throws {
        func values(_ sampler: some Sampler, _ seed: UInt64) throws -> [Double] {
            let study = try Study(sampler: sampler, seed: seed)
            try study.optimize(trials: 30, SearchFunction.training.evaluate)
            return try study.trials().flatMap(\.values)
        }
        #expect(try values(TPESampler(), 1) == values(TPESampler(), 1))
        #expect(try values(TPESampler(), 1) != values(TPESampler(), 2))
        #expect(try values(RandomSampler(), 1) == values(RandomSampler(), 1))
    }

    /// A study that was interrupted and taken up by another object goes the way of one that was not.
    @Test func aStudyTakenUpAgainGoesTheSameWay() throws {
        func trials(_ parts: [Int]) throws -> [Assignment] {
            let storage = MemoryStorage()
            var all: [TrialRecord] = []
            for part in parts {
                let study = try Study(
                    sampler: GaussianProcessSampler(), seed: 5, storage: storage)
                try study.optimize(trials: part, SearchFunction.training.evaluate)
                all = try study.trials()
            }
            return all.map(\.parameters)
        }
        #expect(try trials([30]) == trials([7, 19, 21, 25, 30]))
    }

    @Test func failuresAreKeptWithTheirReason() throws {
        let study = try Study()
        try study.optimize(trials: 6) { trial in
            let x = try trial.real("x", in: 0...1)
            switch trial.number {
            case 1: throw Broken()
            case 2: return .nan
            case 3: throw TrialPruned()
            default: return x
            }
        }
        let trials = try study.trials()
        #expect(
            trials.map(\.state) == [.complete, .failed, .failed, .pruned, .complete, .complete])
        #expect(trials[1].reason == "loss is nan at step 12")
        #expect(trials[2].reason == "the objective returned nan")
        #expect(trials[1].parameters["x"] != nil)
        #expect(study.best?.state == .complete)
    }

    /// In all, not further ones; a target; a time.
    @Test func trialsTargetAndTimeEndAStudy() throws {
        let study = try Study()
        try study.optimize(trials: 4) { try $0.real("x", in: 0...1) }
        try study.optimize(trials: 6) { try $0.real("x", in: 0...1) }
        #expect(try study.trials().count == 6)
        try study.optimize(trials: 5) { try $0.real("x", in: 0...1) }
        #expect(try study.trials().count == 6)
        let aimed = try Study()
        let best = try aimed.optimize(trials: 10_000, target: 0.1) { try $0.real("x", in: 0...1) }
        #expect(best?.values[0] ?? 1 <= 0.1)
        #expect(try aimed.trials().dropLast().allSatisfy { $0.values[0] > 0.1 })
        let timed = try Study()
        try timed.optimize(seconds: 0.05) { try $0.real("x", in: 0...1) }
        #expect(try timed.trials().count > 0)
        let stopped = try Study()
        try stopped.optimize(trials: 100) { trial in
            if trial.number == 4 { stopped.stop() }
            return 0
        }
        #expect(try stopped.trials().count == 5)
        #expect(throws: KalsaeError.self) { try Study().optimize { _ in 0 } }
    }

    @Test func askAndTellNeedNoLoop() throws {
        let study = try Study("s", [.maximize])
        let first = try study.ask()
        let second = try study.ask()
        #expect((first.number, second.number) == (0, 1))
        _ = try first.real("x", in: 0...1)
        try study.tell(second, 5)
        try study.tell(first, .failed(""))
        #expect(try study.trials().map(\.state) == [.failed, .complete])
        #expect(try study.trials()[0].reason == "no reason given")
        #expect(throws: KalsaeError.self) { try study.tell(first, 1) }
        let third = try study.ask()
        #expect(throws: KalsaeError.self) { try study.tell(third, .values([1, 2])) }
    }

    @Test func enqueuedTrialsComeFirstAndKeepTheirValues() throws {
        let space = try SearchSpace([
            Parameter("x", .real(0...1)), Parameter("kind", .choice(["a", "b"])),
        ])
        let study = try Study(space: space)
        #expect(try study.enqueue(["x": 0.125]) == 0)
        #expect(throws: KalsaeError.self) { try study.enqueue(["x": 2.0]) }
        #expect(throws: KalsaeError.self) { try study.enqueue(["y": 0.5]) }
        #expect(try study.trials().map(\.state) == [.waiting])
        try study.optimize(trials: 2) { try $0.real("x", in: 0...1) }
        let trials = try study.trials()
        #expect(trials.count == 2)
        #expect(trials[0].values == [0.125])
        #expect(trials[1].values != [0.125])
        // In a study that finds its space while it runs, too.
        let open = try Study()
        try open.enqueue(["x": 0.5, "unknown": 1])
        try open.optimize(trials: 1) { try $0.real("x", in: 0...1) }
        #expect(try open.trials()[0].parameters == ["x": 0.5])
    }

    /// What the sampler adds goes with what was wanted: its branch, and its side of a constraint.
    @Test func enqueuedTrialsAreCompletedWithinTheSpace() throws {
        let branches = try SearchSpace([
            Parameter("kind", .choice(["a", "b"])),
            Parameter("pa", .real(0...1), when: .init("kind", is: "a")),
            Parameter("pb", .real(0...1), when: .init("kind", is: "b")),
        ])
        let ordered = try SearchSpace(
            [Parameter("x", .real(0...1)), Parameter("y", .real(0...1))],
            constraints: [.order("x", "y")])
        for seed in 0..<8 as Range<UInt64> {
            let study = try Study(space: branches, sampler: RandomSampler(), seed: seed)
            for kind in ["a", "b"] {
                try study.enqueue(["kind": .text(kind)])
                let trial = try study.ask()
                #expect(trial.parameters.names == ["kind", "p\(kind)"])
                try study.tell(trial, 1)
            }
            let other = try Study(space: ordered, sampler: RandomSampler(), seed: seed)
            try other.enqueue(["x": 0.9])
            let parameters = try other.ask().parameters
            #expect(parameters["x"]?.number == 0.9)
            #expect(parameters["y"]?.number ?? 0 >= 0.9)
        }
    }

    @Test func warmStartsLearnFromAnotherStudyAndCountNoTrials() throws {
        let old = try Study("old")
        try old.optimize(trials: 30, SearchFunction.branin.evaluate)
        let study = try Study("new", sampler: TPESampler(), seed: 9)
        #expect(try study.warmStart(from: old) == 30)
        try study.optimize(trials: 10, SearchFunction.branin.evaluate)
        let trials = try study.trials()
        #expect(trials.count == 40)
        #expect(trials.prefix(30).allSatisfy { $0.source == "old" })
        #expect(trials.suffix(10).allSatisfy { $0.source.isEmpty && $0.state == .complete })
        // Ten that learn are better than ten at random.
        let random = try Study("random", sampler: RandomSampler(), seed: 9)
        try random.optimize(trials: 10, SearchFunction.branin.evaluate)
        let own = trials.suffix(10).flatMap(\.values).min() ?? .infinity
        #expect(own < random.best?.values.first ?? 0)
        let other = try Study("other", [.maximize])
        #expect(throws: KalsaeError.self) { try study.warmStart(from: other) }
    }

    @Test func spacesChangeInMidStudy() throws {
        let study = try Study(sampler: TPESampler(), seed: 1)
        try study.optimize(trials: 20) { trial in
            let kind = try trial.choice("kind", of: ["a", "b"])
            return try trial.real("x", in: 0...1) + (kind == "a" ? 1 : 0)
        }
        let before = study.space.version
        try study.optimize(trials: 60) { trial in
            let kind = try trial.choice("kind", of: ["b", "c"])
            return try trial.real("x", in: -1...0.5) + (kind == "b" ? 1 : 0)
        }
        let trials = try study.trials()
        #expect(study.space.version == before + 2)
        #expect(trials[..<20].contains { $0.parameters["kind"] == "a" })
        #expect(trials[20...].allSatisfy { $0.parameters["kind"] != "a" })
        #expect(trials[20...].allSatisfy { $0.parameters["x"]?.number ?? 9 <= 0.5 })
        #expect((study.best?.values.first ?? 0) < -0.9)
        #expect(study.best?.spaceVersion ?? 0 > before)
    }

    /// A choice that leads to parameters of its own, as objectives ask for them.
    @Test func branchesAreLearnedApart() throws {
        let study = try Study(sampler: TPESampler(), seed: 4)
        try study.optimize(trials: 120) { trial in
            if try trial.flag("deep") {
                let depth = try trial.integer("depth", in: 2...9)
                return Double(abs(depth - 6)) + 1
            }
            let rate = try trial.real("rate", in: 1e-4...1, scale: .log)
            return abs(rate - 0.01) * 10
        }
        let trials = try study.trials()
        for trial in trials {
            #expect(trial.parameters.count == 2)
            #expect((trial.parameters["depth"] != nil) == (trial.parameters["deep"] == true))
        }
        #expect(study.best?.parameters["deep"] == false)
        #expect(study.best?.values.first ?? 1 < 0.02)
        let late = trials.suffix(40).filter { $0.parameters["deep"] == false }.count
        #expect(late > 20)
    }

    @Test func aTrialKeepsWhatItWasGiven() throws {
        let study = try Study()
        try study.optimize(trials: 1) { trial in
            let first = try trial.real("x", in: 0...1)
            #expect(try trial.real("x", in: 0...1) == first)
            #expect(throws: KalsaeError.self) { try trial.real("x", in: 5...6) }
            #expect(throws: KalsaeError.self) { try trial.real("bad", in: 0...1, scale: .log) }
            return first
        }
        #expect(try study.trials()[0].state == .complete)
    }

    @Test func threadsShareAStudy() async throws {
        let study = try Study(sampler: TPESampler())
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    _ = try? study.optimize(trials: 200, SearchFunction.branin.evaluate)
                }
            }
        }
        let trials = try study.trials()
        #expect(trials.count == 200)
        #expect(trials.allSatisfy { $0.state == .complete })
        #expect(trials.map(\.number) == Array(0..<200))
    }
}
