import KalsaeBackend
import KalsaeData
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaePlots
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

/// A model of the next character, trained on Shakespeare: windows of 64 characters drawn at
/// random, AdamW with warm-up and a cosine, gradients clipped at norm 1.
struct CharacterModel {
    let name: String
    let layers: [LayerSpec]
    /// The numbers that are trained.
    let parameters: Double
    let batch: Int
    var learningRate: Double
    var steps: Int
    /// The largest mean loss on the last tenth of the text, in nats per character.
    var most = 1.9
    var context = LessonContext()
    /// The steps that a mean of losses is taken over.
    private var interval: Int { min(100, max(steps / 10, 1)) }
    static let length = 64
    static let characters = 65

    /// Four blocks of 128 numbers and four heads, norms in front, learned positions.
    static var transformer: CharacterModel {
        let block = LayerSpec.transformerBlock(heads: 4, isCausal: true)
        return CharacterModel(
            name: "characters",
            layers: [.embedding(vocabulary: characters, size: 128)]
                + [.positionalEmbedding(length: length)] + [LayerSpec](repeating: block, count: 4)
                + [.layerNorm(), .dense(units: characters, useBias: false)],
            parameters: 818_176, batch: 16, learningRate: 2e-3, steps: 3000)
    }

    /// One long short-term memory of 256 units.
    static var lstm: CharacterModel {
        CharacterModel(
            name: "characters-lstm",
            layers: [
                .embedding(vocabulary: characters, size: 64),
                .lstm(units: 256, returnsSequences: true), .dense(units: characters),
            ],
            parameters: 349_569, batch: 32, learningRate: 4e-3, steps: 2000)
    }

    /// The settings of a reader; cut short it learns something, but not to spell.
    func set(_ context: LessonContext) -> CharacterModel {
        var copy = self
        copy.context = context
        copy.steps = context.whole("steps")
        copy.learningRate = context("rate")
        if context.isShort { (copy.steps, copy.most) = (40, 3.4) }
        return copy
    }

    func report() throws -> LectureReport {
        var report = LectureReport(name)
        let text = try NamedText.tinyShakespeare.load()
        report.check("characters", Double(text.vocabulary.count), 65, within: 0)
        report.check("text", Double(text.train.count + text.validation.count), 1_115_394, within: 0)
        let model = try withSeed(1) { try Sequential(layers, input: [Self.length]) }
        report.check("parameters", Double(model.parameterCount), parameters, within: 0)
        let (trained, losses) = try train(model, text.train)
        report.table("loss", losses)
        report.figure(
            "loss",
            Figure(
                title: context.say("Loss, nats a character", "문자당 손실(냇)"),
                x: Axis(context.say("step", "갱신 횟수")), y: Axis(context.say("loss", "손실")),
                marks: [
                    .line(Series(x: losses.indices.map { Double(interval * ($0 + 1)) }, y: losses))
                ]))
        let windows = try CharacterText.windows(of: text.validation, length: Self.length)
        let evaluator = try Evaluator(
            trained, loss: .softmaxCrossEntropy, metrics: [.accuracy])
        let result = try evaluator.evaluate(windows, batch: 64)
        report.check("validation loss", result.loss, in: 0...most)
        report.table("accuracy", .number(try result[.accuracy]))
        report.passage("sample", try sample(trained, text))
        return report
    }

    /// The trained model, and the mean loss of each interval.
    private func train(
        _ model: Sequential, _ text: [Int32]
    ) throws -> (model: Sequential, losses: [Double]) {
        let length = Self.length
        let characters = Tensor(text)
        let starts = try HostTensor<Int32>(count: batch)
        var random = Philox(seed: 1, stream: 0x7465_7874)
        let optimizer = ClippedByGlobalNorm(
            AdamW(learningRate: learningRate, beta2: 0.99), limit: 1)
        let schedule = LearningRateSchedule.cosine(steps: max(steps * 19 / 20, 1), end: 0.05)
            .warmedUp(over: max(steps / 20, 1))
        let step = try BatchStep(
            model, loss: .softmaxCrossEntropy, optimizer: optimizer, seed: 1
        ) { inputs in
            let positions = inputs[1].expandingShape(at: 1) + Tensor.arange(length + 1)
            let rows = inputs[0].gathered(at: positions)
            return (rows[.all, ..<length], rows[.all, 1...], nil)
        }
        var (losses, sum) = ([Double](), 0.0)
        for number in 1...max(steps, 1) {
            for index in 0..<batch {
                starts.values[index] = Int32(random.next(below: text.count - length))
            }
            step.optimizer.learningRate = learningRate * schedule.factor(step: number)
            sum += try step.run(characters, starts.tensor)
            ComputeThread.shared.runWaitingCalls()
            if number % interval == 0 {
                context.progress(number, of: steps)
                losses.append(sum / Double(interval))
                sum = 0
            }
        }
        return (step.model, losses)
    }

    private func sample(_ model: Sequential, _ text: CharacterText) throws -> String {
        let sampler = try TextSampler(model, length: Self.length, temperature: 0.8)
        let prompt = "ROMEO:\n"
        let numbers = try sampler.sample(after: try text.encode(prompt), count: 400, seed: 1)
        return prompt + text.decode(numbers)
    }
}

extension LessonPlan {
    private static func characters(
        _ model: CharacterModel, rows: [Int], _ exercise: LessonExercise
    ) -> LessonPlan {
        LessonPlan(
            rows: rows, slides: [LessonSlide("000", "1. 피드 포워드 신경망(순방향 신경망)")],
            data: NamedText.tinyShakespeare.rawValue, takesMinutes: true,
            knobs: [
                .whole("steps", model.steps, 100...100_000, "updates", "갱신 횟수"),
                LessonKnob(
                    "rate", model.learningRate, 1e-5...0.1, "largest learning rate", "가장 큰 학습률"),
            ], exercise: exercise, program: { try model.set($0).report() })
    }

    // The loss of a guess among 65 characters.
    static let characters = characters(
        .transformer, rows: [22, 26], .numbers(1, within: 5e-3) { [4.1744] })
    // The parameters of an LSTM of 256 units on vectors of 64.
    static let charactersLSTM = characters(
        .lstm, rows: [3, 19],
        .numbers(1, within: 0) {
            [Double(try Sequential([.lstm(units: 256)], input: [64, 64]).parameterCount)]
        })
}
