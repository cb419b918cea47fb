import KalsaeGraph
import KalsaeLayers
import KalsaePlots
import KalsaeTensor

/// Gaussian noise on the inputs of a network in training: the layer, and what it does on 200 digits.
struct NoiseInjection {
    var deviation = 0.3
    var steps = 300
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport(Lesson.noise.rawValue)
        try layer(&report)
        var runs = try DigitRuns()
        runs.steps = steps
        let plain = try runs.run(try Self.network([]))
        let noisy = try runs.run(try Self.network([.gaussianNoise(deviation)]))
        let gaps = [plain, noisy].map { ($0.train.last ?? .nan) - ($0.test.last ?? .nan) }
        report.check("noise: train accuracy", noisy.train.last ?? .nan, in: 0.8...1)
        report.check(
            "noise: test accuracy less that without",
            (noisy.test.last ?? .nan) - (plain.test.last ?? .nan), atLeast: -0.03)
        report.table("gaps", gaps)
        report.figure(
            "accuracies",
            Figure(
                title: context.say("200 digits with and without noise", "잡음을 넣은 학습과 넣지 않은 학습"),
                x: Axis(context.say("step", "갱신 횟수")), y: Axis(context.say("accuracy", "정확도")),
                marks: [
                    (context.say("plain, train", "잡음 없음, 학습"), plain.steps, plain.train),
                    (context.say("plain, test", "잡음 없음, 테스트"), plain.steps, plain.test),
                    (context.say("noise, train", "잡음, 학습"), noisy.steps, noisy.train),
                    (context.say("noise, test", "잡음, 테스트"), noisy.steps, noisy.test),
                ].map { .line(Series($0.0, x: $0.1, y: $0.2)) }))
        try draw(runs, &report)
        return report
    }

    /// 784-100-10 behind a layer, or behind two.
    static func network(_ first: [LayerSpec], input: Shape = [784]) throws -> Sequential {
        try withSeed(1) {
            try Sequential(
                first + [.dense(units: 100, activation: .relu), .dense(units: 10)], input: input)
        }
    }

    /// Noise of the right size in training, none in inference, another one each step.
    private func layer(_ report: inout LectureReport) throws {
        let zeros = Tensor.zeros([20_000])
        let layer = GaussianNoise(deviation)
        func drawn(_ step: Int) throws -> [Double] {
            try StepScope.training(key: RandomKey(seed: 1, step: step)) {
                try layer(zeros).doubles
            }.result
        }
        let (one, two) = (try drawn(1), try drawn(2))
        let spread = one.reduce(0) { $0 + $1 * $1 } / Double(one.count)
        // Five deviations of a mean and of a variance of 20,000.
        report.check("noise: mean", one.mean, 0, within: 5 * deviation / 141)
        report.check(
            "noise: deviation", spread.squareRoot(), deviation, within: 5 * deviation / 200)
        report.check(
            "noise: numbers that come again in the next step",
            Double(zip(one, two).count { $0 == $1 }), in: 0...5)
        let still = try layer(zeros).doubles.map(\.magnitude).max() ?? .nan
        report.check("inference: largest noise", still, 0, within: 0)
    }

    private func draw(_ runs: DigitRuns, _ report: inout LectureReport) throws {
        let rows = (runs.train.features[..<5]).cast(to: .float32) / 255
        let noisy = StepScope.training(key: RandomKey(seed: 1)) {
            GaussianNoise(deviation)(rows)
        }.result
        let pixels = try [rows, noisy].map { try $0.clipped(to: 0...1).doubles }
        let images = pixels.flatMap { values in
            (0..<5).map { ImageGrid.bytes(Array(values[($0 * 784)..<($0 * 784 + 784)])) }
        }
        report.figure(
            "images",
            Figure(
                title: context.say(
                    "What the network sees without and with noise", "잡음이 없을 때와 있을 때의 입력"),
                marks: [.images(ImageGrid(width: 28, height: 28, images: images, columns: 5))]),
            width: 640, height: 320, isForTerminals: false)
    }
}

extension LessonPlan {
    static let noise = LessonPlan(
        rows: [17],
        slides: [LessonSlide("003", "1.9 다양한 정규화 기법들"), LessonSlide("000", "1. 데이터 양을 늘리기")],
        knobs: [
            LessonKnob("deviation", 0.3, 0.001...3, "deviation of the noise", "잡음의 표준편차"),
            .whole("steps", 300, 50...5000, "updates", "갱신 횟수"),
        ],
        // Σ (w (x + n))² grows by σ² Σ w²: for weights 3, 4 and σ = .1.
        exercise: .numbers(1, within: 1e-6) { [0.01 * 25] },
        program: {
            try NoiseInjection(
                deviation: $0("deviation"), steps: $0.whole("steps"), context: $0
            ).report()
        })
}
