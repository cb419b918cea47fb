import KalsaePlots

/// Gates of one unit: the lectures' weights, weights that are learned, and the reader's own.
struct PerceptronGates {
    var own = Perceptron.and
    var rate = 1.0
    let context: LessonContext

    private static let inputs = UnitSquare.corners
    private static let gates: [(name: String, unit: Perceptron, targets: [Int])] = [
        ("AND", .and, [0, 0, 0, 1]), ("NAND", .nand, [1, 1, 1, 0]), ("OR", .or, [0, 1, 1, 1]),
    ]

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.perceptron.rawValue)
        showTruth(&report)
        learn(&report)
        report.note("the slides ask result <= 0 for a 0: on the border the answer is 0")
        return report
    }

    private func answers(_ unit: Perceptron) -> [Int] { Self.inputs.map { unit($0) } }

    private func showTruth(_ report: inout LectureReport) {
        for (name, unit, targets) in Self.gates {
            report.check(
                name, answers(unit).map(Double.init), targets.map(Double.init), within: 0)
        }
        let columns = ["x₁", "x₂"] + Self.gates.map(\.name) + [context.say("own", "내 게이트")]
        let units = Self.gates.map(\.unit) + [own]
        report.show(
            LessonTable(
                "truth", context.say("Answers of the gates", "게이트의 출력"), columns: columns,
                rows: Self.inputs.map { x in
                    LessonTable.Row("", x + units.map { Double($0(x)) })
                }))
        let points = UnitSquare.points
        let panels =
            Self.gates.map { gate in
                UnitSquare.panel(gate.name, targets: gate.targets, points.map { gate.unit($0) })
            } + [
                UnitSquare.panel(
                    context.say("own weights", "내 가중치"), targets: answers(own),
                    points.map { own($0) })
            ]
        report.figure(
            "gates",
            Figure(
                title: context.say("One unit draws one line", "뉴런 하나는 직선 하나를 긋는다"),
                panels: panels, columns: 2, legend: .none), width: 640, height: 640)
    }

    /// The learning rule, from zeros.
    private func learn(_ report: inout LectureReport) {
        let all = Self.gates.map { ($0.name, $0.targets) } + [("XOR", [0, 1, 1, 0])]
        var marks: [Mark] = []
        var rows: [LessonTable.Row] = []
        for (name, targets) in all {
            var unit = Perceptron(weights: [0, 0])
            let data = zip(Self.inputs, targets).map { (inputs: $0, target: $1) }
            let course = unit.learn(data, rate: rate, passes: 20)
            let right = zip(answers(unit), targets).count { $0 == $1 }
            report.check(
                "\(name) learned: is separated", course.isSeparated ? 1 : 0, name == "XOR" ? 0 : 1,
                within: 0)
            if name == "XOR" {
                report.check("XOR learned: right answers", Double(right), in: 0...3)
            } else {
                report.check("\(name) learned: right answers", Double(right), 4, within: 0)
            }
            let passes = course.mistakes.indices.map { Double($0 + 1) }
            marks.append(
                .line(
                    Series(name, x: passes, y: course.mistakes.map(Double.init), hasMarkers: true))
            )
            rows.append(
                LessonTable.Row(
                    name, unit.weights + [unit.bias, Double(course.mistakes.count), Double(right)]))
        }
        report.show(
            LessonTable(
                "learned", context.say("What the rule learned", "학습 규칙이 찾은 값"),
                columns: [
                    "", "w₁", "w₂", "b", context.say("passes", "반복"),
                    context.say("right of 4", "4개 중 정답"),
                ], rows: rows))
        report.figure(
            "mistakes",
            Figure(
                title: context.say("Mistakes in each pass", "반복할 때마다 틀린 개수"),
                x: Axis(context.say("pass", "반복")),
                y: Axis(context.say("mistakes", "오답 수"), low: 0),
                marks: marks))
    }
}

extension LessonPlan {
    static let perceptron = LessonPlan(
        rows: [1],
        slides: [
            LessonSlide("000", "1. 퍼셉트론 - 임계치(편향)"),
            LessonSlide("000", "2. 단층 퍼셉트론 - AND 게이트"),
            LessonSlide("001", "1. 퍼셉트론 · 퍼셉트론 구현하기 (논리 회로)"),
        ],
        knobs: [
            LessonKnob("w1", 0.5, -5...5, "first weight of your own gate", "내 게이트의 가중치 w₁"),
            LessonKnob("w2", 0.5, -5...5, "second weight of your own gate", "내 게이트의 가중치 w₂"),
            LessonKnob("bias", -0.7, -5...5, "bias of your own gate", "내 게이트의 편향 b"),
            LessonKnob("rate", 1, 0.01...10, "rate of the learning rule", "학습 규칙의 학습률"),
        ],
        exercise: .condition(3) { answer in
            let unit = Perceptron(weights: Array(answer[..<2]), bias: answer[2])
            return UnitSquare.corners.map { unit($0) } == [0, 0, 1, 0]
        },
        program: { context in
            try PerceptronGates(
                own: Perceptron(
                    weights: [context("w1"), context("w2")], bias: context("bias")),
                rate: context("rate"), context: context
            ).report()
        })
}
