import KalsaeSearch
import KalsaeSupport
import Testing

@Suite("Pruners")
struct PrunerTests {
    /// A history of complete trials with these curves, steps from 1.
    private func history(
        _ curves: [[Double]], _ direction: Direction = .minimize, state: TrialState = .complete
    ) -> TrialHistory {
        var history = TrialHistory(directions: [direction])
        for (number, curve) in curves.enumerated() {
            history.put(trial(number, curve, state))
        }
        return history
    }

    private func trial(_ number: Int, _ curve: [Double], _ state: TrialState = .running)
        -> TrialRecord
    {
        var trial = TrialRecord(number: number, state: state)
        trial.reports = curve.enumerated().map { TrialReport(step: $0 + 1, value: $1) }
        trial.values = state == .complete ? [curve.last ?? 0] : []
        return trial
    }

    /// Of ten epochs: rungs at 2 and 6, a third of the trials goes on at each.
    @Test func halvingByNameBeginsAtAFifth() throws {
        let pruner = PrunerCatalog.successiveHalving.make(steps: 10)
        let known = history([[9, 5], [9, 4], [9, 3], [9, 2], [9, 1]])
        // Six came to the rung: two of them go on.
        #expect(!pruner.shouldPrune(trial(5, [99]), in: known))
        #expect(!pruner.shouldPrune(trial(5, [99, 1.5]), in: known))
        #expect(pruner.shouldPrune(trial(5, [99, 2.5]), in: known))
        #expect(!pruner.shouldPrune(trial(5, [99, 1.5, 99, 99, 99]), in: known))
        // A training of one epoch has its rung there.
        #expect(pruner.name == PrunerCatalog.successiveHalving.make(steps: 1).name)
    }

    @Test func theMedianRuleComparesTheBestSoFar() {
        let curves: [[Double]] = [[5, 4], [6, 3], [7, 2], [8, 6], [9, 9]]
        let known = history(curves)
        let pruner = PercentilePruner.median()
        #expect(pruner.name == "median")
        // Medians are 7 and 4.
        #expect(pruner.shouldPrune(trial(5, [7.5]), in: known))
        #expect(!pruner.shouldPrune(trial(5, [7]), in: known))
        #expect(pruner.shouldPrune(trial(5, [6, 5]), in: known))
        // What was good once is not forgotten.
        #expect(!pruner.shouldPrune(trial(5, [4, 9]), in: known))
        #expect(pruner.shouldPrune(trial(5, [.nan]), in: known))
        let upward = history(curves.map { $0.map { -$0 } }, .maximize)
        #expect(pruner.shouldPrune(trial(5, [-7.5]), in: upward))
        #expect(!pruner.shouldPrune(trial(5, [-7]), in: upward))
        // Too few, too early, between two decisions, nobody there.
        #expect(!pruner.shouldPrune(trial(4, [99]), in: history(Array(curves.prefix(4)))))
        #expect(!PercentilePruner.median(warmup: 3).shouldPrune(trial(5, [99, 99]), in: known))
        let seldom = PercentilePruner.median(warmup: 1, interval: 2)
        #expect(seldom.shouldPrune(trial(5, [99]), in: known))
        #expect(!seldom.shouldPrune(trial(5, [99, 99]), in: known))
        #expect(!pruner.shouldPrune(trial(5, [99, 99, 99]), in: known))
    }

    @Test func aPercentileKeepsThatShare() {
        let known = history((0..<21).map { [Double($0)] })
        let pruner = PercentilePruner(percentile: 25)
        #expect(pruner.name == "percentile")
        #expect(!pruner.shouldPrune(trial(21, [5]), in: known))
        #expect(pruner.shouldPrune(trial(21, [5.5]), in: known))
    }

    /// Rungs at 1, 3 and 9; of three trials one goes on.
    @Test func halvingKeepsTheBestOfEachRung() {
        let pruner = SuccessiveHalvingPruner(first: 1, factor: 3)
        let known = history((0..<8).map { [Double($0)] }, state: .running)
        // Of nine at the first rung three go on.
        #expect(!pruner.shouldPrune(trial(8, [1.5]), in: known))
        #expect(pruner.shouldPrune(trial(8, [2.5]), in: known))
        // Between rungs nothing is decided; at a new one the first comer goes on.
        #expect(!pruner.shouldPrune(trial(8, [1.5, 99]), in: known))
        #expect(!pruner.shouldPrune(trial(8, [1.5, 99, 99]), in: known))
        #expect(pruner.shouldPrune(trial(8, [.nan]), in: known))
        let skipping = SuccessiveHalvingPruner(first: 1, factor: 3, skippedRungs: 1)
        #expect(!skipping.shouldPrune(trial(8, [99]), in: known))
    }

    /// Where later values are as the first ones say, the best survives and most steps are saved.
    @Test func halvingSavesStepsAndFindsTheBest() throws {
        let study = try Study(
            sampler: RandomSampler(), pruner: SuccessiveHalvingPruner(first: 1, factor: 3), seed: 8)
        var steps = 0
        try study.optimize(trials: 60) { trial in
            let x = try trial.real("x", in: 0...1)
            for step in 1...27 {
                steps += 1
                if try trial.report(x + 1 / Double(step), step: step) { throw TrialPruned() }
            }
            return x
        }
        let trials = try study.trials()
        #expect(steps < 60 * 27 / 3)
        let best = trials.compactMap { $0.parameters["x"]?.number }.min()
        #expect(study.best?.parameters["x"]?.number == best)
        #expect(trials.contains { $0.state == .pruned })
        #expect(trials.allSatisfy { !$0.reports.isEmpty })
    }

    @Test func hyperbandHasBracketsOfEqualCost() {
        let pruner = HyperbandPruner(least: 1, greatest: 27, factor: 3)
        #expect(pruner.bracketCount == 4)
        // Sizes ⌈4 / (s + 1) 3^s⌉ for s = 3, 2, 1, 0: 27, 12, 6 and 4 of 49.
        var counts = [0, 0, 0, 0]
        for number in 0..<4900 { counts[pruner.bracket(of: number)] += 1 }
        for (count, expected) in zip(counts, [2700, 1200, 600, 400]) {
            // Four deviations of a binomial count.
            #expect(abs(Double(count - expected)) < 4 * Double(expected).squareRoot())
        }
        let last = (0..<100).first { pruner.bracket(of: $0) == 3 } ?? 0
        let known = history((0..<200).map { [Double($0)] }, state: .running)
        #expect(!pruner.shouldPrune(trial(last, [999, 999]), in: known))
        // Its only rung is the end, where a trial is whole.
        let whole = [Double](repeating: 999, count: 27)
        let best = history(
            (0..<200).map { _ in [Double](repeating: 1, count: 27) }, state: .running)
        #expect(!pruner.shouldPrune(trial(last, whole), in: best))
        let first = (0..<100).first { pruner.bracket(of: $0) == 0 } ?? 0
        #expect(pruner.shouldPrune(trial(first, [999]), in: known))
    }

    @Test func patienceEndsWithoutGains() {
        let known = history([])
        let pruner = PatiencePruner(2)
        #expect(!pruner.shouldPrune(trial(0, [3, 3]), in: known))
        #expect(pruner.shouldPrune(trial(0, [3, 3, 4]), in: known))
        #expect(!pruner.shouldPrune(trial(0, [3, 4, 2.9]), in: known))
        #expect(PatiencePruner(2, leastGain: 0.5).shouldPrune(trial(0, [3, 4, 2.9]), in: known))
        #expect(!PatiencePruner(2, then: NoPruner()).shouldPrune(trial(0, [3, 3, 4]), in: known))
        #expect(PatiencePruner(1).shouldPrune(trial(0, [3, .nan]), in: known))
    }

    @Test func thresholdsBoundReports() {
        let known = history([])
        let pruner = ThresholdPruner(lower: 0, upper: 10, warmup: 2)
        #expect(!pruner.shouldPrune(trial(0, [11]), in: known))
        #expect(pruner.shouldPrune(trial(0, [1, 11]), in: known))
        #expect(pruner.shouldPrune(trial(0, [1, -1]), in: known))
        #expect(pruner.shouldPrune(trial(0, [1, .nan]), in: known))
        #expect(!pruner.shouldPrune(trial(0, [11, 10]), in: known))
    }

    @Test func populationsCopyTheBest() throws {
        let space = try SearchSpace([
            Parameter("rate", .real(1e-4...1, scale: .log)),
            Parameter("momentum", .real(0...0.99, scale: .logOneMinus)),
            Parameter("width", .integer(1...64)), Parameter("kind", .choice(["a", "b"])),
        ])
        let plan = PopulationPlan(interval: 10, share: 0.25, resampling: 0)
        let population = (0..<8).map { number in
            PopulationPlan.Member(
                number: number,
                parameters: ["rate": 0.01, "momentum": 0.9, "width": 10, "kind": "a"],
                value: number == 3 ? .nan : Double(number))
        }
        func action(_ number: Int, _ direction: Direction = .minimize) -> PopulationPlan.Action {
            plan.action(
                for: number, in: population, direction: direction, space: space, seed: 1, round: 2)
        }
        for number in [0, 1, 2, 4, 5, 6] { #expect(action(number) == .goOn) }
        for number in [3, 7] {
            guard case .fork(let model, let parameters) = action(number) else {
                Issue.record("expected a fork of member \(number)")
                continue
            }
            #expect(model == 0 || model == 1)
            let rate = parameters["rate"]?.number ?? 0
            #expect(abs(rate - 0.012) < 1e-9 || abs(rate - 0.01 / 1.2) < 1e-9)
            let rest = 1 - (parameters["momentum"]?.number ?? 0)
            #expect(abs(rest - 0.12) < 1e-9 || abs(rest - 0.1 / 1.2) < 1e-9)
            #expect(parameters["width"] == 12 || parameters["width"] == 8)
            #expect(parameters["kind"] == "a")
            #expect(action(number) == action(number))
        }
        #expect(action(0, .maximize) != .goOn)
        #expect(action(7, .maximize) == .goOn)
    }
}
