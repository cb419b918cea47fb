import Glibc
import KalsaeSearch
import KalsaeSupport
import Testing

@Suite("Importance and edges")
struct ImportanceTests {
    private func study(
        trials: Int, _ objective: (Trial) throws -> Double
    ) throws -> Study {
        let study = try Study(sampler: RandomSampler(), seed: 11)
        try study.optimize(trials: trials, objective)
        return study
    }

    @Test func bothMethodsNameWhatMatters() throws {
        let study = try study(trials: 200) { trial in
            let a = try trial.real("a", in: 0...1)
            let b = try trial.real("b", in: 0...1)
            let kind = try trial.choice("kind", of: ["x", "y"])
            _ = try trial.integer("idle", in: 1...9)
            return 20 * (a - 0.7) * (a - 0.7) + 0.5 * b + (kind == "x" ? 0.2 : 0)
        }
        for method in ImportanceMethod.allCases {
            let found = try study.importance(by: method)
            #expect(found.count == 4)
            #expect(found.first?.parameter == "a", "\(method) \(found)")
            #expect(abs(found.reduce(0) { $0 + $1.share } - 1) < 1e-12)
            let idle = found.first { $0.parameter == "idle" }?.share ?? 1
            #expect(idle < 0.15, "\(method) \(found)")
        }
    }

    /// Of f = 2 x + y, uniform x and y have variances 4/12 and 1/12: shares of 0.8 and 0.2.
    @Test func forestsExplainVariances() throws {
        let study = try study(trials: 400) { trial in
            2 * (try trial.real("x", in: 0...1)) + (try trial.real("y", in: 0...1))
        }
        let found = try study.importance(by: .functionalAnova)
        #expect(found.map(\.parameter) == ["x", "y"])
        #expect(abs((found.first?.share ?? 0) - 0.8) < 0.05)
    }

    @Test func fewTrialsTellNothing() throws {
        let study = try study(trials: 9) { try $0.real("x", in: 0...1) }
        #expect(throws: KalsaeError.self) { try study.importance() }
    }

    /// The lectures' search over learning rate and weight decay: only the rate matters, and its best
    /// values lie at the upper edge.
    @Test func theLecturesRangeIsPlacedBadly() throws {
        let study = try study(trials: 100) { trial in
            let rate = try trial.real("learningRate", in: 1e-6...1e-2, scale: .log)
            let decay = try trial.real("weightDecay", in: 1e-8...1e-4, scale: .log)
            return -log10(rate) + 0.01 * abs(log10(decay) + 6)
        }
        let warnings = try study.edgeWarnings()
        #expect(warnings.map(\.parameter) == ["learningRate"])
        #expect(warnings.first?.edge == .high)
        #expect(
            warnings.first?.description.hasPrefix(
                "learningRate: the best trials lie at the upper edge of 1e-06...0.01 log (") == true
        )
        #expect(warnings.first?.description.hasSuffix("; move the range up") == true)
        #expect(try study.importance().first?.parameter == "learningRate")
    }

    /// A good trial without the parameter has no part in its warning.
    @Test func trialsThatLackTheParameterGiveNoValue() throws {
        let space = try SearchSpace([
            Parameter("deep", .choice([false, true])),
            Parameter("width", .integer(1...20), when: .init("deep", is: true)),
        ])
        let study = try Study(space: space, sampler: RandomSampler(), seed: 3)
        for width in 1...2 { try study.enqueue(["deep": true, "width": .integer(width)]) }
        for width in 1...2 { try study.enqueue(["deep": true, "width": .integer(width)]) }
        try study.enqueue(["deep": false])
        try study.optimize(trials: 40) { Double($0.number < 5 ? $0.number : 100) }
        let warning = try #require(try study.edgeWarnings().first)
        #expect(warning.parameter == "width" && warning.edge == .low)
        #expect(warning.values == [1, 2, 1, 2])
    }

    /// Between two neighboring numbers there is no middle to part them at.
    @Test(.timeLimit(.minutes(30))) func neighboringNumbersArePartedOnce() throws {
        let study = try study(trials: 3) { trial in
            _ = try trial.real("x", in: 0...1)
            return Double(trial.number)
        }
        let old = try study.trials()
        let other = try Study("neighbors", space: study.space, sampler: RandomSampler(), seed: 1)
        let half = 0.5
        let near = [half.nextUp, half.nextUp.nextUp, 0.9]
        for index in 0..<30 { try other.enqueue(["x": .real(near[index % 3])]) }
        try other.optimize(trials: 30) { Double($0.number % 3) * Double(old.count) }
        #expect(try other.importance(by: .functionalAnova).map(\.parameter) == ["x"])
    }

    /// Where nothing is at an edge, or nothing matters, at most one study in 500 warns.
    @Test func goodRangesGiveNoWarning() throws {
        var count = 0
        for seed in 0..<40 as Range<UInt64> {
            let study = try Study(sampler: RandomSampler(), seed: seed)
            try study.optimize(trials: 60) { trial in
                let x = try trial.real("x", in: 0...1)
                _ = try trial.real("idle", in: 0...1)
                return (x - 0.5) * (x - 0.5)
            }
            count += try study.edgeWarnings().count
        }
        #expect(count <= 1)
    }
}
