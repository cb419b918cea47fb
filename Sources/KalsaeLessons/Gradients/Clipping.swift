import KalsaeGraph
import KalsaeOptimizers
import KalsaePlots
import KalsaeTensor

/// Gradients cut to a size: by the norm of each tensor, by that of all, by value; and a descent
/// that only goes well with it.
struct Clipping {
    var limit = 1.0
    var rate = 0.1
    var steps = 60
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.clipping.rawValue)
        try cuts(&report)
        try cliff(&report)
        return report
    }

    /// What is left of gradients (3, 4) and (0, 12) at a limit of 1.
    private func cuts(_ report: inout LectureReport) throws {
        let slopes = [Tensor.doubles([3, 4]), Tensor.doubles([0, 12])]
        let zeros = [Tensor.doubles([0, 0]), Tensor.doubles([0, 0])]
        let base = SGD(learningRate: 1)
        let ways: [(name: String, optimizer: any Optimizer, expected: [Double])] = [
            ("not clipped", base, [3, 4, 0, 12]),
            ("clipnorm", ClippedByNorm(base, limit: 1), [0.6, 0.8, 0, 1]),
            (
                "global_clipnorm", ClippedByGlobalNorm(base, limit: 1),
                [3.0 / 13, 4.0 / 13, 0, 12.0 / 13]
            ),
            ("clipvalue", ClippedByValue(base, limit: 1), [1, 1, 0, 1]),
        ]
        var rows: [LessonTable.Row] = []
        for (name, optimizer, expected) in ways {
            var state = OptimizerState(for: zeros, optimizer)
            let moved = optimizer.updated(
                zeros, gradient: slopes, state: &state,
                scalars: .doubles(optimizer.scalars(step: 1).values))
            let cut = try moved.flatMap { try $0.doubles.map { -$0 } }
            report.check("\(name): (3, 4), (0, 12)", cut, expected, within: 1e-6)
            let norm = cut.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let shown = name == "not clipped" ? context.say(name, "자르지 않음") : name
            rows.append(LessonTable.Row(shown, cut + [norm]))
        }
        report.show(
            LessonTable(
                "cuts",
                context.say(
                    "Gradients (3, 4) and (0, 12) at a limit of 1", "기울기 (3, 4)와 (0, 12)를 1로 자르면"),
                columns: ["", "g₁", "g₂", "g₃", "g₄", context.say("norm", "크기")], rows: rows))
    }

    /// x⁴ / 4 from 6: its gradient of 216 throws the first step to -15.6 and beyond.
    private func cliff(_ report: inout LectureReport) throws {
        let base = SGD(learningRate: rate)
        let ways: [(name: String, optimizer: any Optimizer)] = [
            (context.say("not clipped", "자르지 않음"), base),
            ("clipnorm \(LessonNumber.short(limit))", ClippedByNorm(base, limit: limit)),
        ]
        var (marks, ends, firsts): ([Mark], [Double], [Double]) = ([], [], [])
        for (name, optimizer) in ways {
            var x = Tensor.doubles([6])
            var state = OptimizerState(for: x, optimizer)
            var losses: [Double] = []
            for step in 1...steps {
                let (loss, slope) = valueAndGradient(at: x) { ($0.square().square() * 0.25).sum() }
                losses.append(try loss.item(Double.self))
                x = optimizer.updated(
                    x, gradient: slope, state: &state,
                    scalars: .doubles(optimizer.scalars(step: step).values))
                try x.evaluate()
                if step == 1 { firsts.append(try x.doubles[0]) }
                guard try x.doubles[0].isFinite else { break }
            }
            ends.append(try x.doubles[0])
            marks.append(
                .line(Series(name, y: losses.map { $0 < 1e12 ? $0 : .nan }, hasMarkers: true)))
        }
        report.check("not clipped: after a step", firsts[0], -15.6, within: 1e-9)
        report.check("not clipped: is a number at the end", ends[0].isFinite ? 1 : 0, 0, within: 0)
        report.check("clipnorm: after a step", firsts[1], 5.9, within: 1e-9)
        report.check("clipnorm: at the end", ends[1].magnitude, in: 0...1)
        report.figure(
            "cliff",
            Figure(
                title: context.say("Down x⁴/4 from 6", "x⁴/4를 6에서 내려가기"),
                x: Axis(context.say("step", "단계")), y: Axis(context.say("loss", "손실"), scale: .log),
                marks: marks))
    }
}

extension LessonPlan {
    static let clipping = LessonPlan(
        rows: [19],
        slides: [LessonSlide("000", "2. 그래디언트 클리핑(Gradient Clipping)")],
        knobs: [
            LessonKnob("limit", 1, 0.01...1000, "limit of the descent", "내려갈 때의 임계값"),
            LessonKnob("rate", 0.1, 1e-4...1, "learning rate", "학습률"),
            .whole("steps", 60, 5...1000, "steps", "단계 수"),
        ],
        // (6, 8) by norm to 5, and by value to 5.
        exercise: .numbers(4, within: 1e-6) { [3, 4, 5, 5] },
        program: {
            try Clipping(
                limit: $0("limit"), rate: $0("rate"), steps: $0.whole("steps"), context: $0
            ).report()
        })
}
