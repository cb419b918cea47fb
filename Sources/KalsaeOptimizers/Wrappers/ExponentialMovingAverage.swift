import KalsaeSupport
import KalsaeTensor

/// Keeps an exponential moving average of the weights (Polyak and Juditsky, 1992):
/// `a ← d · a + (1 - d) · p` with `d = decay`, or `min(decay, (1 + t) / (10 + t))` while warming
/// up, so that the first weights are soon forgotten.
public struct ExponentialMovingAverage: WeightAverage {
    /// The optimizer inside.
    public var base: any Optimizer
    /// The share of the mean that is kept.
    public var decay: Double
    /// Whether the first steps weigh more.
    public var warmsUp: Bool

    /// Wraps an optimizer.
    public init(_ base: any Optimizer, decay: Double = 0.999, warmsUp: Bool = true) {
        self.base = base
        self.decay = decay
        self.warmsUp = warmsUp
    }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("decay", &decay, .share)
        try settings("warmsUp", &warmsUp)
        try settings("base", &base)
    }

    /// `1 - d`.
    public func weight(step: Int) -> Double {
        let count = Double(step)
        return 1 - (warmsUp ? min(decay, (1 + count) / (10 + count)) : decay)
    }
}
