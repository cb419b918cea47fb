import KalsaeFiles
import KalsaeOptimizers

/// SGD, Momentum, AdaGrad and Adam at their default rates on MNIST: five weight layers, He, batch
/// 128, 2000 steps, the same batches for all.
///
/// Source: 'Deep Learning from Scratch', chapter 6; its notebook's losses.
struct OptimizerRace {
    var seeds = 3
    var steps = 2000

    func report() throws -> LectureReport {
        var report = LectureReport("optimizers-mnist")
        let lanes: [(String, any Optimizer)] = [
            ("SGD", SGD(learningRate: 0.01)),
            ("Momentum", LectureOptimizers.momentum()),
            ("AdaGrad", LectureOptimizers.adaGrad()),
            ("Adam", LectureOptimizers.adam()),
        ]
        let race = LossRace(
            lanes: lanes.map { LossRace.Lane(name: $0.0, optimizer: $0.1, deviation: .he) },
            seeds: seeds, steps: steps)
        let curves = try race.run()
        report.add(
            curves,
            printed: [
                (0, [2.4082, 2.4068, 2.3990, 2.1944]), (100, [1.4838, 0.4219, 0.1908, 0.3379]),
                (200, [0.6389, 0.1679, 0.0888, 0.1235]), (500, [0.2867, 0.1232, 0.0405, 0.0738]),
                (1000, [0.1810, 0.0443, 0.0205, 0.0262]), (1500, [0.1817, 0.1168, 0.0473, 0.0504]),
                (1900, [0.1499, 0.0500, 0.0163, 0.0319]),
            ], factor: 3)
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
