import KalsaeOptimizers
import KalsaePlots
import KalsaeTensor

extension OptimizerPaths {
    /// Six of the paths over the lines of equal height, and where each ends.
    func draw(
        _ paths: [(name: String, path: [[Double]])], into report: inout LectureReport
    ) {
        let shown = [0, 1, 5, 2, 7, 3].filter { paths.indices.contains($0) }.map { paths[$0] }
        let panels = shown.map { name, path in
            // The book's figure ends before the last update.
            let points = path.dropLast().filter { $0[0].magnitude < 10 && $0[1].magnitude < 5 }
            return Panel(
                title: name == "Adam, book" ? "Adam" : name,
                x: Axis("x", low: -8, high: 4), y: Axis("y", low: -4, high: 4),
                marks: [
                    .contour(
                        Contour(x: -8...4, y: -4...4, label: "f") {
                            $0 * $0 / 20 + $1 * $1
                        }),
                    .trail(Series(x: points.map { $0[0] }, y: points.map { $0[1] }, colorIndex: 1)),
                ])
        }
        report.figure(
            "paths",
            Figure(
                title: context.say(
                    "30 steps down f(x, y) = x²/20 + y²", "f(x, y) = x²/20 + y²를 내려가는 30단계"),
                panels: panels, columns: 2), width: 860, height: 900, isForTerminals: false)
        report.show(
            LessonTable(
                "ends", context.say("After 30 updates", "30번 갱신한 뒤"), columns: ["", "x", "y", "f"],
                rows: shown.map { name, path in
                    let end = path.last ?? []
                    return LessonTable.Row(name, end + [end[0] * end[0] / 20 + end[1] * end[1]])
                }))
    }
}

extension LessonPlan {
    static let optimizers2D = LessonPlan(
        rows: [11],
        slides: [
            LessonSlide("001", "5. 학습 관련 기술들 · 최적화"), LessonSlide("000", "3. 옵티마이저 - 모멘텀"),
            LessonSlide("000", "3. 옵티마이저 - RMSProp, Adam"), LessonSlide("003", "1.7 아담 알고리즘"),
        ],
        knobs: [
            LessonKnob(
                "factor", 1, 0.01...10, "factor of all learning rates", "모든 학습률에 곱하는 수"),
            LessonKnob("momentum", 0.9, 0...0.999, "momentum", "모멘텀 계수"),
        ],
        // The second step of momentum from (-7, 2) at .1, .9: x and y.
        exercise: .numbers(2, within: 1e-4) {
            try OptimizerPaths(context: LessonContext()).path(of: LectureOptimizers.momentum(0.1))[
                2]
        },
        program: {
            try OptimizerPaths(
                factor: $0("factor"), momentum: $0("momentum"), context: $0
            ).report()
        })
}
