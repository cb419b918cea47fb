import KalsaeFiles

/// Overfitting on 300 images, and what weight decay of λ = .1 does about it, over 201 epochs.
///
/// Source: 'Deep Learning from Scratch', chapter 6.
struct WeightDecay {
    var seeds = 3
    var epochs = [0, 10, 20, 50, 75, 100, 125, 150, 175, 200]

    func report() throws -> LectureReport {
        var report = LectureReport("weight-decay")
        let images = try LectureImages.load(first: 300)
        try checkLabels(images.train, SmallSetRuns.labels, into: &report)
        let runs = SmallSetRuns(seeds: seeds, epochs: epochs)
        let plain = try runs.run(images)
        let decayed = try runs.run(images, decay: 0.1)
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
