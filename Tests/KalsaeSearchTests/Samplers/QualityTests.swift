import Glibc
import KalsaeSearch
import KalsaeSupport
import Testing

/// The medians of few seeds here leave a wide margin to those of `kalsae search bench quality`.
@Suite("How good samplers are")
struct QualityTests {
    private func median(
        _ function: SearchFunction, seeds: Range<UInt64>, _ make: () -> any Sampler
    ) throws -> Double {
        let best = try seeds.map { seed in
            try function.best(of: 100, by: make(), seed: seed)
        }.sorted()
        return best[best.count / 2]
    }

    /// Medians of random search by the peer's table: 0.888, -2.12, 39.0, 0.083.
    @Test func learningBeatsChance() throws {
        for (function, bound) in [
            (SearchFunction.branin, 0.45), (.hartmann6, -2.8), (.rosenbrock4, 8),
            (.training, 0.06),
        ] {
            #expect(try median(function, seeds: 40..<51) { TPESampler() } <= bound, "\(function)")
        }
        #expect(try median(.branin, seeds: 40..<51) { CMAESSampler() } <= 0.5)
        #expect(try median(.rosenbrock4, seeds: 40..<51) { CMAESSampler() } <= 10)
        #expect(try median(.branin, seeds: 40..<43) { GaussianProcessSampler() } <= 0.3985)
        #expect(try median(.training, seeds: 40..<51) { CoarseToFineSampler() } <= 0.07)
    }

    /// The functions at their known optima.
    @Test func functionsHaveTheirOptima() throws {
        func value(_ function: SearchFunction, _ assignment: Assignment) throws -> Double {
            let study = try Study(function.rawValue)
            try study.enqueue(assignment)
            try study.optimize(trials: 1, function.evaluate)
            return study.best?.values.first ?? .nan
        }
        let branin = try value(.branin, ["x": .real(.pi), "y": 2.275])
        #expect(abs(branin - 0.397887) < 1e-6)
        let hartmann = try value(
            .hartmann6,
            [
                "x0": 0.20169, "x1": 0.150011, "x2": 0.476874, "x3": 0.275332, "x4": 0.311652,
                "x5": 0.6573,
            ])
        #expect(abs(hartmann + 3.32237) < 1e-5)
        #expect(try value(.rosenbrock4, ["x0": 1.0, "x1": 1.0, "x2": 1.0, "x3": 1.0]) == 0)
        let training = try value(
            .training,
            [
                "learningRate": .real(Glibc.pow(10, -2.6)), "oneMinusMomentum": 0.1, "width": 128,
                "optimizer": "adam", "weightDecay": 1e-4,
            ])
        #expect(abs(training - 0.045) < 1e-12)
    }

    /// Workers that ask before others told get different points, of every sampler.
    @Test func runningTrialsAreNotProposedAgain() throws {
        let samplers: [any Sampler] = [
            TPESampler(), GaussianProcessSampler(), CMAESSampler(), SobolSampler(),
        ]
        for sampler in samplers {
            let study = try sampler.study(seed: 3)
            try study.optimize(trials: 20, SearchFunction.branin.evaluate)
            let trials = try (0..<6).map { _ in try study.ask() }
            let points = Set(trials.map { "\($0.parameters)" })
            #expect(points.count == 6, "\(sampler.name)")
            // At least one is a tenth of the range away from the first.
            let x = trials.map { $0.parameters["x"]?.number ?? 0 }
            let y = trials.map { $0.parameters["y"]?.number ?? 0 }
            let spread = max((x.max() ?? 0) - (x.min() ?? 0), (y.max() ?? 0) - (y.min() ?? 0))
            #expect(spread > 0.05, "\(sampler.name)")
        }
    }

    @Test func gridsTryEachCombinationOnceAndEnd() throws {
        let space = try SearchSpace(
            [
                Parameter("kind", .choice(["a", "b"])), Parameter("n", .integer(1...3)),
                Parameter("x", .real(0...1), when: .init("kind", is: "b")),
            ])
        let study = try Study(space: space, sampler: GridSampler(levels: 4))
        try study.optimize { _ in 0 }
        let trials = try study.trials()
        #expect(trials.count == 3 + 3 * 4)
        #expect(Set(trials.map { "\($0.parameters)" }).count == 15)
        #expect(trials[0].parameters == ["kind": "a", "n": 1])
        #expect(trials[14].parameters == ["kind": "b", "n": 3, "x": 1.0])
        #expect(throws: KalsaeError.self) { try study.ask() }
        #expect(throws: KalsaeError.self) { try Study(sampler: GridSampler()).ask() }
    }

    /// Of 25 trials random search finds 25 values of a parameter, a grid of 5 by 5 but 5.
    @Test func randomSearchTriesMoreValuesThanAGrid() throws {
        let space = try SearchSpace([
            Parameter("matters", .real(0...1)), Parameter("other", .real(0...1)),
        ])
        func values(_ sampler: some Sampler) throws -> Int {
            let study = try Study(space: space, sampler: sampler)
            try study.optimize(trials: 25) { try $0.real("matters", in: 0...1) }
            return Set(try study.trials().map { $0.parameters["matters"] }).count
        }
        #expect(try values(RandomSampler()) == 25)
        #expect(try values(GridSampler(levels: 5)) == 5)
    }

    @Test func coarseToFineNarrowsItsRanges() throws {
        let study = try Study(sampler: CoarseToFineSampler(round: 20, kept: 4), seed: 2)
        try study.optimize(trials: 60) { trial in
            let x = try trial.real("x", in: 0...1)
            _ = try trial.real("idle", in: 0...1)
            return abs(x - 0.3)
        }
        let x = try study.trials().map { $0.parameters["x"]?.number ?? 0 }
        func spread(_ part: ArraySlice<Double>) -> Double {
            (part.max() ?? 0) - (part.min() ?? 0)
        }
        #expect(spread(x[..<20]) > 0.7)
        #expect(spread(x[20..<40]) < 0.45)
        #expect(spread(x[40...]) < 0.2)
    }
}

extension Sampler {
    fileprivate func study(seed: UInt64) throws -> Study { try Study(sampler: self, seed: seed) }
}
