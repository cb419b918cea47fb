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
            ("Momentum", SGD(learningRate: 0.01, momentum: 0.9)),
            ("AdaGrad", LectureAdaGrad(learningRate: 0.01)),
            ("Adam", LectureAdam(learningRate: 0.001)),
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
            ], bands: { $0 / 2...$0 * 2 })
        return report
    }
}
