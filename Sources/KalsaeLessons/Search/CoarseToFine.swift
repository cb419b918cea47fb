import Glibc
import KalsaeData
import KalsaeOptimizers
import KalsaePlots
import KalsaeSearch
import KalsaeTraining

/// Rounds of random search, each in the range of the best trials of the one before; a network 4-8-3
/// on iris, its learning rate on a logarithmic scale and its units on a linear one.
struct CoarseToFine {
    var trials = 16
    var kept = 4
    var seed = 1
    let context: LessonContext

    private static let rounds = 3
    private static let rate = "rate", units = "units"

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.coarseToFine.rawValue)
        let iris = try Dataset(try Iris.load(seed: 0).train)
        var (rates, units) = (-5.0...0.0, 4...32)
        var rows: [LessonTable.Row] = []
        var founds: [[(rate: Double, units: Double, loss: Double)]] = []
        var (means, widths): ([Double], [Double]) = ([], [])
        for round in 0..<Self.rounds {
            context.progress(round, of: Self.rounds)
            let space = try SearchSpace([
                Parameter(
                    Self.rate,
                    .real(pow(10, rates.lowerBound)...pow(10, rates.upperBound), scale: .log)),
                Parameter(Self.units, .integer(units, step: 4)),
            ])
            let study = try Study(
                "round \(round)", [.minimize], space: space, sampler: RandomSampler(),
                seed: UInt64(seed * 10 + round))
            try study.optimize(trials: trials) { trial in
                let rate = trial.parameters[Self.rate]?.number ?? .nan
                let units = trial.parameters[Self.units]?.number ?? 8
                return try Self.loss(iris, rate: rate, units: Int(units))
            }
            let all = try study.trials().sorted {
                ($0.values.first ?? .infinity) < ($1.values.first ?? .infinity)
            }
            let found = all.map {
                (
                    rate: $0.parameters[Self.rate]?.number ?? .nan,
                    units: $0.parameters[Self.units]?.number ?? .nan,
                    loss: $0.values.first ?? .nan
                )
            }
            let width = rates.upperBound - rates.lowerBound
            widths.append(width)
            means.append(found.map { min($0.loss, 3) }.mean)
            rows.append(
                LessonTable.Row(
                    String(round + 1),
                    [
                        pow(10, rates.lowerBound), pow(10, rates.upperBound), found[0].loss,
                        means[round],
                    ]))
            founds.append(found)
            let best = found.prefix(kept)
            let exponents = best.map { log10($0.rate) }
            let margin = width * 0.05
            let low = max((exponents.min() ?? rates.lowerBound) - margin, rates.lowerBound)
            let high = min((exponents.max() ?? rates.upperBound) + margin, rates.upperBound)
            rates = low...max(high, low + 0.01)
            let sizes = best.map { Int($0.units) }
            units = (sizes.min() ?? 4)...max(sizes.max() ?? 32, (sizes.min() ?? 4) + 4)
        }
        report.check("trials in all", Double(trials * Self.rounds), 48, within: 0)
        report.check("width of the rates in decades, round 1", widths[0], 5, within: 1e-9)
        report.check("width of round 3 over round 1", widths[2] / widths[0], in: 0...0.7)
        report.check("mean loss of round 1 over round 3", means[0] / means[2], atLeast: 1.5)
        report.show(
            LessonTable(
                "rounds", context.say("The range narrows", "좁아지는 범위"),
                columns: [
                    context.say("round", "회차"), context.say("lowest rate", "가장 낮은 학습률"),
                    context.say("highest rate", "가장 높은 학습률"), context.say("best loss", "가장 낮은 손실"),
                    context.say("mean loss", "평균 손실"),
                ], rows: rows))
        // One scale of colors for all rounds.
        let logs = founds.map { $0.map { log10(max($0.loss, 1e-4)) } }
        let finite = logs.joined().filter(\.isFinite)
        let range = (finite.min() ?? 0)...(finite.max() ?? 1)
        let panels = founds.indices.map { round in
            Panel(
                title: context.say("round \(round + 1)", "\(round + 1)회차"),
                x: Axis(context.say("learning rate", "학습률"), scale: .log, low: 5e-6, high: 2),
                y: Axis(context.say("units", "뉴런 수"), low: 0, high: 34),
                marks: [
                    .scatter(
                        Scatter(
                            x: founds[round].map(\.rate), y: founds[round].map(\.units),
                            values: logs[round], valueRange: range,
                            valueLabel: context.say("log₁₀ loss", "log₁₀ 손실")))
                ])
        }
        report.figure(
            "rounds",
            Figure(
                title: context.say("From coarse to fine", "넓은 범위에서 좁은 범위로"), panels: panels,
                columns: 3),
            width: 960, height: 360, isForTerminals: false)
        return report
    }

    /// The loss behind 60 steps: few epochs tell enough.
    private static func loss(_ iris: Dataset, rate: Double, units: Int) throws -> Double {
        let network = LectureNetwork(
            sizes: [4, units, 3], deviation: .xavier, activation: .tanh, seed: 0)
        let run = try LectureRun(
            network, on: iris, optimizer: Adam(learningRate: rate), batch: 16, seed: 0)
        var losses: [Double] = []
        for _ in 0..<60 { losses.append(try run.advance()) }
        return Array(losses.suffix(10)).mean
    }
}

extension LessonPlan {
    static let coarseToFine = LessonPlan(
        rows: [28],
        slides: [LessonSlide("004", "튜닝 프로세스"), LessonSlide("002", "하이퍼파라미터 최적화")],
        knobs: [
            .whole("trials", 16, 4...200, "trials of a round", "회차마다의 시도 수"),
            .whole("kept", 4, 2...50, "best trials that make the next range", "다음 범위를 정할 상위 시도 수"),
            .seed,
        ],
        // 10^r, r uniform in -4...0, narrowed to -3...-2: what share of the old range is left.
        exercise: .numbers(1, within: 1e-6) { [0.25] },
        program: {
            try CoarseToFine(
                trials: $0.whole("trials"), kept: $0.whole("kept"), seed: $0.whole("seed"),
                context: $0
            ).report()
        })
}
