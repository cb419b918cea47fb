import Glibc
import KalsaeLayers
import KalsaePlots
import KalsaeTensor

/// The functions of the lectures with their slopes: values against their formulas, slopes against
/// derivatives worked out by hand.
struct ActivationCurves {
    var slope = 0.01
    var alpha = 1.0
    var threshold = 0.0
    let context: LessonContext

    /// A function of the engine with its formula and its derivative.
    private struct Function {
        let name: String
        let activation: Activation
        let value: (Double) -> Double
        let derivative: (Double) -> Double
    }

    private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    private var functions: [Function] {
        let s = Self.sigmoid
        let (slope, alpha, threshold) = (slope, alpha, threshold)
        func softplus(_ x: Double) -> Double { log1p(exp(x)) }
        func leaky(_ slope: Double) -> Function {
            Function(
                name: "Leaky ReLU \(LessonNumber.short(slope))",
                activation: .leakyRelu(slope: slope), value: { $0 < 0 ? slope * $0 : $0 },
                derivative: { $0 < 0 ? slope : 1 })
        }
        return [
            Function(
                name: "step", activation: .step(at: threshold),
                value: { $0 > threshold ? 1 : 0 }, derivative: { _ in 0 }),
            Function(
                name: "sigmoid", activation: .sigmoid, value: { s($0) },
                derivative: { s($0) * (1 - s($0)) }),
            Function(
                name: "tanh", activation: .tanh, value: { Glibc.tanh($0) },
                derivative: { 1 - Glibc.tanh($0) * Glibc.tanh($0) }),
            Function(
                name: "softplus", activation: .softplus, value: { softplus($0) },
                derivative: { s($0) }),
            Function(
                name: "ReLU", activation: .relu, value: { max($0, 0) },
                derivative: { $0 > 0 ? 1 : 0 }),
            Function(
                name: "softsign", activation: .softsign, value: { $0 / (1 + abs($0)) },
                derivative: { 1 / ((1 + abs($0)) * (1 + abs($0))) }),
            Function(
                name: "ELU", activation: .elu(alpha: alpha),
                value: { $0 < 0 ? alpha * (exp($0) - 1) : $0 },
                derivative: { $0 < 0 ? alpha * exp($0) : 1 }),
            Function(
                name: "log sigmoid", activation: .logSigmoid, value: { log(s($0)) },
                derivative: { 1 - s($0) }),
            Function(
                name: "swish", activation: .swish, value: { $0 * s($0) },
                derivative: { s($0) + $0 * s($0) * (1 - s($0)) }),
            Function(
                name: "sinc", activation: .sinc, value: { $0 == 0 ? 1 : sin($0) / $0 },
                derivative: { $0 == 0 ? 0 : cos($0) / $0 - sin($0) / ($0 * $0) }),
            leaky(slope), leaky(0.1),
            Function(
                name: "Mish", activation: .mish, value: { $0 * Glibc.tanh(softplus($0)) },
                derivative: { x in
                    let t = Glibc.tanh(softplus(x))
                    return t + x * (1 - t * t) * s(x)
                }),
            Function(
                name: "identity", activation: .identity, value: { $0 },
                derivative: { _ in 1 }),
        ]
    }

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.activations.rawValue)
        // None of them on a kink.
        let points = [-2.5, -1, -0.25, 0.25, 1, 2.5]
        var (panels, rows): ([Panel], [LessonTable.Row]) = ([], [])
        let line = (0...120).map { Double($0 - 60) / 15 }
        for function in functions {
            let x = Tensor.doubles(points)
            let values = try function.activation(x).doubles
            let slopes = try gradient(at: x) { function.activation($0).sum() }.doubles
            report.check(
                "\(function.name): values", values, points.map(function.value), within: 1e-9)
            report.check(
                "\(function.name): slopes", slopes, points.map(function.derivative), within: 1e-9)
            rows.append(LessonTable.Row(shown(function.name), values))
            let wide = Tensor.doubles(line)
            // The first panel has the names; in others they would cover curves.
            let isFirst = panels.isEmpty
            panels.append(
                Panel(
                    title: shown(function.name), x: Axis("x"), y: Axis("f(x)"),
                    marks: [
                        .line(
                            Series(
                                isFirst ? context.say("value", "값") : "", x: line,
                                y: try function.activation(wide).doubles, colorIndex: 0)),
                        .line(
                            Series(
                                isFirst ? context.say("slope", "기울기") : "", x: line,
                                y: try gradient(at: wide) { function.activation($0).sum() }.doubles,
                                colorIndex: 1)),
                    ]))
        }
        report.show(
            LessonTable(
                "values", context.say("Values", "함수 값"),
                columns: ["x"] + points.map(LessonNumber.short), rows: rows))
        report.figure(
            "curves",
            Figure(
                title: context.say("Functions and their slopes", "활성화 함수와 그 기울기"), panels: panels,
                columns: 4, legend: .inside), width: 960, height: 900, isForTerminals: false)
        try softmax(&report)
        return report
    }

    /// A function's name for readers.
    private func shown(_ name: String) -> String {
        switch name {
        case "step": context.say(name, "계단")
        case "sigmoid": context.say(name, "시그모이드")
        case "identity": context.say(name, "항등")
        default: name
        }
    }

    /// Softmax of four scores, and the guard against overflow.
    private func softmax(_ report: inout LectureReport) throws {
        let scores = [5.0, 2, -1, 3]
        let shares = try Tensor.doubles(scores).softmax().doubles
        report.check(
            "exp(5, 2, -1, 3)", try Tensor.doubles(scores).exp().doubles,
            [148.4131591, 7.3890561, 0.3678794, 20.0855369], within: 1e-6)
        report.check(
            "softmax(5, 2, -1, 3)", shares,
            [0.8420335724, 0.0419223830, 0.0020871926, 0.1139568520], within: 1e-9)
        let large = try Tensor.doubles(scores.map { $0 + 1000 }).softmax().doubles
        report.check("softmax of scores 1000 larger", large, shares, within: 1e-12)
        report.figure(
            "softmax",
            Figure(
                title: context.say("Softmax of 5, 2, −1, 3", "5, 2, −1, 3의 소프트맥스"),
                x: Axis(context.say("score", "점수")), y: Axis(context.say("share", "확률"), low: 0),
                marks: [.bars(Bars(names: ["5", "2", "−1", "3"], values: shares))]))
    }
}

extension LessonPlan {
    static let activations = LessonPlan(
        rows: [4],
        slides: [
            LessonSlide("000", "2. 활성화 함수"), LessonSlide("000", "2. 활성화 함수 - 소프트맥스 함수"),
            LessonSlide("001", "2. 신경망 · 활성화 함수의 종류"),
            LessonSlide("001", "2. 신경망 · 출력층 설계"),
        ],
        knobs: [
            LessonKnob("slope", 0.01, 0...1, "slope of leaky ReLU below 0", "리키 렐루의 음수 쪽 기울기"),
            LessonKnob("alpha", 1, 0.1...5, "alpha of ELU", "ELU의 α"),
            LessonKnob("threshold", 0, -3...3, "where the step is", "계단 함수의 경계 n"),
        ],
        // The greatest slope of the sigmoid, and that of tanh.
        exercise: .numbers(2, within: 1e-6) {
            let zero = Tensor.doubles([0])
            return try gradient(at: zero) { $0.sigmoid().sum() }.doubles
                + gradient(at: zero) { $0.tanh().sum() }.doubles
        },
        program: {
            try ActivationCurves(
                slope: $0("slope"), alpha: $0("alpha"), threshold: $0("threshold"), context: $0
            ).report()
        })
}
