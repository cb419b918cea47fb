import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeTensor

/// Weights from N(0, .01²), Xavier and He on MNIST: five weight layers, ReLU, SGD at .01, batch
/// 128, 2000 steps.
///
/// Source: 'Deep Learning from Scratch', chapter 6; its notebook's losses.
struct InitializerRace {
    var seeds = 3
    var steps = 2000
    var rate = 0.01
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport("initializers-mnist")
        let lanes: [(String, LectureNetwork.Deviation)] = [
            ("std 0.01", .fixed(0.01)), ("Xavier", .xavier), ("He", .he),
        ]
        let race = LossRace(
            lanes: lanes.map {
                LossRace.Lane(name: $0.0, optimizer: SGD(learningRate: rate), deviation: $0.1)
            }, seeds: seeds, steps: steps, context: context)
        let curves = try race.run()
        report.add(
            Array(curves.dropFirst()),
            printed: [
                (0, [2.3021, 2.4544]), (100, [2.2321, 1.5614]), (200, [2.0936, 0.8429]),
                (300, [1.9030, 0.5323]), (500, [1.0638, 0.3409]), (1000, [0.3555, 0.2050]),
                (1500, [0.2649, 0.1966]), (1900, [0.3769, 0.2864]),
            ], factor: 1.7)
        report.table("loss_\(curves[0].name)", curves[0].losses)
        report.draw(
            curves, context.say("Three scales of the first weights", "가중치 초깃값 세 가지"), context)
        let ways = curves[0].losses
        report.check("std .01: smallest loss", ways.min() ?? .nan, 2.3026, within: 0.02)
        report.check("std .01: largest loss", ways.max() ?? .nan, 2.3026, within: 0.02)
        for (start, end) in [(100, 600), (600, 1100), (1500, 2000)] where end <= steps {
            let means = curves.map { $0.mean(from: start, to: end) }
            let name = "steps \(start) to \(end)"
            report.check("Xavier's loss over He's, \(name)", means[1] / means[2], atLeast: 1.1)
        }
        report.note("std .01 does not learn at all (ln 10 = 2.3026), He learns fastest")
        return report
    }
}

extension LessonPlan {
    static let initializersMNIST = LessonPlan(
        rows: [20],
        slides: [
            LessonSlide("000", "3. 가중치 초기화(Weight Initialization)"),
            LessonSlide("002", "정리"),
        ],
        data: NamedSet.mnist.rawValue,
        knobs: [
            LessonKnob("rate", 0.01, 1e-4...1, "learning rate", "학습률"),
            .whole("steps", 2000, 100...20_000, "updates", "갱신 횟수"), .seeds,
        ],
        // The loss of a network that says 1/10 of each digit.
        exercise: .numbers(1, within: 5e-4) {
            [
                try Loss.softmaxCrossEntropy(Tensor.zeros([1, 10]), Tensor([Int32(3)])).item(
                    Double.self)
            ]
        },
        program: { context in
            try InitializerRace(
                seeds: context.isShort ? 1 : context.whole("seeds"),
                steps: context.isShort ? 160 : context.whole("steps"), rate: context("rate"),
                context: context
            ).report()
        })
}
