import KalsaeData
import KalsaeFiles
import KalsaeOptimizers

/// A convolutional network on MNIST: the book's Adam at .001, batch 100, 20 epochs of 600 updates.
///
/// In the last five epochs the rate falls to 0, by a cosine. At the book's constant rate one epoch's
/// accuracy says little: those of the deep network scatter between .991 and .995 at the end.
///
/// Source: 'Deep Learning from Scratch', chapters 7 and 8.
struct ConvNetTraining {
    let name: String
    let network: LectureConvNet
    /// The numbers that are trained.
    let parameters: Double
    /// The least accuracy on the whole test set at the end, and what the book has.
    let least: Double
    let printed: Double
    var epochs = 20
    /// Updates in an epoch.
    private let steps = 600

    static var simple: ConvNetTraining {
        ConvNetTraining(
            name: "simple-convnet", network: .simple(seed: 1), parameters: 433_890, least: 0.985,
            printed: 0.9896)
    }

    static var deep: ConvNetTraining {
        ConvNetTraining(
            name: "deep-convnet", network: .deep(seed: 1), parameters: 123_552, least: 0.993,
            printed: 0.9938)
    }

    func report() throws -> LectureReport {
        var report = LectureReport(name)
        report.check("parameters", Double(network.parameterCount), parameters, within: 0)
        let images = try LectureImages.load(isFlat: false)
        let run = try LectureRun(
            network, on: images.train, optimizer: LectureOptimizers.adam(), batch: 100, seed: 1)
        let rate = run.learningRate
        let falling = epochs / 4 * steps
        let schedule = LearningRateSchedule.constant()
            .then(after: epochs * steps - falling, .cosine(steps: falling))
        var (losses, accuracies): ([Double], [Double]) = ([], [])
        for epoch in 0..<epochs {
            var sum = 0.0
            for index in 1...steps {
                run.learningRate = rate * schedule.factor(step: epoch * steps + index)
                sum += try run.advance()
            }
            losses.append(sum / Double(steps))
            accuracies.append(try run.accuracy(on: images.test))
        }
        report.table("loss", losses)
        report.table("test", accuracies)
        report.check("test accuracy", accuracies.last ?? .nan, in: least...1)
        report.note("the book has test accuracy \(printed)")
        return report
    }
}
