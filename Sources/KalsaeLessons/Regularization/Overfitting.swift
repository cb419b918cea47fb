import KalsaeData

/// Overfitting on 300 images without regularization, over 201 epochs.
///
/// Source: 'Deep Learning from Scratch', chapter 6.
struct Overfitting {
    var seeds = 3
    var epochs = SmallSetRuns.epochs

    var rate = 0.01
    var hidden = 6
    var images = 300
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport("overfit")
        let images = try LectureImages.load(first: images)
        try checkLabels(images.train, SmallSetRuns.labels, into: &report)
        let runs = SmallSetRuns(seeds: seeds, epochs: epochs, rate: rate, hidden: hidden)
        let plain = try runs.run(images)
        report.table("plain", runs.table(plain))
        runs.check(plain, "plain", SmallSetRuns.plainBands, into: &report)
        runs.show(
            [("", plain)],
            context.say("300 images, no regularization", "정규화 없이 학습한 300장"), context,
            into: &report)
        guard epochs.last == 200 else { return report }
        let gap = (plain.train.last ?? .nan) - (plain.test.last ?? .nan)
        report.check("train accuracy minus test accuracy", gap, in: 0.22...0.27)
        return report
    }
}

extension LessonPlan {
    static let overfit = LessonPlan(
        rows: [12],
        slides: [
            LessonSlide("000", "0. 과적합(Overfitting) 이란?"), LessonSlide("002", "오버피팅"),
            LessonSlide("003", "1.8 과소적합과 과대적합"), LessonSlide("001", "5. 학습 관련 기술들 · 오버피팅 문제"),
        ],
        data: NamedSet.mnist.rawValue,
        knobs: [
            .whole("images", 300, 100...60_000, "images to learn from", "학습에 쓸 이미지 수"),
            .whole("hidden", 6, 1...12, "hidden layers of 100 units", "은닉층 수(층마다 뉴런 100개)"),
            LessonKnob("rate", 0.01, 1e-4...1, "learning rate", "학습률"), .seeds,
        ],
        // Updates of 201 epochs of 300 images in batches of 100.
        exercise: .numbers(1, within: 0) { [201 * 3] },
        program: { context in
            try Overfitting(
                seeds: context.isShort ? 1 : context.whole("seeds"),
                epochs: context.isShort ? [0, 50] : SmallSetRuns.epochs, rate: context("rate"),
                hidden: context.whole("hidden"), images: context.whole("images"), context: context
            ).report()
        })
}
