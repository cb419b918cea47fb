import KalsaeData
import KalsaeOptimizers

/// SGD, Momentum, AdaGrad and Adam at their default rates on MNIST: five weight layers, He, batch
/// 128, 2000 steps, the same batches for all.
///
/// Source: 'Deep Learning from Scratch', chapter 6; its notebook's losses.
struct OptimizerRace {
    var seeds = 3
    var steps = 2000
    /// Every learning rate times so much.
    var factor = 1.0
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport("optimizers-mnist")
        let lanes: [(String, any Optimizer)] = [
            ("SGD", SGD(learningRate: 0.01 * factor)),
            ("Momentum", LectureOptimizers.momentum(0.01 * factor)),
            ("AdaGrad", LectureOptimizers.adaGrad(0.01 * factor)),
            ("Adam", LectureOptimizers.adam(0.001 * factor)),
        ]
        let race = LossRace(
            lanes: lanes.map { LossRace.Lane(name: $0.0, optimizer: $0.1, deviation: .he) },
            seeds: seeds, steps: steps, context: context)
        let curves = try race.run()
        report.add(
            curves,
            printed: [
                (0, [2.4082, 2.4068, 2.3990, 2.1944]), (100, [1.4838, 0.4219, 0.1908, 0.3379]),
                (200, [0.6389, 0.1679, 0.0888, 0.1235]), (500, [0.2867, 0.1232, 0.0405, 0.0738]),
                (1000, [0.1810, 0.0443, 0.0205, 0.0262]), (1500, [0.1817, 0.1168, 0.0473, 0.0504]),
                (1900, [0.1499, 0.0500, 0.0163, 0.0319]),
            ], factor: 3)
        report.draw(
            curves, context.say("Four optimizers on MNIST", "MNIST에서 비교한 네 가지 최적화 기법"), context)
        guard steps >= 2000 else { return report }
        let early = curves.map { $0.mean(from: 100, to: 600) }
        let late = curves.map { $0.mean(from: 1500, to: 2000) }
        for index in 1..<4 {
            let name = curves[index].name
            report.check(
                "SGD's loss over \(name)'s, steps 100 to 600", early[0] / early[index],
                atLeast: 1.5)
            report.check(
                "SGD's loss over \(name)'s, steps 1500 on", late[0] / late[index], atLeast: 1.5)
            report.check(
                "\(name)'s loss over AdaGrad's, steps 100 to 600", early[index] / early[2],
                in: 1...4)
        }
        report.note(
            "the notebook prints single batches, the same for all four; here are means over seeds "
                + "and over the batches of 100 steps")
        report.note("SGD is slowest, the other three are close, AdaGrad is slightly ahead")
        return report
    }
}

extension LessonPlan {
    static let optimizersMNIST = LessonPlan(
        rows: [11],
        slides: [
            LessonSlide("001", "5. 학습 관련 기술들 · 최적화 기법 비교"),
            LessonSlide("000", "3. 옵티마이저 - 아다그라드(Adagrad)"),
        ],
        data: NamedSet.mnist.rawValue,
        knobs: [
            LessonKnob(
                "factor", 1, 0.01...100, "factor of all learning rates", "모든 학습률에 곱하는 수"),
            .whole("steps", 2000, 100...20_000, "updates", "갱신 횟수"), .seeds,
        ],
        // How many numbers Adam keeps beside each parameter.
        exercise: .numbers(1, within: 0) { [Double(Adam(learningRate: 0.001).slotCount)] },
        program: { context in
            try OptimizerRace(
                seeds: context.isShort ? 1 : context.whole("seeds"),
                steps: context.isShort ? 160 : context.whole("steps"), factor: context("factor"),
                context: context
            ).report()
        })
}
