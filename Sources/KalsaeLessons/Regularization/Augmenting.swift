import KalsaeLayers
import KalsaePlots
import KalsaeTensor

/// Rotated, shifted and noisy digits in training: more images from 200.
struct Augmenting {
    var degrees = 12.0
    var shift = 0.08
    var noise = 0.05
    var steps = 400
    let context: LessonContext

    private var changes: [Augmentation] {
        [
            .rotate(degrees: degrees), .shift(vertical: shift, horizontal: shift),
            .noise(deviation: noise),
        ]
    }

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.augmentation.rawValue)
        var runs = try DigitRuns(isFlat: false)
        runs.steps = steps
        try layer(runs, &report)
        let plain = try runs.run(
            NoiseInjection.network([.flatten], input: [28, 28, 1]))
        context.progress(1, of: 2)
        let more = try runs.run(
            NoiseInjection.network([.augment(changes), .flatten], input: [28, 28, 1]))
        let (trainGap, testGain) = (
            (plain.train.last ?? .nan) - (more.train.last ?? .nan),
            (more.test.last ?? .nan) - (plain.test.last ?? .nan)
        )
        report.check("without: train accuracy", plain.train.last ?? .nan, in: 0.97...1)
        report.check("train accuracy that augmentation costs", trainGap, atLeast: -0.01)
        report.check("test accuracy that augmentation brings", testGain, atLeast: 0.005)
        report.figure(
            "accuracies",
            Figure(
                title: context.say("200 digits, and many made of them", "숫자 200장과 거기서 만든 여러 장"),
                x: Axis(context.say("step", "갱신 횟수")), y: Axis(context.say("accuracy", "정확도")),
                marks: [
                    (context.say("plain, train", "증강 없음, 학습"), plain.steps, plain.train),
                    (context.say("plain, test", "증강 없음, 테스트"), plain.steps, plain.test),
                    (context.say("augmented, train", "증강, 학습"), more.steps, more.train),
                    (context.say("augmented, test", "증강, 테스트"), more.steps, more.test),
                ].map { .line(Series($0.0, x: $0.1, y: $0.2)) }))
        report.show(
            LessonTable(
                "accuracies", context.say("Accuracy at the end", "마지막 정확도"),
                columns: ["", context.say("train", "학습"), context.say("test", "테스트")],
                rows: [
                    LessonTable.Row(
                        context.say("200 images", "200장"),
                        [plain.train.last ?? .nan, plain.test.last ?? .nan]),
                    LessonTable.Row(
                        context.say("augmented", "데이터 증강"),
                        [more.train.last ?? .nan, more.test.last ?? .nan]),
                ]))
        return report
    }

    /// In training each image is changed, in inference none.
    private func layer(_ runs: DigitRuns, _ report: inout LectureReport) throws {
        let images = runs.train.features[..<4].cast(to: .float32) / 255
        let layer = Augment(changes)
        var shown = [images]
        for step in 1...3 {
            shown.append(
                StepScope.training(key: RandomKey(seed: 1, step: step)) { layer(images) }.result)
        }
        let difference = try (layer(images) - images).abs().max().item(Double.self)
        report.check("inference: largest change of a pixel", difference, 0, within: 0)
        let moved = try (shown[1] - images).abs().mean().item(Double.self)
        report.check("training: mean change of a pixel", moved, atLeast: 0.01)
        let again = try (shown[1] - shown[2]).abs().mean().item(Double.self)
        report.check("training: mean change from step to step", again, atLeast: 0.01)
        let pixels = try shown.map { try $0.clipped(to: 0...1).doubles }
        let bytes = pixels.flatMap { values in
            (0..<4).map { ImageGrid.bytes(Array(values[($0 * 784)..<($0 * 784 + 784)])) }
        }
        report.figure(
            "images",
            Figure(
                title: context.say("Four digits, and what training sees", "숫자 네 개와 학습에 들어가는 모습"),
                marks: [.images(ImageGrid(width: 28, height: 28, images: bytes, columns: 4))]),
            width: 560, height: 560, isForTerminals: false)
    }
}

extension LessonPlan {
    static let augmentation = LessonPlan(
        rows: [13],
        slides: [LessonSlide("000", "1. 데이터 양을 늘리기")],
        knobs: [
            LessonKnob("degrees", 12, 0...90, "rotation either way, in degrees", "좌우로 돌리는 각도"),
            LessonKnob("shift", 0.08, 0...0.5, "shift as a share of the side", "이동 폭(변의 비율)"),
            LessonKnob("noise", 0.05, 0...1, "deviation of the noise", "잡음의 표준편차"),
            .whole("steps", 400, 50...5000, "updates", "갱신 횟수"),
        ],
        // Four quarter turns, with and without a mirror: different images of one.
        exercise: .numbers(1, within: 0) { [8] },
        program: {
            try Augmenting(
                degrees: $0("degrees"), shift: $0("shift"), noise: $0("noise"),
                steps: $0.whole("steps"), context: $0
            ).report()
        })
}
