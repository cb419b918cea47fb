import Glibc

/// A line search for the strong Wolfe conditions (Nocedal and Wright, algorithms 3.5 and 3.6).
///
/// `f(a) ≤ f(0) + decrease · a · f′(0)` and `|f′(a)| ≤ curvature · |f′(0)|`.
struct WolfeSearch {
    var decrease = 1e-4
    var curvature = 0.9
    var largestCount = 25

    /// A point on the line, with how far along it is and the slope there.
    private struct Trial {
        var length: Double
        var slope: Double
        var point: FlatPoint
    }

    /// A point with both conditions; where rounding hides one, the lowest that was found; nil where
    /// nothing is lower than the start.
    func run(
        from start: FlatPoint, along direction: FlatVector, first: Double,
        _ evaluate: (FlatVector) throws -> FlatPoint
    ) throws -> FlatPoint? {
        let origin = Trial(length: 0, slope: start.gradient.dot(direction), point: start)
        guard origin.slope < 0 else { return nil }
        func trial(_ length: Double) throws -> Trial {
            let point = try evaluate(start.position.adding(direction, times: length))
            return Trial(length: length, slope: point.gradient.dot(direction), point: point)
        }
        var last = origin
        var length = first
        for count in 0..<largestCount {
            let now = try trial(length)
            if !isLowEnough(now, origin) || (count > 0 && now.point.value >= last.point.value) {
                return try narrow(low: last, high: now, origin, trial)
            }
            if isFlatEnough(now, origin) { return now.point }
            if now.slope >= 0 { return try narrow(low: now, high: last, origin, trial) }
            last = now
            length *= 2
        }
        return last.point
    }

    private func narrow(
        low: Trial, high: Trial, _ origin: Trial, _ trial: (Double) throws -> Trial
    ) throws -> FlatPoint? {
        var (low, high) = (low, high)
        for _ in 0..<largestCount {
            let width = high.length - low.length
            guard abs(width) > 1e-12 * max(low.length, high.length) else { break }
            let now = try trial(Self.minimum(between: low, high))
            if !isLowEnough(now, origin) || now.point.value >= low.point.value {
                high = now
                continue
            }
            if isFlatEnough(now, origin) { return now.point }
            if now.slope * width >= 0 { high = low }
            low = now
        }
        return low.length > 0 ? low.point : nil
    }

    private func isLowEnough(_ trial: Trial, _ origin: Trial) -> Bool {
        let limit = origin.point.value + decrease * trial.length * origin.slope
        return trial.point.value.isFinite && trial.slope.isFinite && trial.point.value <= limit
    }

    private func isFlatEnough(_ trial: Trial, _ origin: Trial) -> Bool {
        abs(trial.slope) <= -curvature * origin.slope
    }

    /// Where the cubic through both values and slopes is lowest, not too near to either end.
    private static func minimum(between low: Trial, _ high: Trial) -> Double {
        let width = high.length - low.length
        let middle = low.length + width / 2
        let rise = 3 * (low.point.value - high.point.value) / width
        let sum = low.slope + high.slope + rise
        let inside = sum * sum - low.slope * high.slope
        guard inside.isFinite, inside >= 0 else { return middle }
        let root = width > 0 ? sqrt(inside) : -sqrt(inside)
        let share = (high.slope + root - sum) / (high.slope - low.slope + 2 * root)
        let minimum = high.length - width * share
        let ends = [low.length + 0.1 * width, high.length - 0.1 * width].sorted()
        return minimum.isFinite ? min(max(minimum, ends[0]), ends[1]) : middle
    }
}
