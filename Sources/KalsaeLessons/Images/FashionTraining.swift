import KalsaeBackend
import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeOptimizers
import KalsaePlots
import KalsaeSupport
import KalsaeTraining

/// Five convolutions with batch norm on Fashion-MNIST: flips, AdamW over one cycle.
struct FashionTraining {
    var epochs = 10
    /// Updates in an epoch: all rows without it.
    var steps = 500
    var least = 0.93
    private let batch = 120
    var learningRate = 4e-3
    let context: LessonContext

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
        report.figure(
            "loss",
            Figure(
                title: context.say("Training loss by epoch", "에포크별 학습 손실"),
                x: Axis(context.say("epoch", "에포크")), y: Axis(context.say("loss", "손실")),
                marks: [
                    .line(
                        Series(
                            x: losses.indices.map { Double($0 + 1) }, y: losses, hasMarkers: true))
                ]))
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
            context.progress(epoch, of: epochs)
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

extension LessonPlan {
    static let fashionMNIST = LessonPlan(
        rows: [25, 21, 13], slides: [LessonSlide("003", "1.6 합성곱 신경망의 일반적인 구성")],
        data: NamedSet.fashionMNIST.rawValue, takesMinutes: true,
        knobs: [
            .whole("epochs", 10, 1...50, "epochs", "에포크 수"),
            LessonKnob("rate", 0.004, 1e-5...0.1, "largest learning rate", "가장 큰 학습률"),
        ],
        // Label smoothing of .1 over ten classes: the target of the right one, and of the others.
        exercise: .numbers(2, within: 1e-6) { [0.91, 0.01] },
        program: { context in
            try FashionTraining(
                epochs: context.isShort ? 1 : context.whole("epochs"),
                steps: context.isShort ? 60 : 500, least: context.isShort ? 0.3 : 0.93,
                learningRate: context("rate"), context: context
            ).report()
        })
}
