import KalsaeSupport

/// One schedule, then another one.
struct ScheduleSequence: ScheduleRule {
    var first: LearningRateSchedule
    var steps: Int
    var second: LearningRateSchedule

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("first", &first)
        try settings.required("steps", &steps, .notNegative)
        try settings("second", &second)
    }

    func factor(step: Int) -> Double {
        step <= steps ? first.factor(step: step) : second.factor(step: step - max(steps, 0))
    }
}

extension LearningRateSchedule {
    /// One schedule for so many steps, then another one, whose steps count anew.
    public static func sequence(
        first: LearningRateSchedule, steps: Int, second: LearningRateSchedule
    ) -> LearningRateSchedule {
        LearningRateSchedule(ScheduleSequence(first: first, steps: steps, second: second))
    }
}
