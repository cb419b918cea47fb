import Glibc
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// How the loss behaves while the learning rate grows (Smith, 2017): from where it falls to where
/// it diverges.
public struct LearningRateFinder: Sendable, Equatable {
    /// The rates that were tried, one a step, growing by one factor.
    public var rates: [Double]
    /// The loss of each step's batch, before its update.
    public var losses: [Double]
    /// The losses as a moving average that does not favor the start.
    public var smoothed: [Double]
    /// The rate at which the smoothed loss falls most steeply over the rate's logarithm; nil where
    /// it never falls.
    public var suggestion: Double?
    /// A rate to train with: ``suggestion``, or a tenth of ``lowest`` where that is less, since the
    /// average lags behind; nil where the loss never falls.
    public var recommended: Double? {
        suggestion.map { min($0, (lowest ?? $0 * 10) / 10) }
    }
    /// The rate with the lowest smoothed loss; nil without any.
    public var lowest: Double? {
        smoothed.indices.min { smoothed[$0] < smoothed[$1] }.map { rates[$0] }
    }
    /// Whether it ended because the loss diverged.
    public var hasDiverged: Bool

    /// Puts a sweep together and finds its suggestion.
    init(_ sweep: RateSweep) {
        (rates, losses, smoothed) = (sweep.rates, sweep.losses, sweep.smoothed)
        hasDiverged = sweep.hasDiverged
        // Until its window is full the average is as restless as single batches are.
        suggestion = Self.steepest(rates, smoothed, skipping: Int(1 / (1 - sweep.keep)))
    }

    /// The rate of the most negative central difference. The rates are equally far apart in
    /// logarithm, so differences of the losses do.
    private static func steepest(
        _ rates: [Double], _ losses: [Double], skipping window: Int
    ) -> Double? {
        // Behind the lowest loss there is nothing to find.
        guard let lowest = losses.indices.min(by: { losses[$0] < losses[$1] }), lowest >= 2 else {
            return nil
        }
        let start = max(min(window, lowest - 1), 1)
        let slopes = (start..<lowest).map { losses[$0 + 1] - losses[$0 - 1] }
        guard let index = slopes.indices.min(by: { slopes[$0] < slopes[$1] }), slopes[index] < 0
        else { return nil }
        return rates[start + index]
    }
}

extension Trainer {
    /// Tries learning rates, one a step, each larger by the same factor, until the loss diverges.
    ///
    /// Works on a copy: model, optimizer, step count and rate of the trainer stay as they are.
    ///
    /// - Parameters:
    ///   - data: the training data.
    ///   - rates: the smallest and the largest rate.
    ///   - steps: the number of rates.
    ///   - batch: rows per step.
    ///   - smoothing: the share of the loss's moving average that is kept.
    ///   - divergence: it ends where the smoothed loss is this many times the lowest one.
    /// - Throws: a fault of the model, or a `KalsaeError` for settings that make no sense.
    public func findLearningRate(
        _ data: Dataset, rates: ClosedRange<Double> = 1e-7...10, steps: Int = 100, batch: Int = 32,
        smoothing: Double = 0.9, divergence: Double = 4
    ) throws -> LearningRateFinder {
        guard data.count > 0, batch > 0 else {
            throw KalsaeError(
                "learning-rate finder", expected: "rows, and a batch of at least 1",
                got: "\(data.count) rows, batch \(batch)")
        }
        return try findLearningRate(
            data.batches(of: batch, shuffledBy: seed), rates: rates, steps: steps,
            smoothing: smoothing, divergence: divergence)
    }

    /// Tries learning rates on the batches of a source, from its start on.
    public func findLearningRate(
        _ source: some BatchSource, rates: ClosedRange<Double> = 1e-7...10, steps: Int = 100,
        smoothing: Double = 0.9, divergence: Double = 4
    ) throws -> LearningRateFinder {
        guard steps >= 3, steps <= 1_000_000, rates.lowerBound > 0,
            rates.upperBound > rates.lowerBound, rates.upperBound.isFinite
        else {
            throw KalsaeError(
                "learning-rate finder", expected: "3 to 1000000 steps, and a range above 0",
                got: "\(steps) steps, \(rates)")
        }
        guard (0..<1).contains(smoothing), divergence > 1 else {
            throw KalsaeError(
                "learning-rate finder", expected: "smoothing in [0, 1) and divergence above 1",
                got: "\(smoothing) and \(divergence)")
        }
        let step = try trialStep()
        let growth = pow(rates.upperBound / rates.lowerBound, 1 / Double(steps - 1))
        var sweep = RateSweep(divergence: divergence, keep: smoothing)
        var source = source
        while sweep.rates.count < steps, !sweep.hasDiverged {
            // At the end of an epoch the next one begins.
            guard let batch = try source.next() ?? source.next() else { break }
            let rate = rates.lowerBound * pow(growth, Double(sweep.rates.count))
            step.optimizer.learningRate = rate
            try batch.check()
            sweep.add(rate: rate, loss: try step.runUnchecked(batch))
        }
        return LearningRateFinder(sweep)
    }
}

/// The losses so far, and whether they have diverged.
struct RateSweep {
    let divergence: Double
    /// The share of the moving average that is kept.
    let keep: Double
    private(set) var rates: [Double] = []
    private(set) var losses: [Double] = []
    private(set) var smoothed: [Double] = []
    private(set) var hasDiverged = false
    private var mean = 0.0
    private var weight = 1.0
    private var lowest = Double.infinity

    init(divergence: Double, keep: Double) {
        self.divergence = divergence
        self.keep = keep
    }

    /// Notes a step; a loss that is not finite ends the sweep and is left out.
    mutating func add(rate: Double, loss: Double) {
        guard loss.isFinite else {
            hasDiverged = true
            return
        }
        mean = keep * mean + (1 - keep) * loss
        weight *= keep
        let now = mean / (1 - weight)
        rates.append(rate)
        losses.append(loss)
        smoothed.append(now)
        lowest = min(lowest, now)
        // A loss may be negative, and around 0 a multiple says nothing.
        let limit = lowest + (divergence - 1) * max(lowest.magnitude, 1e-12)
        hasDiverged = losses.count > 3 && now > limit
    }
}
