import KalsaeFiles

/// Dropout of .15 and .2 against none on 300 images, over 301 epochs.
///
/// The script of 'Deep Learning from Scratch' has .2, its figure .15. Dropout is the book's: a mask
/// in training, times `1 - rate` in inference.
struct DropoutRatios {
    var seeds = 3
    var epochs = [0, 10, 50, 100, 150, 200, 250, 300]

    func report() throws -> LectureReport {
        var report = LectureReport("dropout")
        let images = try LectureImages.load(first: 300)
        try checkLabels(images.train, SmallSetRuns.labels, into: &report)
        let runs = SmallSetRuns(seeds: seeds, epochs: epochs)
        let plain = try runs.run(images)
        let light = try runs.run(images, dropout: 0.15)
        let strong = try runs.run(images, dropout: 0.2)
        let lanes: [(String, SmallSetRuns.Accuracies, [SmallSetRuns.Band])] = [
            ("none", plain, SmallSetRuns.plainBands + [(300, 0.995...1, 0.735...0.785)]),
            (".15", light, [(50, 0.2...0.5, 0.15...0.4), (300, 0.84...0.95, 0.64...0.74)]),
            (".2", strong, [(50, 0.12...0.4, 0.1...0.35), (300, 0.58...0.71, 0.48...0.57)]),
        ]
        for (name, accuracies, bands) in lanes {
            report.table("dropout_\(name)", runs.table(accuracies))
            runs.check(accuracies, "dropout \(name)", bands, into: &report)
        }
        guard epochs.last == 300 else { return report }
        let gaps = lanes.map { ($0.1.train.last ?? .nan) - ($0.1.test.last ?? .nan) }
        report.check("how much .15 narrows the gap", gaps[0] - gaps[1], atLeast: 0.01)
        report.check("how much .2 narrows it further", gaps[1] - gaps[2], atLeast: 0.01)
        report.check(
            "test accuracy that .15 costs within 301 epochs",
            (plain.test.last ?? .nan) - (light.test.last ?? .nan), atLeast: 0.01)
        report.note("the gap shrinks, training is far slower, test accuracy is lower by epoch 301")
        return report
    }
}
