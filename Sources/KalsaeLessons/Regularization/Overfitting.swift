/// Overfitting on 300 images without regularization, over 201 epochs.
///
/// Source: 'Deep Learning from Scratch', chapter 6.
struct Overfitting {
    var seeds = 3
    var epochs = [0, 10, 20, 50, 75, 100, 125, 150, 175, 200]

    func report() throws -> LectureReport {
        var report = LectureReport("overfit")
        let images = try LectureImages.load(first: 300)
        try checkLabels(images.train, SmallSetRuns.labels, into: &report)
        let runs = SmallSetRuns(seeds: seeds, epochs: epochs)
        let plain = try runs.run(images)
        report.table("plain", runs.table(plain))
        runs.check(plain, "plain", SmallSetRuns.plainBands, into: &report)
        guard epochs.last == 200 else { return report }
        let gap = (plain.train.last ?? .nan) - (plain.test.last ?? .nan)
        report.check("train accuracy minus test accuracy", gap, in: 0.22...0.27)
        return report
    }
}
