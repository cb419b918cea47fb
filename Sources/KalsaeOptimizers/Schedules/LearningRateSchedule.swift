import Glibc

/// How the learning rate changes over a training: a factor for each step, a pure function.
///
/// Steps count from 1, as those of an optimizer do; `t = step - 1` below. The rate of a step is the
/// optimizer's own rate times the factor. Schedules are plain values: stored with `Codable`,
/// composed with ``then(after:_:)``, ``warmedUp(over:from:)`` and ``product(_:)``, and listed for a
/// plot with ``rates(steps:base:)``.
///
/// ```swift
/// LearningRateSchedule.cosine(steps: 900).warmedUp(over: 100)
/// ```
public indirect enum LearningRateSchedule: Codable, Sendable, Equatable {
    /// `factor`, always.
    case constant(factor: Double = 1)
    /// `factor ^ ⌊t / every⌋` (PyTorch's `StepLR`).
    case step(every: Int, factor: Double = 0.1)
    /// `factor` to the number of milestones that `t` has reached (`MultiStepLR`).
    case milestones([Int], factor: Double = 0.1)
    /// `factor ^ (t / every)` (`ExponentialLR`, Keras's `ExponentialDecay`).
    case exponential(factor: Double, every: Int = 1)
    /// `1 / (1 + decay · t / every)` (Keras's `InverseTimeDecay`).
    case inverseTime(decay: Double, every: Int = 1)
    /// `end + (1 - end) (1 - t / steps)^power`, then `end` (`PolynomialLR`).
    case polynomial(steps: Int, power: Double = 1, end: Double = 0)
    /// `end + (1 - end) (1 + cos(π t / steps)) / 2`, then `end` (Loshchilov and Hutter, 2017).
    case cosine(steps: Int, end: Double = 0)
    /// Cosine that starts again after `period` steps, each period `growth` times as long and
    /// starting `peak` times as high as the one before it (SGDR, 2017).
    case cosineRestarts(period: Int, growth: Int = 1, peak: Double = 1, end: Double = 0)
    /// `start + (1 - start) · step / steps` up to `steps`, then 1: the last step of the warm-up has
    /// the full rate, and with `start` 0 the first has `1 / steps` of it.
    case linearWarmup(steps: Int, start: Double = 0)
    /// One rise and one longer fall over all steps (Smith and Topin, 2018): by a cosine from
    /// `1 / divisor` to 1 in the first `rise` of the steps, then to `1 / (divisor · finalDivisor)`.
    /// The optimizer's rate is the peak (`OneCycleLR`).
    case oneCycle(
        steps: Int, rise: Double = 0.3, divisor: Double = 25, finalDivisor: Double = 10_000)
    /// `size^-½ · min(step^-½, step · warmup^-1½)` (Vaswani et al., 2017, for rate 1).
    case noam(size: Int, warmup: Int)
    /// `min(step / warmup, √(warmup / step))`: the same curve with its peak at 1.
    case inverseSquareRoot(warmup: Int)
    /// One schedule for so many steps, then another one, whose steps count anew.
    case sequence(first: LearningRateSchedule, steps: Int, second: LearningRateSchedule)
    /// The product of several.
    case product([LearningRateSchedule])

    /// What the optimizer's rate is multiplied with at a step, counted from 1.
    public func factor(step: Int) -> Double {
        let step = max(step, 1)
        let past = step - 1
        let time = Double(past)
        switch self {
        case .constant(let factor): return factor
        case .step(let every, let factor): return pow(factor, Double(past / max(every, 1)))
        case .milestones(let milestones, let factor):
            return pow(factor, Double(milestones.count { $0 <= past }))
        case .exponential(let factor, let every): return pow(factor, time / Double(max(every, 1)))
        case .inverseTime(let decay, let every):
            return 1 / (1 + decay * time / Double(max(every, 1)))
        case .polynomial(let steps, let power, let end):
            return end + (1 - end) * pow(1 - Self.share(past, of: steps), power)
        case .cosine(let steps, let end):
            return Self.fall(Self.share(past, of: steps), from: 1, to: end)
        case .cosineRestarts(let period, let growth, let peak, let end):
            return Self.restarts(past, period, growth, peak, end)
        case .linearWarmup(let steps, let start):
            return start + (1 - start) * Self.share(step, of: steps)
        case .oneCycle(let steps, let rise, let divisor, let finalDivisor):
            return Self.cycle(time, Double(steps), rise, divisor, finalDivisor)
        case .noam(let size, let warmup):
            let (number, warm) = (Double(step), Double(max(warmup, 1)))
            return min(1 / sqrt(number), number / (warm * sqrt(warm))) / sqrt(Double(max(size, 1)))
        case .inverseSquareRoot(let warmup):
            let ratio = Double(step) / Double(max(warmup, 1))
            return min(ratio, 1 / sqrt(ratio))
        case .sequence(let first, let steps, let second):
            return step <= steps
                ? first.factor(step: step) : second.factor(step: step - max(steps, 0))
        case .product(let schedules):
            return schedules.reduce(1) { $0 * $1.factor(step: step) }
        }
    }

    /// The rates of the first steps, for a plot.
    ///
    /// - Parameters:
    ///   - steps: how many.
    ///   - base: the optimizer's rate.
    public func rates(steps: Int, base: Double = 1) -> [Double] {
        (0..<max(steps, 0)).map { base * factor(step: $0 + 1) }
    }

    /// This schedule for so many steps, then another one.
    public func then(after steps: Int, _ next: LearningRateSchedule) -> LearningRateSchedule {
        .sequence(first: self, steps: steps, second: next)
    }

    /// A linear rise to the schedule's first rate, and then the schedule.
    public func warmedUp(over steps: Int, from start: Double = 0) -> LearningRateSchedule {
        let first = factor(step: 1)
        let rise = LearningRateSchedule.product([
            .linearWarmup(steps: steps, start: start), .constant(factor: first),
        ])
        return rise.then(after: steps, self)
    }
}

extension LearningRateSchedule {
    /// How much of a number of steps is over, at most 1.
    private static func share(_ past: Int, of steps: Int) -> Double {
        min(Double(past) / Double(max(steps, 1)), 1)
    }

    /// Half of a cosine wave between two factors.
    private static func fall(_ share: Double, from start: Double, to end: Double) -> Double {
        end + (start - end) * (1 + cos(.pi * share)) / 2
    }

    private static func restarts(
        _ past: Int, _ period: Int, _ growth: Int, _ peak: Double, _ end: Double
    ) -> Double {
        var (rest, length) = (past, max(period, 1))
        var height = 1.0
        if growth <= 1 {
            height = pow(peak, Double(rest / length))
            rest %= length
        } else {
            while rest >= length {
                rest -= length
                height *= peak
                let (next, overflows) = length.multipliedReportingOverflow(by: growth)
                length = overflows ? .max : next
            }
        }
        return fall(share(rest, of: length), from: max(height, end), to: end)
    }

    private static func cycle(
        _ time: Double, _ steps: Double, _ rise: Double, _ divisor: Double, _ finalDivisor: Double
    ) -> Double {
        let start = 1 / divisor
        // The peak is a step, and so is the end.
        let top = rise * steps - 1
        let last = steps - 1
        if time <= top, top > 0 { return fall(time / top, from: start, to: 1) }
        let share = last > max(top, 0) ? min((time - max(top, 0)) / (last - max(top, 0)), 1) : 1
        return fall(share, from: 1, to: start / finalDivisor)
    }
}
