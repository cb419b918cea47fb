import KalsaeFiles
import KalsaeOptimizers
import KalsaePlots

/// Curves of training losses for some ways to train, each the mean over seeds.
struct LossRace {
    /// One way to train: a network for a seed and an optimizer.
    struct Lane {
        let name: String
        let optimizer: any Optimizer
        let deviation: LectureNetwork.Deviation
    }

    var seeds = 3
    var steps = 2000
    let lanes: [Lane]
    /// The loss is logged after every so many steps.
    private let interval = 10
    let context: LessonContext

    init(lanes: [Lane], seeds: Int, steps: Int, context: LessonContext) {
        self.context = context
        self.lanes = lanes
        self.seeds = seeds
        self.steps = steps
    }

    /// Five weight layers of 100 units, batch 128; all lanes of a seed see the same batches.
    func run() throws -> [Curve] {
        let images = try LectureImages.load()
        return try lanes.enumerated().map { index, lane in
            var sums = [Double](repeating: 0, count: (steps + interval - 1) / interval)
            for seed in 1...max(seeds, 1) {
                let network = LectureNetwork(
                    hidden: 4, deviation: lane.deviation, seed: seed * 10 + index)
                let run = try LectureRun(
                    network, on: images.train, optimizer: lane.optimizer, batch: 128, seed: seed)
                context.progress(index * seeds + seed - 1, of: lanes.count * seeds)
                for step in 0..<steps {
                    try run.advance()
                    if step % interval == 0 { sums[step / interval] += try run.lossNow() }
                }
            }
            let mean = sums.map { $0 / Double(max(seeds, 1)) }
            return Curve(name: lane.name, interval: interval, losses: mean)
        }
    }

    /// Losses after steps 0, `interval`, 2 · `interval`, …
    struct Curve {
        let name: String
        let interval: Int
        let losses: [Double]

        /// The mean of what was logged up to 50 steps before and after a step; the first alone.
        func loss(at step: Int) -> Double {
            guard step > 0 else { return losses.first ?? .nan }
            let (low, high) = ((step - 50) / interval, (step + 50) / interval)
            return Array(losses[max(low, 0)..<min(high, losses.count)]).mean
        }

        /// The mean from one step to another.
        func mean(from start: Int, to end: Int) -> Double {
            let (low, high) = (start / interval, min(end / interval, losses.count))
            return low < high ? Array(losses[low..<high]).mean : .nan
        }
    }
}

extension LectureReport {
    /// Adds the curves, and beside each loss that the notebook printed the one here, up to a
    /// factor: the notebook's are of single batches.
    mutating func add(
        _ curves: [LossRace.Curve], printed: [(step: Int, losses: [Double])],
        factor: Double
    ) {
        for curve in curves { table("loss_\(curve.name)", curve.losses) }
        for (step, losses) in printed {
            for (curve, loss) in zip(curves, losses)
            where step / curve.interval < curve.losses.count {
                check(
                    "\(curve.name): loss at \(step)", curve.loss(at: step),
                    in: loss / factor...loss * factor)
            }
        }
    }
}

extension LectureReport {
    /// Draws the curves, smoothed, on a logarithmic axis.
    mutating func draw(_ curves: [LossRace.Curve], _ title: String, _ context: LessonContext) {
        figure(
            "losses",
            Figure(
                title: title, x: Axis(context.say("step", "갱신 횟수")),
                y: Axis(context.say("training loss", "학습 손실"), scale: .log),
                marks: curves.map { curve in
                    .line(
                        Series(
                            curve.name,
                            x: curve.losses.indices.map { Double($0 * curve.interval) },
                            y: curve.losses.smoothed(3)))
                }))
    }
}
