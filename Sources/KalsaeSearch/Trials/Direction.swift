/// Whether small or great values are wanted.
public enum Direction: String, Sendable, CaseIterable {
    /// Small ones, as of a loss.
    case minimize
    /// Great ones, as of an accuracy.
    case maximize

    /// A value so that less is better.
    @inline(__always) func loss(_ value: Double) -> Double { self == .minimize ? value : -value }

    /// Whether `a` is better than `b`; what is not a number is worse than all.
    @inline(__always) public func isBetter(_ a: Double, than b: Double) -> Bool {
        if b.isNaN { return !a.isNaN }
        return loss(a) < loss(b)
    }
}
