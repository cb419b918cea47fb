import Glibc
import KalsaeData
import KalsaeOptimizers
import KalsaePlots
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining

/// Grid against random search where one of two parameters matters, and the scales that parameters are
/// drawn on.
///
/// A network 4-8-3 learns iris with Adam: the learning rate matters, Adam's ε hardly. Of 25 trials a
/// grid of 5 x 5 tries five rates, random search twenty-five.
/// Source: Andrew Ng, "Improving deep neural networks" (2017), week 3, tuning process.
struct SearchScales {
    /// The number of trials of each sampler: the square of a whole number.
    var trials = 25
    /// Numbers that are drawn to look at a scale.
    var draws = 20_000
    let context: LessonContext

    private static let rate = "learningRate", epsilon = "epsilon"

    func report() throws -> LectureReport {
        var report = LectureReport("grid-random")
        try compare(&report)
        try drawRates(&report)
        try drawMomenta(&report)
        report.note(
            "a grid of 5 x 5 spends 25 trials on five learning rates; random search tries 25")
        report.note(
            "beta between .9 and .9005 hardly matters, between .999 and .9995 it doubles 1/(1 - beta)"
        )
        return report
    }

    // MARK: - Grid against random

    private func space(steps: Int?) throws -> SearchSpace {
        // The exponents, so that a grid has equal steps on the logarithmic scale.
        let (rates, epsilons) = (-4.0...0.0, -10.0 ... -6.0)
        return try SearchSpace([
            Parameter(Self.rate, .real(rates, step: steps.map { 4 / Double($0 - 1) })),
            Parameter(Self.epsilon, .real(epsilons, step: steps.map { 4 / Double($0 - 1) })),
        ])
    }

    private func compare(_ report: inout LectureReport) throws {
        let side = Int(Double(trials).squareRoot().rounded())
        let iris = try Dataset(try Iris.load(seed: 0).train)
        var panels: [Panel] = []
        for name in ["grid", "random"] {
            let isGrid = name == "grid"
            let shown = isGrid ? context.say("grid", "격자") : context.say("random", "무작위")
            let sampler: any Sampler = isGrid ? GridSampler() : RandomSampler()
            let study = try Self.study(name, try space(steps: isGrid ? side : nil), sampler)
            try study.optimize(trials: trials) { trial in
                let rate = trial.parameters[Self.rate]?.number ?? .nan
                let epsilon = trial.parameters[Self.epsilon]?.number ?? .nan
                return try Self.accuracy(iris, rate: pow(10, rate), epsilon: pow(10, epsilon))
            }
            let all = try study.trials()
            let (rates, epsilons) = (
                all.map { $0.parameters[Self.rate]?.number ?? .nan },
                all.map { $0.parameters[Self.epsilon]?.number ?? .nan }
            )
            let values = all.map { $0.values.first ?? .nan }
            let different = Set(rates.map { ($0 * 1e9).rounded() }).count
            report.check("\(name): trials", Double(all.count), Double(trials), within: 0)
            report.check(
                "\(name): different learning rates", Double(different),
                Double(isGrid ? side : trials), within: 0)
            report.check("\(name): best accuracy", values.max() ?? .nan, in: 0.85...1)
            let shares = try study.importance(by: .functionalAnova)
            let share = shares.first { $0.parameter == Self.rate }?.share ?? .nan
            report.check("\(name): importance of the learning rate", share, in: 0.6...1)
            report.table("\(name)_learning_rates", rates.map { pow(10, $0) })
            report.table("\(name)_accuracies", values)
            panels.append(
                Panel(
                    title: shown
                        + context.say(": \(different) learning rates", ": 학습률 \(different)가지"),
                    x: Axis(context.say("learning rate", "학습률"), scale: .log, low: 5e-5, high: 2),
                    y: Axis(context.say("epsilon", "엡실론"), scale: .log, low: 5e-11, high: 2e-6),
                    marks: [
                        .scatter(
                            Scatter(
                                x: rates.map { pow(10, $0) }, y: epsilons.map { pow(10, $0) },
                                values: values, valueLabel: context.say("accuracy", "정확도")))
                    ]))
        }
        report.figure(
            "grid-random",
            Figure(
                title: context.say(
                    "\(trials) trials, one parameter that matters", "시도 \(trials)번, 중요한 하이퍼파라미터는 하나"
                ),
                panels: panels))
    }

    private static func study(
        _ name: String, _ space: SearchSpace, _ sampler: some Sampler
    ) throws -> Study {
        try Study(name, [.maximize], space: space, sampler: sampler, seed: 1)
    }

    /// Accuracy on the training rows behind 100 steps of 4-8-3: what a rate does shows there first.
    private static func accuracy(
        _ iris: Dataset, rate: Double, epsilon: Double
    ) throws -> Double {
        let network = LectureNetwork(
            sizes: [4, 8, 3], deviation: .xavier, activation: .tanh, seed: 0)
        let run = try LectureRun(
            network, on: iris, optimizer: Adam(learningRate: rate, epsilon: epsilon), batch: 16,
            seed: 0)
        for _ in 0..<100 { try run.advance() }
        return try run.accuracy(on: iris)
    }

    // MARK: - Scales

    /// The shares of learning rates in each decade of 1e-4 to 1, by the scale that they are drawn on.
    private func drawRates(_ report: inout LectureReport) throws {
        let names = ["1e-4 to 1e-3", "1e-3 to 1e-2", "1e-2 to 1e-1", "1e-1 to 1"]
        let shown = ["10⁻⁴…10⁻³", "10⁻³…10⁻²", "10⁻²…10⁻¹", "10⁻¹…1"]
        var series: [BarSeries] = []
        for (scale, expected) in [
            (ParameterScale.linear, [0.0009, 0.009, 0.09, 0.9]), (.log, [0.25, 0.25, 0.25, 0.25]),
        ] {
            let shares = try shares(.real(1e-4...1, scale: scale)) { rate in
                min(3, max(0, Int((log10(rate) + 4).rounded(.down))))
            }
            // Five standard deviations of a share of so many draws.
            for (name, (got, wanted)) in zip(names, zip(shares, expected)) {
                let spread = 5 * (wanted * (1 - wanted) / Double(draws)).squareRoot()
                report.check("\(scale): share of \(name)", got, wanted, within: spread + 2e-4)
            }
            series.append(
                BarSeries(
                    scale == .log
                        ? context.say("log scale", "로그 척도") : context.say("linear scale", "선형 척도"),
                    values: shares))
        }
        report.show(
            LessonTable(
                "shares", context.say("Share of 20,000 draws", "2만 번 뽑았을 때의 비율"),
                columns: ["", series[0].name, series[1].name],
                rows: names.indices.map {
                    LessonTable.Row(shown[$0], [series[0].values[$0], series[1].values[$0]])
                }))
        report.figure(
            "scales",
            Figure(
                title: context.say(
                    "Learning rates by the scale that they are drawn on", "척도에 따라 뽑히는 학습률"),
                x: Axis(context.say("learning rate", "학습률")),
                y: Axis(context.say("share", "비율"), low: 0),
                marks: [.bars(Bars(names: shown, series: series))]))
    }

    /// β of .9 to .999 on the scale of 1 − β: as many in .9 to .99 as in .99 to .999.
    private func drawMomenta(_ report: inout LectureReport) throws {
        let linear = try shares(.real(0.9...0.999)) { $0 < 0.99 ? 0 : 1 }
        let log = try shares(.real(0.9...0.999, scale: .logOneMinus)) { $0 < 0.99 ? 0 : 1 }
        // .09 of .099, and a half; five standard deviations.
        let spread = 5 * (0.25 / Double(draws)).squareRoot()
        report.check("beta, linear: share below .99", linear[0], 0.09 / 0.099, within: spread)
        report.check("beta, log of 1 - beta: share below .99", log[0], 0.5, within: spread)
        for (from, to, ratio) in [(0.9, 0.9005, 1.005), (0.999, 0.9995, 2.0)] {
            report.check(
                "window at beta \(to) by that at \(from)", (1 - from) / (1 - to), ratio,
                within: 1e-3)
        }
    }

    /// The shares of draws in each of some bins.
    private func shares(
        _ domain: ParameterDomain, bin: (Double) -> Int
    ) throws -> [Double] {
        let space = try SearchSpace([Parameter("x", domain)])
        let study = try Study("draws", space: space, sampler: RandomSampler(), seed: 7)
        var counts = [Int](repeating: 0, count: 4)
        for _ in 0..<draws {
            let trial = try study.ask()
            counts[bin(trial.parameters["x"]?.number ?? .nan)] += 1
            try study.tell(trial, 0)
        }
        return counts.map { Double($0) / Double(draws) }
    }
}
