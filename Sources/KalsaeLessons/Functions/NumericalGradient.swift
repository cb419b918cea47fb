import Glibc
import KalsaeGraph
import KalsaeLayers
import KalsaePlots
import KalsaeTensor

/// Derivatives from differences, what the width of a difference does, descent on x₀² + x₁², and a
/// network's gradient checked by differences.
struct NumericalGradient {
    var rate = 0.1
    var steps = 100
    var start = [-3.0, 4]
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.numericalGradient.rawValue)
        let worked = Apples(context: context)
        try worked.derivatives(into: &report)
        try worked.descent(into: &report)
        try worked.regression(into: &report)
        try widths(&report)
        try walk(&report)
        try network(&report)
        return report
    }

    /// The errors of forward and central differences of sin at 1 by their width.
    private func widths(_ report: inout LectureReport) throws {
        func f(_ x: Double) throws -> Double { try Tensor(x).sin().item(Double.self) }
        let exact = try gradient(at: .doubles([1])) { $0.sin().sum() }.doubles[0]
        let widths = (1...12).map { pow(10, -Double($0)) }
        let forward = try widths.map { abs((try f(1 + $0) - f(1)) / $0 - exact) }
        let central = try widths.map { abs((try f(1 + $0) - f(1 - $0)) / (2 * $0) - exact) }
        // By Taylor: h/2 · sin 1 and h²/6 · cos 1.
        report.check(
            "forward difference, h 1e-3: error", forward[2], 0.5e-3 * sin(1.0), within: 1e-6)
        report.check(
            "central difference, h 1e-2: error", central[1], 1e-4 / 6 * cos(1.0), within: 1e-8)
        report.check("central difference, h 1e-4: error", central[3], in: 0...1e-8)
        report.figure(
            "widths",
            Figure(
                title: context.say("Error of a difference by its width h", "차분의 폭 h에 따른 오차"),
                x: Axis("h", scale: .log), y: Axis(context.say("error", "오차"), scale: .log),
                marks: [
                    .line(
                        Series(
                            context.say("forward", "전방 차분"), x: widths, y: forward, hasMarkers: true
                        )),
                    .line(
                        Series(
                            context.say("central", "중앙 차분"), x: widths, y: central, hasMarkers: true
                        )),
                ]))
    }

    private func walk(_ report: inout LectureReport) throws {
        let step = try CompiledStep(Tensor.doubles(start)) { [rate] x, _ in
            x -= gradient(at: x) { $0.square().sum() } * rate
            return []
        }
        var path = [start]
        for _ in 0..<steps {
            try step.run([])
            path.append(try step.state.doubles)
        }
        let shown = path.filter { $0.allSatisfy { $0.magnitude < 12 } }
        report.figure(
            "descent",
            Figure(
                title: context.say("Descent on x₀² + x₁²", "x₀² + x₁²에서의 경사 하강"),
                x: Axis("x₀", low: -5, high: 5), y: Axis("x₁", low: -5, high: 5),
                marks: [
                    .contour(Contour(x: -5...5, y: -5...5, label: "f") { $0 * $0 + $1 * $1 }),
                    .trail(Series(x: shown.map { $0[0] }, y: shown.map { $0[1] }, colorIndex: 1)),
                ]), width: 560, height: 480)
        let marks = [0, 1, 2, 5, 10, 20, 50, 100].filter { $0 < path.count }
        report.show(
            LessonTable(
                "path", context.say("Where the descent is", "경사 하강의 위치"),
                columns: [context.say("step", "단계"), "x₀", "x₁"],
                rows: marks.map { LessonTable.Row(String($0), path[$0]) }))
    }

    /// Every weight of 4-5-3 by central differences in `float64`, without an epsilon in the loss.
    private func network(_ report: inout LectureReport) throws {
        let sizes = (inputs: 4, hidden: 5, classes: 3)
        func draw(_ shape: Shape, _ stream: Int) -> Tensor {
            .normal(shape, deviation: 0.5, key: RandomKey(seed: 1, stream: stream)).cast(
                to: .float64)
        }
        let x = draw([6, sizes.inputs], 1)
        let classes = Tensor([Int32(0), 1, 2, 0, 1, 2])
        let weights = [
            draw([sizes.inputs, sizes.hidden], 2), draw([sizes.hidden], 3),
            draw([sizes.hidden, sizes.classes], 4), draw([sizes.classes], 5),
        ]
        func loss(_ w: [Tensor]) -> Tensor {
            let hidden = (x.matmul(w[0]) + w[1]).tanh()
            return Loss.softmaxCrossEntropy(hidden.matmul(w[2]) + w[3], classes)
        }
        let exact = valueAndGradient(at: weights) { loss($0) }.gradient
        var rows: [LessonTable.Row] = []
        for (index, name) in ["W1", "b1", "W2", "b2"].enumerated() {
            let values = try weights[index].doubles
            let slopes = try exact[index].doubles
            var (sum, largest) = (0.0, 0.0)
            for position in values.indices {
                let ends = try [1e-4, -1e-4].map { width in
                    var (moved, all) = (values, weights)
                    moved[position] += width
                    all[index] = .doubles(moved, weights[index].shape)
                    return try loss(all).item(Double.self)
                }
                let error = abs((ends[0] - ends[1]) / 2e-4 - slopes[position])
                (sum, largest) = (sum + error, max(largest, error))
            }
            // h² / 6 times a third derivative below 1, and rounding.
            report.check("\(name): largest error of a difference", largest, in: 0...1e-8)
            rows.append(LessonTable.Row(name, [sum / Double(values.count), largest]))
        }
        report.show(
            LessonTable(
                "check", context.say("Backpropagation against differences", "오차역전파와 수치 미분의 차이"),
                columns: ["", context.say("mean", "평균"), context.say("largest", "최대")], rows: rows))
    }
}

extension LessonPlan {
    static let numericalGradient = LessonPlan(
        rows: [8],
        slides: [
            LessonSlide("001", "3. 신경망 학습 · 최적화 · 수치 미분"),
            LessonSlide("001", "3. 신경망 학습 · 최적화 · 경사 하강법 (gradient descent)"),
        ],
        knobs: [
            LessonKnob("rate", 0.1, 1e-12...100, "learning rate of the figure", "그림의 학습률 η"),
            .whole("steps", 100, 1...10_000, "steps of the figure", "그림의 단계 수"),
            LessonKnob("x0", -3, -5...5, "start", "시작점 x₀"),
            LessonKnob("x1", 4, -5...5, "start", "시작점 x₁"),
        ],
        // The gradient of x₀² + 3x₀x₁ at (1, 2).
        exercise: .numbers(2, within: 1e-3) {
            try gradient(at: .doubles([1, 2])) { $0[0] * $0[0] + $0[0] * $0[1] * 3 }.doubles
        },
        program: { context in
            try NumericalGradient(
                rate: context("rate"), steps: context.whole("steps"),
                start: [context("x0"), context("x1")], context: context
            ).report()
        })
}
