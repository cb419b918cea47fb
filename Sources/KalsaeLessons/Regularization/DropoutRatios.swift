import KalsaeData
import KalsaeLayers
import KalsaeTensor

/// Dropout of .15 and .2 against none on 300 images, over 301 epochs.
///
/// The script of 'Deep Learning from Scratch' has .2, its figure .15. Dropout is the book's: a mask
/// in training, times `1 - rate` in inference.
struct DropoutRatios {
    var seeds = 3
    var epochs = [0, 10, 50, 100, 150, 200, 250, 300]
    var light = 0.15
    var strong = 0.2
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport("dropout")
        let images = try LectureImages.load(first: 300)
        try checkLabels(images.train, SmallSetRuns.labels, into: &report)
        let runs = SmallSetRuns(seeds: seeds, epochs: epochs)
        let plain = try runs.run(images)
        context.progress(1, of: 3)
        let weak = try runs.run(images, dropout: light)
        context.progress(2, of: 3)
        let hard = try runs.run(images, dropout: strong)
        let lanes: [(String, SmallSetRuns.Accuracies, [SmallSetRuns.Band])] = [
            ("none", plain, SmallSetRuns.plainBands + [(300, 0.995...1, 0.735...0.785)]),
            (".15", weak, [(50, 0.2...0.5, 0.15...0.4), (300, 0.84...0.95, 0.64...0.74)]),
            (".2", hard, [(50, 0.12...0.4, 0.1...0.35), (300, 0.58...0.71, 0.48...0.57)]),
        ]
        for (name, accuracies, bands) in lanes {
            report.table("dropout_\(name)", runs.table(accuracies))
            runs.check(accuracies, "dropout \(name)", bands, into: &report)
        }
        runs.show(
            [
                (context.say("no dropout", "드롭아웃 없음"), plain),
                (context.say("dropout", "드롭아웃") + " \(LessonNumber.short(light))", weak),
                (context.say("dropout", "드롭아웃") + " \(LessonNumber.short(strong))", hard),
            ], context.say("Dropout on 300 images", "300장에서 드롭아웃의 효과"), context, into: &report)
        try forms(&report)
        guard epochs.last == 300 else { return report }
        let gaps = lanes.map { ($0.1.train.last ?? .nan) - ($0.1.test.last ?? .nan) }
        report.check("how much .15 narrows the gap", gaps[0] - gaps[1], atLeast: 0.01)
        report.check("how much .2 narrows it further", gaps[1] - gaps[2], atLeast: 0.01)
        report.check(
            "test accuracy that .15 costs within 301 epochs",
            (plain.test.last ?? .nan) - (weak.test.last ?? .nan), atLeast: 0.01)
        report.note("the gap shrinks, training is far slower, test accuracy is lower by epoch 301")
        return report
    }

    /// The two forms agree on average: the mask of the classic one is made up for in inference, that
    /// of the inverted one in training; a mean of many masks is near the inference of one network.
    private func forms(_ report: inout LectureReport) throws {
        let x = Tensor.ones([20_000])
        func trained(_ layer: Dropout) throws -> [Double] {
            try StepScope.training(key: RandomKey(seed: 3)) { try layer(x).doubles }.result
        }
        let (classic, inverted) = (Dropout(strong, isClassic: true), Dropout(strong))
        // Five deviations of a mean of 20,000.
        let spread = 5 * (strong * (1 - strong) / 20_000).squareRoot()
        report.check(
            "classic: mean in training", try trained(classic).mean, 1 - strong, within: spread)
        report.check("classic: inference", try classic(x).doubles.mean, 1 - strong, within: 1e-6)
        report.check(
            "inverted: mean in training", try trained(inverted).mean, 1,
            within: spread / (1 - strong))
        report.check("inverted: inference", try inverted(x).doubles.mean, 1, within: 0)
    }
}

extension LessonPlan {
    static let dropout = LessonPlan(
        rows: [16],
        slides: [
            LessonSlide("000", "4. 드롭아웃 (Dropout)"), LessonSlide("001", "5. 학습 관련 기술들 · 드랍 아웃"),
            LessonSlide("002", "드롭아웃"), LessonSlide("003", "1.9 다양한 정규화 기법들"),
        ],
        data: NamedSet.mnist.rawValue,
        knobs: [
            LessonKnob("light", 0.15, 0.01...0.9, "first ratio", "첫째 드롭아웃 비율"),
            LessonKnob("strong", 0.2, 0.01...0.9, "second ratio", "둘째 드롭아웃 비율"), .seeds,
        ],
        // What an output of 2 becomes in inference at .5, classic and inverted.
        exercise: .numbers(2, within: 1e-6) {
            let x = Tensor.ones([1]) * 2
            return try Dropout(0.5, isClassic: true)(x).doubles + Dropout(0.5)(x).doubles
        },
        program: { context in
            try DropoutRatios(
                seeds: context.isShort ? 1 : context.whole("seeds"),
                epochs: context.isShort ? [0, 50] : [0, 10, 50, 100, 150, 200, 250, 300],
                light: context("light"), strong: context("strong"), context: context
            ).report()
        })
}
