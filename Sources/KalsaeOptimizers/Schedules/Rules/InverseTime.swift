import KalsaeSupport

/// A hyperbola.
struct InverseTime: ScheduleRule {
    var decay: Double
    var every = 1

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("decay", &decay, .notNegative)
        try settings("every", &every, .positive)
    }

    func factor(step: Int) -> Double {
        1 / (1 + decay * Double(step - 1) / Double(max(every, 1)))
    }
}

extension LearningRateSchedule {
    /// `1 / (1 + decay · t / every)` (Keras's `InverseTimeDecay`).
    public static func inverseTime(decay: Double, every: Int = 1) -> LearningRateSchedule {
        LearningRateSchedule(InverseTime(decay: decay, every: every))
    }
}
