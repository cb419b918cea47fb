import KalsaeData
import KalsaeLayers
import KalsaePlots
import KalsaeTensor

extension BatchNormScales {
    /// Accuracies for one scale.
    struct Curves {
        let k: Int
        let deviation: Double
        let plain: [Double]
        let normed: [Double]
    }

    func draw(_ curves: [Curves], into report: inout LectureReport) {
        let panels = curves.map { curve in
            Panel(
                title: "s = \(LessonNumber.short(curve.deviation))",
                x: Axis(context.say("epoch", "에포크")),
                y: Axis(context.say("accuracy", "정확도"), low: 0, high: 1),
                marks: [
                    .line(Series(context.say("batch norm", "배치 정규화"), y: curve.normed)),
                    .line(Series(context.say("no norm", "정규화 없음"), y: curve.plain)),
                ])
        }
        report.figure(
            "scales",
            Figure(
                title: context.say("Training accuracy over 20 epochs", "20 에포크 동안의 학습 정확도"),
                panels: panels, columns: min(4, panels.count)), width: 960,
            height: panels.count > 4 ? 900 : 320, isForTerminals: false)
        report.show(
            LessonTable(
                "finals", context.say("Accuracy at the end", "마지막 정확도"),
                columns: [
                    "k", "s", context.say("no norm", "정규화 없음"), context.say("batch norm", "배치 정규화"),
                ],
                rows: curves.map {
                    LessonTable.Row(
                        String($0.k),
                        [$0.deviation, $0.plain.last ?? .nan, $0.normed.last ?? .nan])
                }))
    }
}

extension LessonPlan {
    static let batchNorm = LessonPlan(
        rows: [21],
        slides: [
            LessonSlide("000", "4. 배치 정규화(Batch Normalization)"),
            LessonSlide("001", "5. 학습 관련 기술들 · 배치 정규화"),
            LessonSlide("002", "배치 정규화 Batch Normalization"), LessonSlide("004", "배치 정규화"),
        ],
        data: NamedSet.mnist.rawValue,
        knobs: [LessonKnob("rate", 0.01, 1e-4...1, "learning rate", "학습률"), .seeds],
        // What batch norm makes of 4, 5, 6.
        exercise: .numbers(3, within: 2e-3) {
            let x = Tensor.doubles([4, 5, 6], [3, 1])
            return try StepScope.training(key: RandomKey(seed: 0)) {
                try BatchNorm(1, epsilon: 1e-9)(x.cast(to: .float32)).doubles
            }.result
        },
        program: { context in
            try BatchNormScales(
                seeds: context.isShort ? 1 : context.whole("seeds"),
                scales: context.isShort ? [2, 8] : Array(0..<16), rate: context("rate"),
                context: context
            ).report()
        })
}
