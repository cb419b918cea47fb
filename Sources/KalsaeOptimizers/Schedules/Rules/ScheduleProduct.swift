import KalsaeSupport

/// Several schedules at once.
struct ScheduleProduct: ScheduleRule {
    var schedules: [LearningRateSchedule]

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("schedules", &schedules)
    }

    func factor(step: Int) -> Double {
        schedules.reduce(1) { $0 * $1.factor(step: step) }
    }
}

extension LearningRateSchedule {
    /// The product of several.
    public static func product(_ schedules: [LearningRateSchedule]) -> LearningRateSchedule {
        LearningRateSchedule(ScheduleProduct(schedules: schedules))
    }
}
