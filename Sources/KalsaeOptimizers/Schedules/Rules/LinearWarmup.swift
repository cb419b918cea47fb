import KalsaeSupport

/// A linear rise.
struct LinearWarmup: ScheduleRule {
    var steps: Int
    var start = 0.0

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("steps", &steps, .positive)
        try settings("start", &start, .notNegative)
    }

    func factor(step: Int) -> Double {
        start + (1 - start) * Curve.share(step, of: steps)
    }
}

extension LearningRateSchedule {
    /// `start + (1 - start) · step / steps` up to `steps`, then 1: the last step of the warm-up has
    /// the full rate, and with `start` 0 the first has `1 / steps` of it.
    public static func linearWarmup(steps: Int, start: Double = 0) -> LearningRateSchedule {
        LearningRateSchedule(LinearWarmup(steps: steps, start: start))
    }
}
