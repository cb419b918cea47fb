import KalsaeData
import KalsaeLayers
import KalsaeTensor

/// Overfitting on 300 images, and what weight decay of λ = .1 does about it, over 201 epochs.
///
/// Source: 'Deep Learning from Scratch', chapter 6.
struct WeightDecay {
    var seeds = 3
    var epochs = SmallSetRuns.epochs
    var lambda = 0.1
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport("weight-decay")
        let images = try LectureImages.load(first: 300)
        try checkLabels(images.train, SmallSetRuns.labels, into: &report)
        let runs = SmallSetRuns(seeds: seeds, epochs: epochs)
        let plain = try runs.run(images)
        let decayed = try runs.run(images, decay: lambda)
        report.table("plain", runs.table(plain))
        report.table("weight_decay", runs.table(decayed))
        runs.check(
            plain, "plain", SmallSetRuns.plainBands, into: &report)
        runs.check(
            decayed, "decay",
            [
                (50, 0.55...0.80, 0.45...0.65), (100, 0.78...0.92, 0.64...0.72),
                (200, 0.87...0.94, 0.70...0.735),
            ], into: &report)
        runs.show(
            [
                (context.say("no decay", "감소 없음"), plain),
                ("λ \(LessonNumber.short(lambda))", decayed),
            ],
            context.say("Weight decay on 300 images", "300장에서 가중치 감소의 효과"), context, into: &report)
        guard epochs.last == 200 else { return report }
        let gap = (plain.train.last ?? .nan) - (plain.test.last ?? .nan)
        let smaller = (decayed.train.last ?? .nan) - (decayed.test.last ?? .nan)
        report.check("how much decay narrows the gap", gap - smaller, atLeast: 0.01)
        report.check("decay: best train accuracy", decayed.train.max() ?? .nan, in: 0...0.97)
        report.check(
            "test accuracy that decay costs",
            (plain.test.last ?? .nan) - (decayed.test.last ?? .nan), atLeast: 0)
        report.note("the gap between train and test shrinks, but test accuracy does not rise")
        return report
    }
}

extension LessonPlan {
    static let weightDecay = LessonPlan(
        rows: [15],
        slides: [
            LessonSlide("000", "3. 가중치 규제(Regularization) 적용하기"),
            LessonSlide("002", "가중치 감소(weight decay)"), LessonSlide("003", "1.9 다양한 정규화 기법들"),
        ],
        data: NamedSet.mnist.rawValue,
        knobs: [LessonKnob("lambda", 0.1, 0.0001...2, "strength λ", "규제의 강도 λ"), .seeds],
        // The penalty ½ λ Σ w² of the weights 3, -4 with λ = .1, and its gradient for the first.
        exercise: .numbers(2, within: 1e-4) {
            let weight = Tensor.doubles([3, -4], [2, 1])
            let (value, slope) = valueAndGradient(at: weight) {
                Regularizer.halfSquares(0.1).penalty(of: $0)
            }
            return [try value.item(Double.self), try slope.doubles[0]]
        },
        program: { context in
            try WeightDecay(
                seeds: context.isShort ? 1 : context.whole("seeds"),
                epochs: context.isShort ? [0, 50] : SmallSetRuns.epochs,
                lambda: context("lambda"), context: context
            ).report()
        })
}
