import KalsaeSupport

/// Half of a cosine wave.
struct Cosine: ScheduleRule {
    var steps: Int
    var end = 0.0

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("steps", &steps, .positive)
        try settings("end", &end, .notNegative)
    }

    func factor(step: Int) -> Double {
        Curve.fall(Curve.share(step - 1, of: steps), from: 1, to: end)
    }
}

extension LearningRateSchedule {
    /// `end + (1 - end) (1 + cos(π t / steps)) / 2`, then `end` (Loshchilov and Hutter, 2017).
    public static func cosine(steps: Int, end: Double = 0) -> LearningRateSchedule {
        LearningRateSchedule(Cosine(steps: steps, end: end))
    }
}
