import Glibc

/// What several schedules share.
enum Curve {
    /// How much of a number of steps is over, at most 1.
    static func share(_ past: Int, of steps: Int) -> Double {
        min(Double(past) / Double(max(steps, 1)), 1)
    }

    /// Half of a cosine wave between two factors.
    static func fall(_ share: Double, from start: Double, to end: Double) -> Double {
        end + (start - end) * (1 + cos(.pi * share)) / 2
    }
}
