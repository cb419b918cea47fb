/// How a numeric range lies on [0, 1], where samplers work: u = (t(x) − t(low)) / (t(high) − t(low))
/// with t the scale.
///
/// Where values come in steps, the range reaches half a step beyond both ends, so that each value
/// has a cell of its own, and ends are as likely as others.
struct UnitMap: Hashable, Sendable {
    let scale: ParameterScale
    let low: Double
    let high: Double
    /// 0 where values are continuous.
    let step: Double
    /// The number of steps from low to high, counted from 0.
    let lastStep: Double
    private let start: Double
    private let span: Double

    init(low: Double, high: Double, scale: ParameterScale, step: Double) {
        (self.scale, self.low, self.high, self.step) = (scale, low, high, step)
        lastStep = step > 0 ? ((high - low) / step * (1 + 1e-12) + 1e-9).rounded(.down) : 0
        let top = step > 0 ? low + lastStep * step : high
        switch scale {
        case .linear:
            start = low - step / 2
            span = top + step / 2 - start
        case .log:
            start = logarithm(max(low - step / 2, low / 2))
            span = logarithm(top + step / 2) - start
        case .logOneMinus:
            start = scale.transformed(low - step / 2)
            span = scale.transformed(min(top + step / 2, (1 + top) / 2)) - start
        }
    }

    /// Whether there is but one value.
    var isSingle: Bool { step > 0 ? lastStep == 0 : low == high }

    /// The value at u.
    @inline(__always) func value(at u: Double) -> Double {
        let x = scale.restored(start + u * span)
        guard step > 0 else { return min(max(x, low), high) }
        return min(low + step * min(max(((x - low) / step).rounded(), 0), lastStep), high)
    }

    /// Where a value lies; beyond 0...1 outside of the range.
    func unit(of x: Double) -> Double {
        guard span > 0 else { return 0.5 }
        return (scale.transformed(x) - start) / span
    }
}
