import KalsaeFiles
import KalsaeOptimizers

/// Weights from N(0, .01²), Xavier and He on MNIST: five weight layers, ReLU, SGD at .01, batch
/// 128, 2000 steps.
///
/// Source: 'Deep Learning from Scratch', chapter 6; its notebook's losses.
struct InitializerRace {
    var seeds = 3
    var steps = 2000

    func report() throws -> LectureReport {
        var report = LectureReport("initializers-mnist")
        let lanes: [(String, LectureNetwork.Deviation)] = [
            ("std .01", .fixed(0.01)), ("Xavier", .xavier), ("He", .he),
        ]
        let race = LossRace(
            lanes: lanes.map {
                LossRace.Lane(name: $0.0, optimizer: SGD(learningRate: 0.01), deviation: $0.1)
            }, seeds: seeds, steps: steps)
        let curves = try race.run()
        report.add(
            curves,
            printed: [
                (0, [2.3025, 2.3021, 2.4544]), (100, [2.3022, 2.2321, 1.5614]),
                (200, [2.3030, 2.0936, 0.8429]), (300, [2.3004, 1.9030, 0.5323]),
                (500, [2.3011, 1.0638, 0.3409]), (1000, [2.3017, 0.3555, 0.2050]),
                (1500, [2.2988, 0.2649, 0.1966]), (1900, [2.3050, 0.3769, 0.2864]),
            ], bands: { $0 / 2...$0 * 2 })
        return report
    }
}
