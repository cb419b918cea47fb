import KalsaeSupport

/// The same factor at each step.
struct Constant: ScheduleRule {
    var factor: Double

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("factor", &factor, .notNegative)
    }

    func factor(step: Int) -> Double {
        factor
    }
}

extension LearningRateSchedule {
    /// `factor`, always.
    public static func constant(factor: Double = 1) -> LearningRateSchedule {
        LearningRateSchedule(Constant(factor: factor))
    }
}
