import Glibc
import KalsaeLayers
import KalsaeOptimizers
import KalsaePlots
import KalsaeTraining

/// Panda: one model, its rate changed from day to day, some days taken back. Caviar: many models side
/// by side. And an old best setting that is tested again on data that changed.
struct PandaCaviar {
    var tooMuch = 30.0
    var models = 8
    let context: LessonContext

    private let stepsADay = 40
    private let days = 12

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.pandaCaviar.rawValue)
        let runs = try DigitRuns(images: 500)
        try panda(runs, &report)
        context.progress(1, of: 3)
        let best = try caviar(runs, &report)
        context.progress(2, of: 3)
        try again(best, &report)
        return report
    }

    private func network() -> LectureNetwork {
        LectureNetwork(sizes: [784, 50, 10], deviation: .he, seed: 1)
    }

    /// The rate doubles while it goes well; on day 6 it is far too large, and day 8 goes back.
    private func panda(_ runs: DigitRuns, _ report: inout LectureReport) throws {
        let run = try LectureRun(
            network(), on: runs.train, optimizer: SGD(learningRate: 0.02), batch: 50, seed: 1)
        var (losses, saved, events): ([Double], [LectureNetwork], [(Int, String)]) = ([], [], [])
        func day() throws {
            saved.append(run.model)
            var sum = 0.0
            for _ in 0..<stepsADay { sum += try run.advance() }
            losses.append(sum / Double(stepsADay))
        }
        for number in 1...days {
            switch number {
            case 3:
                run.learningRate = 0.1
                events.append((number, context.say("rate 0.1", "학습률 0.1")))
            case 6:
                run.learningRate = tooMuch
                events.append(
                    (
                        number,
                        context.say(
                            "rate \(LessonNumber.short(tooMuch))",
                            "학습률 \(LessonNumber.short(tooMuch))")
                    ))
            case 8:
                // A model is a value: the one of the morning of day 6 is still there.
                try run.restore(saved[5])
                run.learningRate = 0.05
                events.append(
                    (number, context.say("back to day 6, rate 0.05", "6일차로 복귀, 학습률 0.05")))
            default: break
            }
            try day()
        }
        report.check("day 5: loss over day 1", losses[4] / losses[0], in: 0...0.6)
        let worse = losses[6].isFinite ? losses[6] / losses[4] : 1e9
        report.check("day 7, rate far too large: loss over day 5", worse, atLeast: 2)
        report.check("day 8, taken back: loss over day 5", losses[7] / losses[4], in: 0...1.1)
        report.check("day 12: loss over day 5", losses[11] / losses[4], in: 0...1)
        let x = losses.indices.map { Double($0 + 1) }
        report.figure(
            "panda",
            Figure(
                title: context.say("Panda: one model, watched", "판다 전략: 모델 하나를 돌보기"),
                x: Axis(context.say("day", "일차")), y: Axis(context.say("loss", "손실"), scale: .log),
                marks: [
                    .line(
                        Series(
                            x: x, y: losses.map { $0.isFinite ? min($0, 1e3) : 1e3 },
                            hasMarkers: true)),
                    .events(
                        Events(x: events.map { Double($0.0) }, names: events.map(\.1))),
                ]))
    }

    /// Rates from .001 to 3 on a logarithmic scale; the best rate.
    private func caviar(_ runs: DigitRuns, _ report: inout LectureReport) throws -> Double {
        let rates = (0..<models).map { index in
            0.001 * Self.power(3000, Double(index) / Double(max(models - 1, 1)))
        }
        var (marks, ends): ([Mark], [Double]) = ([], [])
        for rate in rates {
            let losses = try course(runs, rate)
            ends.append(losses.last ?? .nan)
            marks.append(
                .line(
                    Series(
                        LessonNumber.short(rate), x: losses.indices.map { Double($0 + 1) },
                        y: losses.map { $0.isFinite ? min($0, 10) : 10 })))
        }
        let best = ends.indices.min { order(ends[$0]) < order(ends[$1]) } ?? 0
        report.check("best of all: loss", ends[best], in: 0...0.3)
        report.check("the slowest: loss", ends[0], atLeast: 1)
        report.check(
            "the best is neither first nor last", Double(best), in: 1...Double(max(models - 2, 1)))
        report.figure(
            "caviar",
            Figure(
                title: context.say(
                    "Caviar: \(models) models side by side", "캐비어 전략: 모델 \(models)개를 함께"),
                x: Axis(context.say("day", "일차")), y: Axis(context.say("loss", "손실"), scale: .log),
                marks: marks, legend: .right,
                legendTitle: context.say("learning rate", "학습률")))
        report.show(
            LessonTable(
                "caviar", context.say("Loss on the last day", "마지막 날의 손실"),
                columns: [context.say("rate", "학습률"), context.say("loss", "손실")],
                rows: zip(rates, ends).map { LessonTable.Row(LessonNumber.short($0), [$1]) }))
        return rates[best]
    }

    private func order(_ loss: Double) -> Double { loss.isFinite ? loss : .infinity }

    private static func power(_ base: Double, _ share: Double) -> Double {
        Glibc.pow(base, share)
    }

    private func course(_ runs: DigitRuns, _ rate: Double) throws -> [Double] {
        let run = try LectureRun(
            network(), on: runs.train, optimizer: SGD(learningRate: rate), batch: 50, seed: 1)
        return try (0..<8).map { _ in
            var sum = 0.0
            for _ in 0..<stepsADay { sum += try run.advance() }
            return sum / Double(stepsADay)
        }
    }

    /// Inputs ten times as large: the old best rate is stale, a smaller one is better.
    private func again(_ best: Double, _ report: inout LectureReport) throws {
        let runs = try DigitRuns(images: 500, scale: 10)
        let old = try course(runs, best).last ?? .nan
        let small = try course(runs, best / 100).last ?? .nan
        report.check(
            "inputs ten times as large: the old best's loss over a hundredth's",
            order(old) == .infinity ? 1e9 : old / small, atLeast: 1.2)
        report.show(
            LessonTable(
                "again", context.say("Inputs ten times as large", "입력이 열 배가 되면"),
                columns: [context.say("rate", "학습률"), context.say("loss", "손실")],
                rows: [
                    LessonTable.Row(context.say("the old best", "예전의 최적값"), [old]),
                    LessonTable.Row(context.say("a hundredth of it", "그 100분의 1"), [small]),
                ]))
    }
}

extension LessonPlan {
    static let pandaCaviar = LessonPlan(
        rows: [29],
        slides: [LessonSlide("004", "하이퍼파라미터 튜닝 실전")],
        knobs: [
            LessonKnob("too-much", 30, 0.001...1000, "rate of day 6", "6일차의 학습률"),
            .whole("models", 8, 3...20, "models side by side", "함께 학습할 모델 수"),
        ],
        // Twelve days, the model of day 6 again on day 8: days whose work is thrown away.
        exercise: .numbers(1, within: 0) { [2] },
        program: {
            try PandaCaviar(tooMuch: $0("too-much"), models: $0.whole("models"), context: $0)
                .report()
        })
}
