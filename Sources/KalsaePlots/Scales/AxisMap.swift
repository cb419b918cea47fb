/// How the values of an axis lie between its two ends, 0 and 1.
package struct AxisMap: Equatable, Sendable {
    package let scale: AxisScale
    package let low: Double
    package let high: Double
    private let start: Double
    private let span: Double

    /// Takes finite ends, low < high, and both over 0 on a logarithmic scale.
    package init(scale: AxisScale, low: Double, high: Double) {
        (self.scale, self.low, self.high) = (scale, low, high)
        start = Self.transformed(low, scale)
        span = Self.transformed(high, scale) - start
    }

    /// Where a value lies: 0 at the low end, 1 at the high one; NaN where it has no position.
    package func position(_ value: Double) -> Double {
        (Self.transformed(value, scale) - start) / span
    }

    /// The value at a position.
    package func value(at position: Double) -> Double {
        let inside = start + position * span
        return scale == .log ? power(10, inside) : inside * 2
    }

    /// Halved, so that the difference of two ends does not overflow.
    private static func transformed(_ value: Double, _ scale: AxisScale) -> Double {
        switch scale {
        case .linear: value / 2
        case .log: value > 0 ? decimalLogarithm(value) : .nan
        }
    }
}

/// The least and the greatest of values that can be shown.
package struct Extent: Equatable, Sendable {
    package var low = Double.infinity
    package var high = -Double.infinity
    /// The least value over 0, for logarithmic axes.
    package var lowOverZero = Double.infinity
    /// Whether all values are whole numbers.
    package var isWhole = true

    package init() {}

    package init(_ values: some Sequence<Double>) {
        for value in values { include(value) }
    }

    package var isEmpty: Bool { low > high }

    @inline(__always) package mutating func include(_ value: Double) {
        guard value.isFinite else { return }
        if value < low { low = value }
        if value > high { high = value }
        if value > 0, value < lowOverZero { lowOverZero = value }
        if isWhole, value.rounded() != value { isWhole = false }
    }

    package mutating func include(_ other: Extent) {
        low = min(low, other.low)
        high = max(high, other.high)
        lowOverZero = min(lowOverZero, other.lowOverZero)
        isWhole = isWhole && other.isWhole
    }

    /// The ends of an axis that shows the values with a margin, a share of the range, on both
    /// sides.
    package func map(_ axis: Axis, margin: Double) -> AxisMap {
        switch axis.scale {
        case .linear: linear(axis, margin: margin)
        case .log: logarithmic(axis, margin: margin)
        }
    }

    private func linear(_ axis: Axis, margin: Double) -> AxisMap {
        var (low, high) = isEmpty ? (0, 1) : (low, high)
        // Margins are of what is shown.
        if let end = axis.low, end > low, end < high { low = end }
        if let end = axis.high, end < high, end > low { high = end }
        // Neither ends nor ticks may leave what a Double holds.
        let limit = 8e307
        let narrow = max(abs(low), abs(high)) * 1e-12
        if high / 2 - low / 2 <= max(narrow, 1e-300) / 2 {
            let slack = max(max(abs(low), abs(high)) * 0.1, low == 0 && high == 0 ? 1 : 1e-300)
            (low, high) = (low - slack, high + slack)
        } else {
            let slack = (high / 2 - low / 2) * 2 * margin
            (low, high) = (low - slack, high + slack)
        }
        low = max(-limit, min(limit, axis.low ?? low))
        high = max(-limit, min(limit, axis.high ?? high))
        if !(low < high) || high / 2 - low / 2 <= max(abs(low), abs(high)) * 5e-13 {
            let slack = max(abs(low), abs(high)) * 0.1
            if axis.low != nil, axis.high == nil {
                high = low + max(slack, 1)
            } else if axis.high != nil {
                low = high - max(slack, 1)
            } else {
                (low, high) = (low - max(slack, 1e-300), high + max(slack, 1e-300))
            }
        }
        return AxisMap(scale: .linear, low: low, high: high)
    }

    private func logarithmic(_ axis: Axis, margin: Double) -> AxisMap {
        let isKnown = lowOverZero.isFinite && high > 0
        var low = decimalLogarithm(isKnown ? lowOverZero : 1)
        var high = decimalLogarithm(isKnown ? self.high : 10)
        if high - low < 1e-9 {
            (low, high) = (low - 0.5, high + 0.5)
        } else {
            let slack = (high - low) * margin
            (low, high) = (low - slack, high + slack)
        }
        if let end = axis.low, end > 0 { low = decimalLogarithm(end) }
        if let end = axis.high, end > 0 { high = decimalLogarithm(end) }
        low = min(max(low, -307), 307)
        high = min(max(high, -307), 308)
        if high - low < 1e-9 { high = low + 1 }
        return AxisMap(scale: .log, low: power(10, low), high: power(10, high))
    }
}
