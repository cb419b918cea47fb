import KalsaeBackend
import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTraining

/// Five convolutions with batch norm on Fashion-MNIST: flips, AdamW over one cycle.
struct FashionTraining {
    var epochs = 10
    /// Updates in an epoch: all rows without it.
    var steps = 500
    var least = 0.93
    private let batch = 120
    private let learningRate = 4e-3

    /// The same, cut short.
    var shortened: FashionTraining { FashionTraining(epochs: 1, steps: 60, least: 0.3) }

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.fashionMNIST.rawValue)
        let images = try LectureImages.load(.fashionMNIST, isFlat: false)
        report.check("training images", Double(images.train.count), 60_000, within: 0)
        report.check("test images", Double(images.test.count), 10_000, within: 0)
        let specs =
            [LayerSpec.augment(.flipHorizontal())]
            + NetworkPreset.batchNormConvNet.layers(outputs: 10)
        let model = try withSeed(1) { try Sequential(specs, input: images.train.inputShape) }
        report.check("parameters", Double(model.parameterCount), 278_890, within: 0)
        let (trained, losses) = try train(model, images.train)
        report.table("loss", losses)
        let evaluator = try Evaluator(
            trained, loss: .softmaxCrossEntropy, metrics: [.accuracy])
        let result = try evaluator.evaluate(images.test)
        report.check("test accuracy", try result[.accuracy], in: least...1)
        return report
    }

    /// The trained model, and the mean loss of each epoch.
    private func train(
        _ model: Sequential, _ data: Dataset
    ) throws -> (model: Sequential, losses: [Double]) {
        let step = try TrainingStep(
            model, loss: .softmaxCrossEntropy(labelSmoothing: 0.05),
            optimizer: AdamW(learningRate: learningRate, decay: 0.05), seed: 1)
        let schedule = LearningRateSchedule.oneCycle(steps: epochs * steps)
        var random = Philox(seed: 1, stream: 0x6661_7368)
        var rows = (0..<Int32(data.count)).map { $0 }
        let resident = ResidentRows(data)
        var losses: [Double] = []
        for epoch in 0..<epochs {
            random.shuffle(&rows)
            var sum = 0.0
            for index in 0..<steps {
                let factor = schedule.factor(step: epoch * steps + index + 1)
                step.optimizer.learningRate = learningRate * factor
                let part = rows[(index * batch)..<((index + 1) * batch)]
                sum += try step.run(Batch(resident, rows: part))
                ComputeThread.shared.runWaitingCalls()
            }
            losses.append(sum / Double(steps))
        }
        return (step.model, losses)
    }
}
