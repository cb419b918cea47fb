import KalsaeData
import KalsaeFiles
import KalsaeOptimizers
import KalsaePlots

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
    var least: Double
    let printed: Double
    var epochs = 20
    /// Updates in an epoch.
    var steps = 600
    var rate = 0.001
    var context = LessonContext()

    /// The settings of a reader; the short form only shows that the network begins to learn.
    func set(_ context: LessonContext) -> ConvNetTraining {
        var copy = self
        copy.context = context
        copy.rate = context("rate")
        copy.epochs = context.whole("epochs")
        guard context.isShort else { return copy }
        (copy.epochs, copy.steps, copy.least) = (1, 40, 0.3)
        return copy
    }

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
        let test = try context.isShort ? images.test.first(500) : images.test
        let run = try LectureRun(
            network, on: images.train, optimizer: LectureOptimizers.adam(rate), batch: 100, seed: 1)
        let rate = run.learningRate
        let falling = epochs / 4 * steps
        let schedule = LearningRateSchedule.constant()
            .then(after: epochs * steps - falling, .cosine(steps: falling))
        var (losses, accuracies): ([Double], [Double]) = ([], [])
        for epoch in 0..<epochs {
            context.progress(epoch, of: epochs)
            var sum = 0.0
            for index in 1...steps {
                run.learningRate = rate * schedule.factor(step: epoch * steps + index)
                sum += try run.advance()
            }
            losses.append(sum / Double(steps))
            accuracies.append(try run.accuracy(on: test))
        }
        report.table("loss", losses)
        report.table("test", accuracies)
        report.check("test accuracy", accuracies.last ?? .nan, in: least...1)
        let x = losses.indices.map { Double($0 + 1) }
        report.figure(
            "accuracy",
            Figure(
                title: context.say("Test accuracy by epoch", "에포크별 테스트 정확도"),
                x: Axis(context.say("epoch", "에포크")), y: Axis(context.say("accuracy", "정확도")),
                marks: [
                    .line(
                        Series(context.say("here", "여기서"), x: x, y: accuracies, hasMarkers: true)),
                    .reference(
                        Reference(
                            context.say("the book, at the end", "책의 마지막 값"),
                            x: [1, Double(max(epochs, 2))], y: [printed, printed])),
                ]))
        report.show(
            LessonTable(
                "accuracy", context.say("Test accuracy", "테스트 정확도"),
                columns: [context.say("here", "여기서"), context.say("book", "책")],
                rows: [LessonTable.Row("", [accuracies.last ?? .nan, printed])]))
        report.note("the book has test accuracy \(printed)")
        return report
    }
}

extension LessonPlan {
    private static let convNetSlides = [
        LessonSlide("003", "1.6 합성곱 신경망의 일반적인 구성"),
        LessonSlide("003", "1.1 다층 퍼셉트론의 문제점 그리고 새로운 구조의 등장"),
    ]
    private static let convNetKnobs: [LessonKnob] = [
        LessonKnob("rate", 0.001, 1e-5...0.1, "learning rate of Adam", "Adam의 학습률"),
        .whole("epochs", 20, 1...100, "epochs", "에포크 수"),
    ]

    static let simpleConvNet = LessonPlan(
        rows: [25, 23, 24], slides: convNetSlides, data: NamedSet.mnist.rawValue,
        takesMinutes: true, knobs: convNetKnobs,
        // The parameters of 16 filters 3x3 on 8 channels, with biases.
        exercise: .numbers(1, within: 0) { [Double(3 * 3 * 8 * 16 + 16)] },
        program: { try ConvNetTraining.simple.set($0).report() })

    static let deepConvNet = LessonPlan(
        rows: [25, 16], slides: convNetSlides, data: NamedSet.mnist.rawValue,
        takesMinutes: true, knobs: convNetKnobs,
        // Two 3x3 convolutions see a field of 5x5; how many weights they have, and how many one 5x5.
        exercise: .numbers(2, within: 0) { [2 * 9, 25] },
        program: { try ConvNetTraining.deep.set($0).report() })
}
