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
            Array(curves.dropFirst()),
            printed: [
                (0, [2.3021, 2.4544]), (100, [2.2321, 1.5614]), (200, [2.0936, 0.8429]),
                (300, [1.9030, 0.5323]), (500, [1.0638, 0.3409]), (1000, [0.3555, 0.2050]),
                (1500, [0.2649, 0.1966]), (1900, [0.3769, 0.2864]),
            ], factor: 1.7)
        report.table("loss_\(curves[0].name)", curves[0].losses)
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
