import KalsaeSupport
import KalsaeTensor

/// Keeps the plain mean of the weights at every so many steps, from some step on (Izmailov et al.,
/// 2018): goes with a constant or cyclic rate. Until then the mean is the weights themselves.
public struct StochasticWeightAverage: WeightAverage {
    /// The optimizer inside.
    public var base: any Optimizer
    /// The step whose weights are the first of the mean, counted from 1.
    public var start: Int
    /// The number of steps between two weights of the mean, as the batches of an epoch.
    public var every: Int

    /// Wraps an optimizer.
    public init(_ base: any Optimizer, start: Int, every: Int) {
        self.base = base
        self.start = start
        self.every = every
    }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("start", &start, .positive)
        try settings.required("every", &every, .positive)
        try settings("base", &base)
    }

    /// 1 up to the start, then one over the count of weights at every so many steps, else 0.
    public func weight(step: Int) -> Double {
        guard step > start else { return 1 }
        let (count, rest) = (step - start).quotientAndRemainder(dividingBy: max(every, 1))
        return rest == 0 ? 1 / Double(count + 1) : 0
    }
}
