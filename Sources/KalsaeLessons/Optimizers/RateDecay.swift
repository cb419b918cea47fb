import Glibc
import KalsaeGraph
import KalsaeOptimizers
import KalsaePlots
import KalsaeTensor

/// Rates that fall: what the rules give, and why a noisy descent needs one of them.
struct RateDecay {
    var rate = 0.2
    var decay = 1.0
    var steps = 400
    var seed = 1
    let context: LessonContext

    private struct Rule {
        /// The name in checks, and for readers.
        let key: String
        let name: String
        let rule: LearningRateSchedule
    }

    private func rules() -> [Rule] {
        [
            Rule(key: "constant", name: context.say("constant", "고정"), rule: .constant()),
            Rule(
                key: "inverse time",
                name: context.say("1 / (1 + decay · epoch)", "1 / (1 + 감쇠 · 에포크)"),
                rule: .inverseTime(decay: decay, every: 20)),
            Rule(
                key: "exponential", name: context.say("exponential 0.95^epoch", "지수 0.95^에포크"),
                rule: .exponential(factor: 0.95, every: 20)),
            Rule(
                key: "steps", name: context.say("steps", "계단식"),
                rule: .step(every: 100, factor: 0.5)),
            Rule(
                key: "cosine", name: context.say("cosine", "코사인"),
                rule: .cosine(steps: steps)),
        ]
    }

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.rateDecay.rawValue)
        let rules = rules()
        let table = rules.map { $0.rule.rates(steps: steps, base: rate) }
        // Epochs of 20 steps: α₀ / (1 + epoch) is α₀, α₀/2, α₀/3, ….
        for epoch in 0..<4 {
            report.check(
                "1 / (1 + epoch), epoch \(epoch)", table[1][epoch * 20], 0.2 / Double(epoch + 1),
                within: 0.2 / 20)
            report.check(
                ".95^epoch, epoch \(epoch)", table[2][epoch * 20], 0.2 * pow(0.95, Double(epoch)),
                within: 0.2 / 20)
        }
        report.check("steps: rate after 250", table[3][250], 0.05, within: 1e-12)
        report.figure(
            "rates",
            Figure(
                title: context.say("Rates that fall", "줄어드는 학습률"),
                x: Axis(context.say("step", "단계")), y: Axis(context.say("rate", "학습률"), low: 0),
                marks: zip(rules, table).map { .line(Series($0.name, y: $1)) }))
        try descend(rules, table, &report)
        return report
    }

    /// The distance from the minimum of x² / 2 where each gradient has noise of deviation 1.
    private func descend(
        _ rules: [Rule], _ rates: [[Double]],
        _ report: inout LectureReport
    ) throws {
        let count = 200
        var (marks, ends): ([Mark], [Double]) = ([], [])
        for (rule, rates) in zip(rules, rates) {
            let step = try CompiledStep(Tensor.full([count], 5)) { x, inputs in
                let noise = Tensor.normal([count], key: RandomKey(inputs[1]))
                let slope = gradient(at: x) { ($0.square() * 0.5).sum() } + noise
                x -= slope * inputs[0]
                return [x.square().mean().sqrt()]
            }
            var distances: [Double] = []
            for (index, rate) in rates.enumerated() {
                let key = RandomKey(seed: seed, stream: 1, step: index)
                distances.append(
                    try step(Tensor(Float(rate)), key.tensor)[0].item(Double.self))
            }
            ends.append(Array(distances.suffix(20)).mean)
            marks.append(.line(Series(rule.name, y: distances)))
        }
        // Of x ← (1 - α)x - αn the variance settles at α / (2 - α): .333 for α = .2.
        report.check("constant rate: distance at the end", ends[0], 0.3333, within: 0.03)
        for (index, rule) in rules.enumerated().dropFirst() {
            report.check(
                "\(rule.key): distance of constant over its own", ends[0] / ends[index],
                atLeast: 1.2)
        }
        report.figure(
            "distances",
            Figure(
                title: context.say(
                    "Distance from the minimum, noisy gradients", "잡음이 있는 기울기로 내려갈 때 최솟값까지의 거리"),
                x: Axis(context.say("step", "단계")),
                y: Axis(context.say("distance", "거리"), scale: .log), marks: marks))
        report.show(
            LessonTable(
                "ends", context.say("Rate and distance at the end", "마지막 학습률과 거리"),
                columns: ["", context.say("rate", "학습률"), context.say("distance", "거리")],
                rows: rules.indices.map {
                    LessonTable.Row(rules[$0].name, [rates[$0].last ?? .nan, ends[$0]])
                }))
    }
}

extension LessonPlan {
    static let rateDecay = LessonPlan(
        rows: [26],
        slides: [LessonSlide("004", "튜닝 프로세스 · 학습률 감쇠"), LessonSlide("003", "1.7 아담 알고리즘")],
        knobs: [
            LessonKnob("rate", 0.2, 1e-3...1.9, "first learning rate", "처음 학습률 α₀"),
            LessonKnob("decay", 1, 0...10, "decay of 1 / (1 + decay · epoch)", "감쇠율"),
            .whole("steps", 400, 200...5000, "steps", "단계 수"), .seed,
        ],
        // .2 / (1 + 1 · epoch) falls below .01: in which epoch?
        exercise: .numbers(1, within: 0) {
            [Double((0...100).first { 0.2 / (1 + Double($0)) < 0.01 } ?? -1)]
        },
        program: { context in
            try RateDecay(
                rate: context("rate"), decay: context("decay"), steps: context.whole("steps"),
                seed: context.whole("seed"), context: context
            ).report()
        })
}
